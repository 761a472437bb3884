"""Files as nobody should send them, made by code: bombs of few bytes, lies in headers, rare kinds of pictures."""

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import tifffile
from PIL import Image

from tests.media.make import EXIF, GPS, SRGB, chunk, exif_block, photo, saved

UNIT = 2**20  # bytes
SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = chunk(b"IEND", b"")
NAMES = (b"Jane Doe", b"SN-0815", b"LENS-4711", b"maker's note", b"51.4778")  # what `personal` says


def zeros(count: int) -> bytes:
    """As many zero bytes, packed by zlib; one packed mebibyte is repeated, so that it takes no time."""
    head, pack = zlib.compress(b"", 9)[:2], zlib.compressobj(9, wbits=-15)
    block = pack.compress(bytes(UNIT)) + pack.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, wbits=-15)
    tail = rest.compress(bytes(count % UNIT)) + rest.flush()
    return head + block * (count // UNIT) + tail + struct.pack(">HH", count % 65521, 1)


def png_of(width: int, height: int, depth: int = 8, colour: int = 2, pixels: bytes | None = None) -> bytes:
    """A black PNG of any size; `pixels` instead of those that it needs."""
    bits = width * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = zeros((1 + (bits + 7) // 8) * height) if pixels is None else pixels
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", body) + END


def with_chunk(png: bytes, extra: bytes) -> bytes:
    """The PNG with this after its header."""
    return png[:33] + extra + png[33:]


def tiff_of(width: int, height: int) -> bytes:
    """A black grey TIFF of one deflated strip."""
    strip = zeros(width * height)
    tags = {256: width, 257: height, 258: 8, 259: 8, 262: 1, 273: 200, 277: 1, 278: height, 279: len(strip)}
    rows = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return (b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + bytes(4)).ljust(200, b"\0") + strip


def circle() -> bytes:
    """A TIFF whose only directory is empty, and comes next after itself."""
    return b"II*\0" + struct.pack("<IHI", 8, 0, 8)


def tiff(array: np.ndarray, **options: Any) -> bytes:
    """What tifffile writes."""
    out = io.BytesIO()
    tifffile.imwrite(out, array, **options)
    return out.getvalue()


def gif_of(width: int, height: int, frames: int) -> bytes:
    """A GIF that repeats one frame."""
    data = saved(np.zeros((height, width), np.uint8), "GIF")
    at = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    return data[:at] + data[at:-1] * frames + b";"


def frames(kind: str, count: int, size: tuple[int, int] = (30, 20)) -> bytes:
    """Pictures of one colour each, the first light, in one file."""
    shades = np.linspace(200, 50, count).astype(np.uint8)
    images = [Image.new("RGB", size, (int(s), int(s), int(s))) for s in shades]
    out = io.BytesIO()
    images[0].save(out, kind, save_all=True, append_images=images[1:])
    return out.getvalue()


def scans(count: int, side: int) -> bytes:
    """A progressive JPEG that repeats its last scan."""
    data = saved(np.zeros((side, side), np.uint8), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * count + data[-2:]


def arithmetic() -> bytes:
    """A JPEG that says that it is coded arithmetically; any bytes are such a code."""
    grey = saved(photo()[..., 0], "JPEG")
    return grey.replace(b"\xff\xc0", b"\xff\xc9", 1)


def lying_bmp() -> bytes:
    """A bitmap of few bytes that says it has 400 megapixels."""
    data = bytearray(saved(photo(), "BMP"))
    data[18:26] = struct.pack("<ii", 20_000, 20_000)
    return bytes(data)


def ramp(channels: int = 1) -> np.ndarray:
    """(256, 256) or (256, 256, C) uint16: every level once."""
    levels = np.arange(65_536, dtype=np.uint16).reshape(256, 256)
    return levels if channels == 1 else np.stack([levels, levels.T, levels[::-1]], axis=2)


def png16(array: np.ndarray) -> bytes:
    """A PNG of 16 bits."""
    return bytes(imagecodecs.png_encode(array))


def cmyk(adobe: bool = True) -> bytes:
    """A CMYK JPEG as Photoshop writes it, or without its mark."""
    data = saved(photo(), "JPEG", "CMYK", quality=95)
    at = data.index(b"\xff\xee")
    return data if adobe else data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def ycck() -> bytes:
    """A JPEG of luma, two differences and black."""
    with Image.open(io.BytesIO(cmyk())) as image:
        ink = 255 - np.asarray(image)
    return bytes(imagecodecs.jpeg8_encode(ink, level=95, colorspace="CMYK", outcolorspace="YCCK"))


def other_primaries() -> bytes:
    """The profile of sRGB with the primaries of Adobe RGB (1998), on D50."""
    profile, primaries = (
        bytearray(SRGB),
        ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    )
    for name, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True):
        row = profile.index(name, 128)
        at = int.from_bytes(profile[row + 4 : row + 8], "big")
        profile[at + 8 : at + 20] = struct.pack(">iii", *(round(v * 65536) for v in values))
    return bytes(profile)


def packed_profile(profile: bytes) -> bytes:
    """The block of a PNG for a profile."""
    return chunk(b"iCCP", b"p\0\0" + zlib.compress(profile))


def heic(mode: str = "RGB") -> bytes:
    """A HEIC; with a mask beside it where the mode has alpha."""
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(photo(64, 48)).convert(mode)).save(out, quality=90)
    return out.getvalue()


def zipped(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """An ordinary ZIP."""
    import warnings
    import zipfile

    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # of two equal names
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def flipped(data: bytes, at: int) -> bytes:
    """With one bit changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def half(data: bytes) -> bytes:
    """The first half of the bytes."""
    return data[: len(data) // 2]


def personal() -> bytes:
    """An EXIF block that says who took a picture, with which very camera, and where."""
    owner, number, lens, notes, xmp = 0xA430, 0xA431, 0xA435, 0x927C, 0x02BC
    exif = Image.Exif()
    exif.load(exif_block(1))
    inner = exif.get_ifd(EXIF)
    inner[owner], inner[number], inner[lens], inner[notes] = "Jane Doe", "SN-0815", "LENS-4711", b"the maker's note"
    exif.get_ifd(GPS).update({2: (51.0, 28.0, 40.0), 4: (0.0, 0.0, 5.0)})
    exif[xmp] = b"<x:xmpmeta exif:GPSLatitude='51.4778'/>"
    return exif.tobytes()
