"""Pictures on disk: read within the limits, written whole or not at all."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from enhancer.errors import BadOptions
from enhancer.media.decode import decode
from enhancer.media.encode import write
from enhancer.media.formats import FORMATS, Format
from enhancer.media.picture import Picture
from enhancer.settings import Settings


def open_picture(path: str | Path, settings: Settings | None = None) -> Picture:
    """The picture in this file, whatever its name. Raises BadPicture as `decode` does."""
    return decode(Path(path), settings)


def save_picture(picture: Picture, path: str | Path, quality: int = 95, recipe: str | None = None) -> None:
    """Write in the format of the suffix; a file of that name is replaced at once, never left half written.

    `recipe` is a text to lay into a PNG or JPEG.
    Raises BadOptions for a suffix that is not written, as `encode` does, and where the folder cannot be written to.
    """
    path = Path(path)
    kind = format_for(path).id
    try:
        _replace(path, lambda file: write(picture, file, kind, quality, recipe=recipe))
    except OSError as error:
        raise BadOptions(f"The picture could not be saved ({error.strerror}); please choose another folder.") from error


def format_for(path: Path) -> Format:
    """The writable format that this suffix stands for. Raises BadOptions naming the known ones."""
    for candidate in FORMATS:
        if candidate.writable and path.suffix.lower() in candidate.suffixes:
            return candidate
    known = ", ".join(f.suffixes[0] for f in FORMATS if f.writable)
    raise BadOptions(f"Pictures cannot be saved as {path.suffix or 'a name without suffix'!r}; known: {known}.")


def _replace(path: Path, fill: Callable[[BinaryIO], None]) -> None:
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("x+b") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
