"""Make requirements.lock again from requirements.txt: `python -m tests.lock` (needs `pip install uv`)."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PATCHED = "pillow>=13"  # gradio asks for less, and works with it: see the tests of media and of the page
PYTHON = "3.11"  # and newer, on all systems


def main() -> None:
    """Write the pins below the comment that stands there."""
    comment = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    with tempfile.TemporaryDirectory() as place:
        (override := Path(place) / "override.txt").write_text(PATCHED + "\n", encoding="utf-8")
        command = ["uv", "pip", "compile", "--universal", "--python-version", PYTHON, "--override", str(override)]
        command += ["--no-header", "--no-annotate", "--quiet", "--upgrade", "requirements.txt"]
        pins = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    LOCK.write_text("\n".join(comment) + "\n" + pins, encoding="utf-8")
    sys.stdout.write(f"{len(pins.splitlines())} packages\n")


if __name__ == "__main__":
    main()
