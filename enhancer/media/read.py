"""From bytes of a known kind to a Picture, by the reader of that kind."""

from collections.abc import Callable

from enhancer import memory
from enhancer.errors import BadPicture, EnhancerError
from enhancer.media.formats import Format, cut_off, damaged
from enhancer.media.heif import read_avif, read_heic
from enhancer.media.jpeg import read_jpeg
from enhancer.media.picture import Picture
from enhancer.media.png import read_png
from enhancer.media.samples import Samples, to_picture
from enhancer.media.simple import read_bmp, read_gif, read_webp
from enhancer.media.tiff import read_tiff
from enhancer.settings import Settings

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


def read(
    kind: Format, data: bytes, settings: Settings, unpacked: Callable[[int], None] = lambda pixels: None
) -> Picture:
    """The upright picture; `unpacked` is told of how many pixels, once the decoder is done.

    Raises BadPicture for what is damaged, cut off, over a limit, or too much for the memory."""
    try:
        samples = _samples(kind, data, settings)
        unpacked(samples.array.shape[0] * samples.array.shape[1])
        return to_picture(samples, settings)
    except (MemoryError, RuntimeError) as error:
        if not memory.lacking(error):
            raise
        raise too_demanding(kind) from error


def too_demanding(kind: Format) -> BadPicture:
    """The refusal of a file that takes more memory than there is for it."""
    return BadPicture(
        f"Reading this {kind.title} file takes more memory than there is for one picture; please make it smaller, or "
        "export it as an ordinary PNG.",
        limit="decode_memory",
    )


def _samples(kind: Format, data: bytes, settings: Settings) -> Samples:
    try:
        return READERS[kind.id](data, settings)
    except (EnhancerError, MemoryError):
        raise
    except Exception as error:  # foreign decoders raise nearly any type on hostile bytes
        raise (cut_off if "truncated" in str(error) else damaged)(kind.title) from error
