"""What a command gives back: lines, progress, tables and its exit code."""

import json
import math
import sys
from collections.abc import Sequence
from typing import Any

from enhancer.progress import Progress

DONE, SOME_FAILED, WRONG_USAGE, STOPPED, UNREAD, ENDED = 0, 1, 2, 130, 141, 143  # exit codes; the last as of signals


def say(line: str) -> None:
    """Write one line of the command's own output."""
    sys.stdout.write(_readable(line) + "\n")


def complain(line: str) -> None:
    """Write one line to the error stream."""
    sys.stderr.write(_readable(line) + "\n")


def _readable(line: str) -> str:
    """Names of files may hold bytes that are no text, which a terminal would refuse."""
    return line.encode("utf-8", "backslashreplace").decode()


def show(progress: Progress) -> None:
    """Keep one line of progress on a terminal."""
    if sys.stderr.isatty():
        left = "" if progress.remaining is None else f", {progress.remaining:.0f} s left"
        sys.stderr.write(f"\r\x1b[K{progress.note}: {progress.done} of {progress.total}{left}")
        if progress.done == progress.total:
            sys.stderr.write("\r\x1b[K")


def table(rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    """Print rows as JSON, or as columns."""
    if as_json:
        finite = [
            {k: v if not isinstance(v, float) or math.isfinite(v) else str(v) for k, v in r.items()} for r in rows
        ]
        say(json.dumps(finite, indent=2, allow_nan=False))
        return
    if not rows:
        return
    shown = [list(rows[0]), *([cell(v) for v in row.values()] for row in rows)]
    widths = [max(len(line[i]) for line in shown) for i in range(len(shown[0]))]
    for line in shown:
        say("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def cell(value: Any) -> str:
    """Round once, on output."""
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
