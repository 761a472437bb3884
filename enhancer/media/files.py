"""Pictures on disk: read within the limits, written whole or not at all."""

import errno
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from enhancer.errors import BadOptions, BadPicture, Unwritable
from enhancer.media.decode import decode
from enhancer.media.encode import write
from enhancer.media.formats import FORMATS, Format
from enhancer.media.picture import Picture
from enhancer.settings import MIB, Settings

STALE = 600  # seconds after which nobody still writes to what a crash has left
PARTS = "." + "?" * 16 + ".part"
OF_THE_PLACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOTDIR}


def open_picture(path: str | Path, settings: Settings | None = None) -> Picture:
    """The picture in this file, whatever its name. Raises BadPicture as `decode` does."""
    return decode(Path(path), settings)


@contextmanager
def named(path: str | Path) -> Iterator[None]:
    """A file that cannot be read is told with its name. Raises BadPicture and its kinds, FileNotFoundError."""
    try:
        yield
    except BadPicture as error:
        if isinstance(path, Path) and not path.exists():
            raise FileNotFoundError(f"{path} does not exist") from error
        raise type(error)(f"{path}: {error}", error.limit) from error


def check_file(
    path: Path, settings: Settings, limit: str, what: str = "file", error: type[BadPicture] = BadPicture
) -> None:
    """Raises `error` where there is no such file, or one above the setting `limit`, in bytes, calling it `what`."""
    if not path.is_file():
        raise error("There is no such file; please check its name and folder.")
    size, most = path.stat().st_size, getattr(settings, limit)
    if size > most:
        raise error(
            f"This {what} has {size / MIB:.1f} MiB, and at most {most / MIB:g} are read; please cut it into parts.",
            limit=limit,
        )


def save_picture(picture: Picture, path: str | Path, quality: int = 95, recipe: str | None = None) -> None:
    """Write in the format of the suffix; a file of that name is replaced at once, never left half written.

    `recipe` is a text to lay into a PNG or JPEG.
    Raises BadOptions for a suffix that is not written and as `encode` does, Unwritable where the folder takes no file.
    """
    path = Path(path)
    kind = format_for(path).id
    write_whole(path, lambda file: write(picture, file, kind, quality, recipe=recipe), "The picture")


def format_for(path: Path) -> Format:
    """The writable format that this suffix stands for. Raises BadOptions naming the known ones."""
    for candidate in FORMATS:
        if candidate.writable and path.suffix.lower() in candidate.suffixes:
            return candidate
    known = ", ".join(f.suffixes[0] for f in FORMATS if f.writable)
    raise BadOptions(f"Pictures cannot be saved as {path.suffix or 'a name without suffix'!r}; known: {known}.")


def write_whole(path: Path, fill: Callable[[BinaryIO], object], what: str) -> None:
    """Let `fill` write into a file that gets this name at the end, in one step: never half of it under the name.

    Raises Unwritable where the folder takes no file, BadOptions where it does not take this one, both saying `what`.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("x+b") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritten(error, what) from error
        raise


def unwritten(error: OSError, what: str) -> BadOptions:
    """What is told of a file that could not be written."""
    kind = Unwritable if error.errno in OF_THE_PLACE else BadOptions
    return kind(f"{what} could not be saved ({error.strerror}); please choose another folder.")


def sweep(folder: Path) -> None:
    """Delete what killed programs have left of files that they were writing in this folder."""
    for part in folder.glob(PARTS):
        with suppress(OSError):  # another program may sweep, too
            if part.stat().st_mtime < time.time() - STALE:
                part.unlink()
