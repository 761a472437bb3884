"""WebP, GIF and BMP: read by one named Pillow reader each; nothing else that Pillow knows is ever tried."""

import io
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.WebPImagePlugin import WebPImageFile

from enhancer import canvas, memory
from enhancer.media.formats import cut_off, damaged
from enhancer.media.raster import Raster
from enhancer.media.samples import SEVERAL, Samples, check_size
from enhancer.settings import Settings

GREY_MODES = {"1": "L", "L": "L", "LA": "LA"}
EFFORT = {"method": 3, "quality": 40}
NEEDED = 30  # bytes a pixel that the encoder takes


def read_webp(data: bytes, settings: Settings) -> Samples:
    """The first frame of a WebP. Raises BadPicture for a size over the limits and a file that ends early."""
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise cut_off("WebP")
    check_size(*_webp_size(data), settings)
    return _read(WebPImageFile, data, settings)


def read_gif(data: bytes, settings: Settings) -> Samples:
    """The first frame of a GIF. Raises BadPicture for a size over the limits."""
    return _read(GifImageFile, data, settings)


def read_bmp(data: bytes, settings: Settings) -> Samples:
    """A Windows bitmap. Raises BadPicture for a size over the limits."""
    return _read(BmpImageFile, data, settings)


def write_webp(file: BinaryIO, raster: Raster, profile: bytes | None, exif: bytes | None) -> None:
    """3 or 4 channels of 8 bits as lossless WebP that keeps colours also where they are transparent.

    Raises OutOfMemory where the picture is large and the memory is not.
    """
    if canvas.settings_of(raster.picture.pixels):
        height, width, _ = raster.shape
        memory.check(NEEDED * height * width, "To write a WebP of this size", "please choose PNG, TIFF or JPEG")
    raster.image().save(file, "WEBP", lossless=True, exact=True, icc_profile=profile or b"", exif=exif or b"", **EFFORT)


def _read(reader: Callable[[io.BytesIO], ImageFile], data: bytes, settings: Settings) -> Samples:
    with reader(io.BytesIO(data)) as image:
        check_size(*image.size, settings)
        several = bool(getattr(image, "is_animated", False))
        image.load()
        see_through = "transparency" in image.info or image.mode == "RGBA"
        mode = GREY_MODES.get(image.mode) if "transparency" not in image.info else None
        array = np.asarray(image.convert(mode or ("RGBA" if see_through else "RGB")))
        info = image.info
    return Samples(
        array.reshape(*array.shape[:2], -1),
        top=255,
        model="grey" if mode else "rgb",
        profile=info.get("icc_profile"),
        exif=info.get("exif"),
        dpi=info.get("dpi"),
        notes=[SEVERAL] if several else [],
    )


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of the canvas or of the only frame (RFC 9649), before libwebp makes room for them."""
    kind, body = data[12:16], data[20:30]
    if len(body) < 10 or kind not in (b"VP8X", b"VP8L", b"VP8 "):
        raise damaged("WebP")
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
