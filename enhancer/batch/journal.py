"""What was done before in a folder: one line for each finished file, on the disk before the next one ends."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from enhancer.batch.row import Row, from_plain, to_plain
from enhancer.errors import Unwritable
from enhancer.media.files import sweep, write_whole

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


@contextmanager
def opened(folder: Path) -> Iterator[Journal]:
    """The journal of a folder of results, which is made where it is not there; what a crash has left is swept.

    A last line that a crash cut off is forgotten, and so is all that is no row. Raises Unwritable, BadOptions where
    nothing can be written.
    """
    file, rows = folder / NAME, dict[str, Row]()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if file.is_file():
            rows = {row.target: row for row in _rows(file.read_bytes().splitlines())}
    except OSError as error:
        raise Unwritable(f"{folder} takes no files ({error.strerror}); please choose another folder.") from error
    for place in {folder, *((folder / made).parent for made in rows)}:
        sweep(place)
    write_whole(file, lambda stream: stream.writelines(map(_line, rows.values())), WHAT)
    with file.open("ab") as stream:
        yield Journal(stream, rows)


def _line(row: Row) -> bytes:
    return json.dumps(to_plain(row)).encode() + b"\n"


def _rows(lines: Iterable[bytes]) -> Iterator[Row]:
    for line in lines:
        try:
            yield from_plain(json.loads(line))
        except (ValueError, TypeError, KeyError):  # cut off, or of another version of this program
            continue
