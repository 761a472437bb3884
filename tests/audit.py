"""Ask for published holes in what requirements.lock pins: `python -m tests.audit` (needs `pip install pip-audit`).

Exit code 1 for a hole without a written exception. Where the advisory service cannot be reached, it says that nothing
was audited, and the exit code is 0, or 2 with --strict.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK, EXCEPTIONS = ROOT / "requirements.lock", ROOT / "tests" / "audit_exceptions.txt"
COMMAND = ["-m", "pip_audit", "--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
FOUND, UNKNOWN = 1, 2


def exceptions(text: str) -> dict[str, str]:
    """The id of each advisory that is accepted, and why. Raises ValueError for one without a reason."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    pairs = {name: reason.strip() for name, _, reason in (line.partition(" ") for line in lines)}
    if bare := [name for name, reason in pairs.items() if len(reason.split()) < 5]:
        raise ValueError(f"no reason is written for {', '.join(bare)}")
    return pairs


def judged(packages: Sequence[dict[str, Any]], accepted: dict[str, str]) -> tuple[list[str], int]:
    """(holes that nobody accepted, as sentences; how many packages the service knew)."""
    known = [package for package in packages if "skip_reason" not in package]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'none'}"
        for package in known
        for hole in package["vulns"]
        if not accepted.keys() & {hole["id"], *hole.get("aliases", ())}
    ]
    return holes, len(known)


def main(strict: bool) -> int:
    """Audit, say what was found, and return the exit code."""
    accepted = exceptions(EXCEPTIONS.read_text(encoding="utf-8"))
    done = subprocess.run([sys.executable, *COMMAND, "-r", str(LOCK)], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):  # it ended before it had an answer
        packages = []
    holes, known = judged(packages, accepted)
    for hole in holes:
        sys.stdout.write(f"hole: {hole}\n")
    if known:
        sys.stdout.write(
            f"{known} of {len(packages)} packages audited, {len(holes)} holes, {len(accepted)} exceptions\n"
        )
    else:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1][:200]
        why = f"it knew none of {len(packages)} packages" if packages else last
        sys.stdout.write(f"NOT AUDITED: the advisory service could not be reached ({why})\n")
    return FOUND if holes else UNKNOWN if strict and not known else 0


if __name__ == "__main__":
    sys.exit(main("--strict" in sys.argv))
