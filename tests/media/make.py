"""Pictures and files that the tests of this room are made from."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import skimage.data
import torch
from PIL import Image, ImageCms

from enhancer.media import Picture

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
MAKER, MODEL, ORIENTATION, EXIF, GPS, TAKEN = 0x010F, 0x0110, 0x0112, 0x8769, 0x8825, 0x9003


def photo(width: int = 60, height: int = 45) -> np.ndarray:
    """(H, W, 3) uint8 of a face."""
    picture: np.ndarray = skimage.data.astronaut()[60 : 60 + height, 190 : 190 + width]
    return np.ascontiguousarray(picture)


def grey_profile() -> bytes:
    """A minimal monochrome profile with gamma 2.2 (ICC.1:2022, 8.4)."""
    white = b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, int(2.2 * 256)) + b"\0\0"
    text = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 8, 28) + "grey".encode("utf-16-be")
    rows, body, at = b"", b"", 128 + 4 + 12 * 4
    for name, value in ((b"desc", text), (b"cprt", text), (b"wtpt", white), (b"kTRC", curve)):
        rows += name + struct.pack(">II", at + len(body), len(value))
        body += value
    size = at + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x04300000, b"mntr", b"GRAY", b"XYZ ")
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + struct.pack(">iii", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", 4) + rows + body


def exif_block(orientation: int = 1) -> bytes:
    """An EXIF block with a maker, an orientation, a date and a place, with its prefix."""
    exif = Image.Exif()
    exif[MAKER], exif[MODEL], exif[ORIENTATION] = "A maker of cameras", "M1", orientation
    exif.get_ifd(EXIF)[TAKEN] = "2024:05:06 07:08:09"
    exif.get_ifd(GPS)[1] = "N"
    return exif.tobytes()


def saved(array: np.ndarray, format: str, mode: str | None = None, **options: Any) -> bytes:
    """What Pillow writes."""
    out = io.BytesIO()
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(out, format, **options)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """One PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def flat_png(width: int, height: int, extra: bytes = b"") -> bytes:
    """A black 1-bit PNG of any size in a few bytes."""
    pack = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    pixels = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def picture(depth: int = 8, grey: bool = False, alpha: bool = False, width: int = 37, height: int = 23) -> Picture:
    """Random samples that `depth` bits hold exactly."""
    draw, top = torch.Generator().manual_seed(depth + 2 * grey + 4 * alpha), 2**depth - 1
    samples = torch.randint(0, top + 1, (4, height, width), generator=draw).float() / top
    pixels = samples[:1].expand(3, -1, -1).contiguous() if grey else samples[:3]
    return Picture(pixels, samples[3:] if alpha else None, depth=depth, grey=grey)
