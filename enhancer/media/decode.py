"""Bytes in, Picture out: recognised by content, refused by header, made upright once."""

import logging
from pathlib import Path

from enhancer import watch
from enhancer.errors import BadPicture
from enhancer.media.formats import Format, sniff
from enhancer.media.picture import Picture
from enhancer.media.read import read
from enhancer.settings import MIB, Settings
from enhancer.watch import What
from enhancer.worker import POSSIBLE

log = logging.getLogger(__name__)


def decode(data: bytes | Path, settings: Settings | None = None) -> Picture:
    """The upright picture in a file or its bytes, with what could not be kept in `notes`.

    Without `settings`, the limits are those of the ENHANCER_* environment variables.
    Raises BadPicture, in one sentence, for a file that is missing, too large, not of a known kind, damaged or cut off.
    """
    settings = settings or Settings.from_environment()
    with watch.stage("decode"):
        content = _content(data, settings)
        picture = _read(sniff(content), content, settings)
    watch.tell(What.BYTES, len(content), way="read")
    watch.tell(What.PIXELS, picture.width * picture.height, way="read")
    return picture


def _content(data: bytes | Path, settings: Settings) -> bytes:
    """The bytes, never more of them than are allowed."""
    if isinstance(data, bytes):
        _check_bytes(len(data), settings)
        return data
    try:
        if data.is_dir():
            raise BadPicture("There is no such file, but a folder; please name one picture in it.")
        if not data.is_file():
            raise BadPicture("There is no such file; please check its name and folder.")
        _check_bytes(data.stat().st_size, settings)
        return data.read_bytes()
    except OSError as error:
        raise BadPicture(
            f"This file could not be read ({error.strerror}); please check that you may open it."
        ) from error


def _check_bytes(size: int, settings: Settings) -> None:
    if size > settings.max_bytes:
        raise BadPicture(
            f"This file has {size / MIB:.1f} MiB, and at most {settings.max_bytes / MIB:g} are read;"
            " please make it smaller.",
            limit="max_bytes",
        )


def _read(kind: Format, data: bytes, settings: Settings) -> Picture:
    """In a process of its own where the settings say so."""
    try:
        if not settings.decode_workers or not POSSIBLE:
            return read(kind, data, settings)
        from enhancer.media.apart import read_apart  # where it is needed alone

        return read_apart(kind, data, settings)
    except BadPicture as error:
        if error.__cause__ is not None:
            traced = log.isEnabledFor(logging.DEBUG)
            log.info("a %s file was refused by its decoder: %s", kind.title, error, exc_info=traced)
        raise
