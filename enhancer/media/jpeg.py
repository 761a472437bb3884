"""JPEG: segments walked one by one, and only those that hold pixels handed to libjpeg. (ITU-T T.81, T.871.)"""

import io
import re
import struct
from dataclasses import dataclass, field
from typing import BinaryIO

import imagecodecs
import numpy as np
from PIL.JpegImagePlugin import JpegImageFile

from enhancer.errors import TooSlow
from enhancer.media.exif import PREFIX as EXIF
from enhancer.media.formats import cut_off, damaged, unsupported
from enhancer.media.raster import Raster
from enhancer.media.samples import SEVERAL, Samples, check_size, room_for
from enhancer.settings import Settings

MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd7]")
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
START, END, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
KEPT_APPS = {0xE0, 0xEE}
METADATA = {*range(0xE0, 0xF0), COMMENT} - KEPT_APPS
ICC, JFIF, MPF = b"ICC_PROFILE\0", b"JFIF\0", b"MPF\0"
MAX_SEGMENTS = 20_000
MAX_PASSED = 16_000_000_000  # pixels, once for each scan; so many take a core 10 seconds
MODELS = {"L": "grey", "RGB": "rgb", "CMYK": "cmyk"}
MAX_EXIF = 65_533 - len(EXIF)
RECIPE = b"image-enhancer recipe: "  # how its comment begins


@dataclass
class Segments:
    """What the segments say; `pixels` is the file without its metadata and without what follows its end.

    `size` is the number of its pixels, 0 before that was said.
    """

    pixels: bytes = b""
    scans: int = 0
    size: int = 0
    exif: bytes | None = None
    icc: dict[int, bytes] = field(default_factory=dict)
    dpi: tuple[float, float] | None = None
    several: bool = False


def read_jpeg(data: bytes, settings: Settings) -> Samples:
    """Grey, colour and CMYK JPEGs, also those of phones with further pictures behind the first.

    Raises BadPicture for a size over the limits and a file that ends early.
    """
    found = _walk(data, settings)
    with JpegImageFile(io.BytesIO(found.pixels)) as image:
        model = MODELS[image.mode]
        room = room_for((image.height, image.width, len(image.mode)), settings) if model != "cmyk" else None
        array = np.asarray(image) if room is None else imagecodecs.jpeg8_decode(found.pixels, out=room)
    return Samples(
        array.reshape(*array.shape[:2], -1),
        top=255,
        model=model,
        profile=b"".join(found.icc[n] for n in sorted(found.icc)) or None,
        exif=found.exif,
        dpi=found.dpi,
        notes=[SEVERAL] if found.several else [],
    )


def write_jpeg(
    file: BinaryIO,
    raster: Raster,
    quality: int,
    profile: bytes | None,
    exif: bytes | None,
    dpi: tuple[float, float] | None,
    recipe: str | None = None,
) -> None:
    """1 or 3 channels of 8 bits as JPEG with unthinned chroma (4:4:4), the recipe as a comment."""
    extra: dict[str, object] = {"icc_profile": profile, "exif": EXIF + exif if exif else b""}
    if dpi:
        extra["dpi"] = dpi
    if recipe is not None:
        extra["comment"] = RECIPE + recipe.encode()
    raster.image().save(file, "JPEG", quality=quality, subsampling=0, **extra)


def recipe_in_jpeg(data: bytes, largest: int) -> bytes | None:
    """The recipe that `write_jpeg` laid in, as UTF-8, None where no segment before the pixels is one of at most
    `largest` bytes. Raises BadPicture for a file that ends early.
    """
    at = 2
    for _ in range(MAX_SEGMENTS):
        match = MARKER.search(data, at)
        if match is None:
            raise cut_off("JPEG")
        marker, at = data[match.end() - 1], match.end()
        if marker in (SCAN, END):
            return None
        end = at + int.from_bytes(data[at : at + 2], "big")
        if marker == COMMENT and data.startswith(RECIPE, at + 2):
            text = data[at + 2 + len(RECIPE) : end]
            return text if len(text) <= largest else None
        at = max(end, at + 2)
    raise damaged("JPEG", f"it has more than {MAX_SEGMENTS} segments")


def _walk(data: bytes, settings: Settings) -> Segments:
    found, parts, kept, at = Segments(), list[bytes](), 0, 2
    for _ in range(MAX_SEGMENTS):
        match = MARKER.search(data, at)
        if match is None:
            raise cut_off("JPEG")
        marker, start, at = data[match.end() - 1], match.start(), match.end()
        if marker == END and found.scans:
            found.pixels = b"".join([*parts, data[kept:at]])
            return found
        if marker in (START, END):
            raise damaged("JPEG", "it ends before any picture in it begins")
        end = at + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            raise cut_off("JPEG")
        _note(found, marker, data[at + 2 : end], settings)
        if marker in METADATA:
            parts.append(data[kept:start])
            kept = end
        at = max(end, at + 2)
    raise damaged("JPEG", f"it has more than {MAX_SEGMENTS} segments")


def _note(found: Segments, marker: int, body: bytes, settings: Settings) -> None:
    """Take from one segment what is needed of it, and refuse what is over a limit."""
    if marker in FRAMES:
        found.size = _frame(body, settings)
    elif marker == SCAN:
        found.scans += 1
        if not found.size:
            raise damaged("JPEG", "it has no header")
        if found.scans * found.size > MAX_PASSED:
            raise TooSlow(
                "Reading this JPEG file takes too long, as it draws its picture in more than "
                f"{found.scans - 1} passes; please export it as an ordinary JPEG or PNG."
            )
    elif marker == 0xE0 and body.startswith(JFIF) and len(body) >= 12:
        unit, across, down = struct.unpack_from(">BHH", body, 7)
        factor = {1: 1.0, 2: 2.54}.get(unit)
        found.dpi = (across * factor, down * factor) if factor else None
    elif marker == 0xE1 and body.startswith(EXIF) and found.exif is None:
        found.exif = body
    elif marker == 0xE2 and body.startswith(ICC) and len(body) > len(ICC) + 2:
        found.icc.setdefault(body[len(ICC)], body[len(ICC) + 2 :])
    elif marker == 0xE2 and body.startswith(MPF):
        found.several = True


def _frame(body: bytes, settings: Settings) -> int:
    """How many pixels a header states. Raises BadPicture for one over the limits."""
    if len(body) < 6:
        raise damaged("JPEG")
    precision, height, width = struct.unpack_from(">BHH", body)
    check_size(width, height, settings)
    if precision != 8:
        raise unsupported("JPEG", f"{precision} bits a channel")
    return int(width * height)
