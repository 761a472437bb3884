"""PNG: chunks checked one by one, and only those that hold pixels handed to libpng. (W3C PNG, third edition.)"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import imagecodecs
import numpy as np

from enhancer.media.colour import MAX_PROFILE, WIDE, unconverted
from enhancer.media.formats import cut_off, damaged, unsupported
from enhancer.media.raster import Raster
from enhancer.media.samples import SEVERAL, Samples, check_size, room_for
from enhancer.settings import MIB, Settings

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXEL_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}  # by colour type; to those below 4 a chunk may add transparency
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
MAX_CHUNKS = 250_000
METRES_PER_INCH = 0.0254
USUAL_GAMMA = range(43_000, 48_000)
GAMMA = "This PNG states an unusual gamma without a colour profile; its values were kept unconverted."
RECIPE = b"image-enhancer recipe"  # the keyword of its iTXt chunk
PLAIN_TEXT = b"\0" + b"\0\0" + b"\0\0"  # after the keyword: not packed, no language, no translated keyword
LEVEL = 2  # a third of the time of level 6 for 4 % more bytes
BAND = 2**20  # bytes of pixels that are filtered at a time; four times as many cost a fifth more time


def read_png(data: bytes, settings: Settings) -> Samples:
    """Every colour type and depth; palettes become RGB, transparency becomes alpha, 16 bits stay 16 bits.

    Raises BadPicture for a size over the limits, a chunk with a wrong checksum, and a file that ends early.
    """
    width, height, depth = _header(data)
    check_size(width, height, settings)
    view, pixels, extra = memoryview(data), [memoryview(SIGNATURE)], dict[bytes, bytes]()
    found = set[bytes]()
    for name, start, end in _chunks(data):
        if name in PIXEL_CHUNKS:
            pixels.append(view[start:end])
            found.add(name)
        elif name[:1].isupper():
            raise unsupported("PNG", f"a block {name.decode('ascii', 'replace')}")
        else:
            extra.setdefault(name, data[start + 8 : end - 4])
    if b"IDAT" not in found:
        raise damaged("PNG", "it holds no pixels")
    colour = data[25]
    channels = CHANNELS[colour] + (colour < 4 and b"tRNS" in found)
    room = room_for((height, width, channels), settings, depth == 16)
    array = imagecodecs.png_decode(b"".join(pixels), out=room).reshape(height, width, -1)
    return Samples(
        array,
        top=65_535 if depth == 16 else 255,
        model="grey" if array.shape[2] < 3 else "rgb",
        depth=16 if depth == 16 else 8,
        profile=_profile(extra.get(b"iCCP")),
        exif=extra.get(b"eXIf"),
        dpi=_dpi(extra.get(b"pHYs")),
        notes=_notes(extra),
    )


def write_png(
    file: BinaryIO,
    raster: Raster,
    profile: bytes | None,
    exif: bytes | None,
    dpi: tuple[float, float] | None,
    recipe: str | None = None,
) -> None:
    """1 to 4 channels as PNG, band by band; profile, EXIF, resolution and recipe stand before the pixels."""
    height, width, channels = raster.shape
    colour = next(kind for kind, count in CHANNELS.items() if count == channels)
    file.write(SIGNATURE)
    file.write(_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, raster.depth, colour, 0, 0, 0)))
    if profile:
        file.write(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(profile)))
    if dpi:
        file.write(_chunk(b"pHYs", struct.pack(">IIB", *(round(d / METRES_PER_INCH) for d in dpi), 1)))
    if exif:
        file.write(_chunk(b"eXIf", exif))
    if recipe is not None:
        file.write(_chunk(b"iTXt", RECIPE + PLAIN_TEXT + recipe.encode()))
    pack = zlib.compressobj(LEVEL, strategy=zlib.Z_FILTERED)
    for rows in _filtered(raster):
        if packed := pack.compress(rows):
            file.write(_chunk(b"IDAT", packed))
    file.write(_chunk(b"IDAT", pack.flush()))
    file.write(_chunk(b"IEND", b""))


def recipe_in_png(data: bytes, largest: int) -> bytes | None:
    """The recipe that `write_png` laid in, as UTF-8, None where there is none of at most `largest` bytes.

    Raises BadPicture for a damaged file.
    """
    for name, start, end in _chunks(data):
        if name == b"iTXt" and data.startswith(RECIPE + PLAIN_TEXT, start + 8):
            text = data[start + 8 + len(RECIPE + PLAIN_TEXT) : end - 4]
            return text if len(text) <= largest else None
    return None


def _filtered(raster: Raster) -> Iterator[bytes]:
    """The rows as libpng filters them, taken out of PNG files of a band each that are stored and not packed.

    A band begins with the last row of the one before, which filters look back to, and which is then left out.
    """
    row = raster.row_bytes
    above: np.ndarray | None = None
    for band in raster.bands(max(1, BAND // row)):
        known = band if above is None else np.concatenate([above, band])
        room = 4096 + known.nbytes + known.nbytes // 64 + len(known)  # the encoder's own guess can be too small
        stored = bytes(imagecodecs.png_encode(known[..., 0] if known.shape[2] == 1 else known, level=0, out=room))
        packed = b"".join(stored[start + 8 : end - 4] for name, start, end in _chunks(stored) if name == b"IDAT")
        yield zlib.decompress(packed)[0 if above is None else row + 1 :]
        above = band[-1:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _header(data: bytes) -> tuple[int, int, int]:
    """Width, height and bits a sample, before anything else is looked at."""
    if len(data) < 33:
        raise cut_off("PNG")
    if data[8:16] != b"\0\0\0\rIHDR" or zlib.crc32(data[12:29]) != int.from_bytes(data[29:33], "big"):
        raise damaged("PNG", "its header does not match its checksum")
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    if depth not in DEPTHS.get(colour, ()):
        raise damaged("PNG", f"its header states colour type {colour} with {depth} bits, which does not exist")
    return width, height, depth


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, end) of each chunk up to IEND."""
    view, at = memoryview(data), len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if at + 12 > len(data):
            raise cut_off("PNG")
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if not name.isalpha():
            raise damaged("PNG", "one of its blocks has no proper name")
        if end > len(data):
            raise cut_off("PNG")
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise damaged("PNG", "one of its blocks does not match its checksum")
        yield name, at, end
        if name == b"IEND":
            return
        at = end
    raise damaged("PNG", f"it has more than {MAX_CHUNKS} blocks")


def _profile(chunk: bytes | None) -> bytes | None:
    """The profile out of iCCP. Damaged ones give bytes that no reader takes for a profile, so that the loss is noted
    further down. Raises BadPicture for one that would unpack to more than any profile has: nobody made that by mistake.
    """
    if chunk is None:
        return None
    name, _, packed = chunk.partition(b"\0")
    try:
        profile = zlib.decompressobj().decompress(packed[1:], MAX_PROFILE + 1)
    except zlib.error:
        return name or b"?"
    if len(profile) > MAX_PROFILE:
        raise damaged("PNG", f"its colour profile unpacks to more than {MAX_PROFILE // MIB} MiB")
    return profile


def _dpi(chunk: bytes | None) -> tuple[float, float] | None:
    if chunk is None or len(chunk) != 9 or chunk[8] != 1:
        return None
    across, down = struct.unpack_from(">II", chunk)
    return across * METRES_PER_INCH, down * METRES_PER_INCH


def _notes(extra: dict[bytes, bytes]) -> list[str]:
    notes = [SEVERAL] if b"acTL" in extra else []
    if b"iCCP" in extra:
        return notes
    if len(code := extra.get(b"cICP", b"")) == 4 and unconverted(code[0], code[1]):
        notes.append(WIDE)
    elif b"gAMA" in extra and b"sRGB" not in extra and int.from_bytes(extra[b"gAMA"], "big") not in USUAL_GAMMA:
        notes.append(GAMMA)
    return notes
