"""Find the Chromium that browser tests drive: CHROMIUM_PROGRAM, then the usual names on PATH."""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ADVICE = "Install one (Debian: apt-get install chromium) or set CHROMIUM_PROGRAM to the program's path."


def chromium() -> str:
    """The program's path. Raises FileNotFoundError saying how to get one."""
    named = os.environ.get("CHROMIUM_PROGRAM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise FileNotFoundError(f"CHROMIUM_PROGRAM={named!r} is not a program. {ADVICE}")
        return found
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise FileNotFoundError(f"Browser tests need a Chromium, and none of {', '.join(NAMES)} is on PATH. {ADVICE}")


if __name__ == "__main__":
    try:
        sys.stdout.write(chromium() + "\n")
    except FileNotFoundError as error:
        sys.exit(str(error))
