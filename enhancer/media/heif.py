"""HEIC and AVIF: sizes and turns from the container, more than 8 bits where the file has them. (ISO/IEC 23008-12.)"""

import io
import struct

import imagecodecs
import numpy as np
import pillow_heif
from PIL.AvifImagePlugin import AvifImageFile

from enhancer.media.colour import unconverted
from enhancer.media.samples import SEVERAL, Samples, check_size
from enhancer.settings import Settings

AV1_CONFIGURATION = b"av1C"
CODE_POINTS = b"colrnclx"
UNSPECIFIED = 2, 2  # primaries and transfer, ITU-T H.273
MODELS = {"L": "grey", "I": "grey", "RGB": "rgb", "RGBA": "rgb", "RGBa": "rgb"}
UPRIGHT = 1


def read_heic(data: bytes, settings: Settings) -> Samples:
    """The primary picture, turned by libheif as the container says; 10 and 12 bits become 16.

    Raises BadPicture for a size over the limits.
    """
    file = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False, hdr_to_16bit=False)
    image = file[file.primary_index]
    width, height = image.size
    check_size(width, height, settings)
    bits, mode = int(image.info["bit_depth"]), image.mode.partition(";")[0]
    array = np.asarray(image)
    check_size(array.shape[1], array.shape[0], settings)
    nclx = image.info.get("nclx_profile") or {}
    note = unconverted(nclx.get("color_primaries", 2), nclx.get("transfer_characteristics", 2))
    profile = image.info.get("icc_profile")
    return Samples(
        array.reshape(*array.shape[:2], -1),
        top=2**bits - 1,
        model=MODELS[mode],
        depth=16 if bits > 8 else 8,
        premultiplied=mode.endswith("a"),
        orientation=UPRIGHT,
        profile=profile,
        exif=image.info.get("exif"),
        notes=[*([SEVERAL] if len(file) > 1 else []), *([note] if note and not profile else [])],
    )


def read_avif(data: bytes, settings: Settings) -> Samples:
    """The first frame; 10 and 12 bits become 16. The turn comes from the container, as libavif reports it.

    Raises BadPicture for a size over the limits.
    """
    with AvifImageFile(io.BytesIO(data)) as image:
        check_size(*image.size, settings)
        info, several, bits = image.info, bool(getattr(image, "is_animated", False)), _bits(data)
        if bits == 8:
            image.load()
            array = np.asarray(image)
        else:
            array = imagecodecs.avif_decode(data, index=0)
    array = array.reshape(*array.shape[:2], -1)
    note, profile = unconverted(*_code_points(data)), info.get("icc_profile")
    return Samples(
        array,
        top=2**bits - 1,
        model="grey" if array.shape[2] < 3 else "rgb",
        depth=16 if bits > 8 else 8,
        profile=profile,
        exif=info.get("exif"),
        notes=[*([SEVERAL] if several else []), *([note] if note and not profile else [])],
    )


def _bits(data: bytes) -> int:
    """Bits a channel from the AV1 configuration box (AV1 in ISOBMFF, 2.3.3): 8, 10 or 12."""
    at = data.find(AV1_CONFIGURATION) + len(AV1_CONFIGURATION)
    flags = data[at + 2] if at + 2 < len(data) else 0
    if not flags & 0x40:
        return 8
    return 12 if flags & 0x20 else 10


def _code_points(data: bytes) -> tuple[int, int]:
    """Primaries and transfer from the colour information box (ISO/IEC 14496-12, 12.1.5)."""
    at = data.find(CODE_POINTS) + len(CODE_POINTS)
    if at < len(CODE_POINTS) or at + 4 > len(data):
        return UNSPECIFIED
    primaries, transfer = struct.unpack_from(">HH", data, at)
    return primaries, transfer
