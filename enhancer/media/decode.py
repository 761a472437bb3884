"""Bytes in, Picture out: recognised by content, refused by header, made upright once."""

import logging
from collections.abc import Callable
from pathlib import Path

from enhancer import watch
from enhancer.errors import BadPicture, EnhancerError
from enhancer.media.formats import Format, cut_off, damaged, sniff
from enhancer.media.heif import read_avif, read_heic
from enhancer.media.jpeg import read_jpeg
from enhancer.media.picture import Picture
from enhancer.media.png import read_png
from enhancer.media.samples import Samples, to_picture
from enhancer.media.simple import read_bmp, read_gif, read_webp
from enhancer.media.tiff import read_tiff
from enhancer.settings import MIB, Settings
from enhancer.watch import What

log = logging.getLogger(__name__)

READERS: dict[str, Callable[[bytes, Settings], Samples]] = {
    "png": read_png,
    "jpeg": read_jpeg,
    "webp": read_webp,
    "tiff": read_tiff,
    "avif": read_avif,
    "heic": read_heic,
    "gif": read_gif,
    "bmp": read_bmp,
}


def decode(data: bytes | Path, settings: Settings | None = None) -> Picture:
    """The upright picture in a file or its bytes, with what could not be kept in `notes`.

    Without `settings`, the limits are those of the ENHANCER_* environment variables.
    Raises BadPicture, in one sentence, for a file that is missing, too large, not of a known kind, damaged or cut off.
    """
    settings = settings or Settings.from_environment()
    with watch.stage("decode"):
        content = _content(data, settings)
        picture = to_picture(_read(sniff(content), content, settings), settings)
    watch.tell(What.BYTES, len(content), way="read")
    watch.tell(What.PIXELS, picture.width * picture.height, way="read")
    return picture


def _content(data: bytes | Path, settings: Settings) -> bytes:
    """The bytes, never more of them than are allowed."""
    if isinstance(data, bytes):
        _check_bytes(len(data), settings)
        return data
    try:
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


def _read(kind: Format, data: bytes, settings: Settings) -> Samples:
    try:
        return READERS[kind.id](data, settings)
    except EnhancerError:
        raise
    except Exception as error:  # foreign decoders raise nearly any type on hostile bytes
        log.info("a %s file was refused by its decoder", kind.title, exc_info=True)
        raise (cut_off if "truncated" in str(error) else damaged)(kind.title) from error
