"""What became of all files, as tables for people and programs, and in one sentence."""

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from enhancer.batch.row import DONE, FAILED, KEPT, LEFT, Row, to_plain
from enhancer.media.files import write_whole

CSV, JSON = "summary.csv", "summary.json"
COLUMNS = {  # heading → field of a row
    "file": "source",
    "result": "target",
    "outcome": "outcome",
    "width": "width",
    "height": "height",
    "result width": "result_width",
    "result height": "result_height",
    "seconds": "seconds",
    "tasks": "tasks",
    "models": "models",
    "consistency (dB)": "consistency",
    "self-test gain (dB)": "gain",
    "what went wrong": "problem",
    "notes": "notes",
    "sha256 of the recipe": "recipe",
    "sha256 of the file": "input",
    "sha256 of the result": "output",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet computes what begins so


def to_csv(rows: Sequence[Row]) -> bytes:
    """One line a file, in UTF-8 with the mark by which spreadsheets know it; cells never hold a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        values = to_plain(row)
        writer.writerow([_cell(values[name]) for name in COLUMNS.values()])
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def to_json(rows: Sequence[Row]) -> bytes:
    """The same as a list of objects, with every name exactly as it is."""
    names = set(COLUMNS.values())
    plain = [{name: value for name, value in to_plain(row).items() if name in names} for row in rows]
    return (json.dumps(plain, indent=2) + "\n").encode()


def write_summary(rows: Sequence[Row], folder: Path) -> None:
    """Both, beside the results, in the order of the names. Raises Unwritable, BadOptions."""
    ordered = in_order(rows)
    write_whole(folder / CSV, lambda file: file.write(to_csv(ordered)), "The summary")
    write_whole(folder / JSON, lambda file: file.write(to_json(ordered)), "The summary")


def in_order(rows: Sequence[Row]) -> list[Row]:
    """By the names of the sources, whichever was done first."""
    return sorted(rows, key=lambda row: row.source)


def counted(rows: Sequence[Row], noun: str = "picture") -> str:
    """How many are done, were done before, failed and were not begun."""
    found = Counter(row.outcome for row in rows)
    words = {DONE: "done", KEPT: "done before", FAILED: "failed", LEFT: "not begun"}
    told = [f"{found[outcome]} {text}" for outcome, text in words.items() if found[outcome]]
    return f"{len(rows)} {noun}{'s' if len(rows) != 1 else ''}: {', '.join(told) or 'nothing done'}."


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = " ".join(value)
    if isinstance(value, str) and value.startswith(FORMULA) and not _is_number(value):
        return f"'{value}"
    return "" if value is None else str(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
