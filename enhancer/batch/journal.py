"""What was done before in a folder: one line for each finished file, on the disk before the next one ends."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from enhancer.batch.row import KEPT, Row, from_plain, to_plain
from enhancer.errors import Unwritable
from enhancer.media.files import sweep, write_whole
from enhancer.models.fetch import digest

NAME = ".enhanced.jsonl"
WHAT = "The list of finished files"


class Journal:
    """The rows of the files that are done, by the names of their results. Opened by `opened`."""

    def __init__(self, file: BinaryIO, rows: dict[str, Row]) -> None:
        self._file, self.rows = file, rows

    def add(self, row: Row) -> None:
        """Remember a finished file. Raises Unwritable."""
        self.rows[row.target] = row
        try:
            self._file.write(_line(row))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise Unwritable(f"{WHAT} could not be saved ({error.strerror}).") from error

    def besides(self, rows: Iterable[Row], there: Callable[[str], bool]) -> list[Row]:
        """The rows of files that are not among these, but were done before, and whose results are still `there`."""
        told = {row.target for row in rows}
        return [
            replace(row, outcome=KEPT) for row in self.rows.values() if row.target not in told and there(row.target)
        ]


def finished(folder: Path) -> dict[str, Row]:
    """What was done before in a folder, by the names of the results. Raises Unwritable."""
    file = folder / NAME
    try:
        lines = file.read_bytes().splitlines() if file.is_file() else []
    except OSError as error:
        raise _closed(folder, error) from error
    return {row.target: row for row in _rows(lines)}


def results_in(folder: Path) -> set[Path]:
    """The results that lie in a folder just as they were written, resolved. Raises Unwritable."""
    found = ((folder / made, row) for made, row in finished(folder).items())
    return {file.resolve() for file, row in found if file.is_file() and digest(file) == row.output}


@contextmanager
def opened(folder: Path) -> Iterator[Journal]:
    """The journal of a folder of results, which is made where it is not there; what a crash has left is swept.

    A last line that a crash cut off is forgotten, and so is all that is no row. Raises Unwritable, BadOptions where
    nothing can be written.
    """
    file, rows = folder / NAME, finished(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _closed(folder, error) from error
    for place in {folder, *((folder / made).parent for made in rows)}:
        sweep(place)
    write_whole(file, lambda stream: stream.writelines(map(_line, rows.values())), WHAT)
    with file.open("ab") as stream:
        yield Journal(stream, rows)


def _closed(folder: Path, error: OSError) -> Unwritable:
    return Unwritable(f"{folder} takes no files ({error.strerror}); please choose another folder.")


def _line(row: Row) -> bytes:
    return json.dumps(to_plain(row)).encode() + b"\n"


def _rows(lines: Iterable[bytes]) -> Iterator[Row]:
    for line in lines:
        try:
            yield from_plain(json.loads(line))
        except (ValueError, TypeError, KeyError):  # cut off, or of another version of this program
            continue
