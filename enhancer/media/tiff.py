"""TIFF: strips checked against the file before any is unpacked; every depth, layout and byte order. (TIFF 6.0.)"""

import io
from typing import Any, BinaryIO

import imagecodecs  # tifffile unpacks with it, too; without it a good file would look damaged
import numpy as np
import tifffile

from enhancer.errors import BadOptions
from enhancer.media import exif
from enhancer.media.formats import cut_off, damaged, unsupported
from enhancer.media.raster import Raster
from enhancer.media.samples import SEVERAL, Samples, check_size, room_for
from enhancer.settings import Settings

KINDS = tifffile.COMPRESSION
COMPRESSIONS = {
    *(KINDS.NONE, KINDS.LZW, KINDS.ADOBE_DEFLATE, KINDS.DEFLATE, KINDS.PACKBITS),
    *(KINDS.JPEG, KINDS.ZSTD, KINDS.LZMA, KINDS.WEBP),
}
COLOURS = tifffile.PHOTOMETRIC
MODELS = {
    COLOURS.MINISWHITE: "grey",
    COLOURS.MINISBLACK: "grey",
    COLOURS.RGB: "rgb",
    COLOURS.YCBCR: "rgb",
    COLOURS.PALETTE: "rgb",
    COLOURS.SEPARATED: "cmyk",
}
CHANNELS = {"grey": 1, "rgb": 3, "cmyk": 4}
MAX_CHANNELS = 8
PREMULTIPLIED = 1  # a kind of extra channel, as 2 is for alpha that the colours do not hold
ALPHAS = (PREMULTIPLIED, 2)
PROFILE, ORIENTATION, DNG_VERSION = 34675, 274, 50706
DESCRIPTION, SOFTWARE = 270, 305
STRIP = 2**18  # bytes of pixels
LARGEST = 2**32 - 2**26  # bytes of pixels: strips that cannot be packed grow a little, and there is metadata
CANON_RAW = b"CR"
SPARE = "This TIFF has a further channel without a stated meaning; it was left out."
UNREADABLE_EXIF = "The EXIF entries of this TIFF could not be read and were left out."
NOT_NUMBERS = "This TIFF holds values that are not finite numbers; they were set to zero."


def read_tiff(data: bytes, settings: Settings) -> Samples:
    """The first page. Whole numbers of up to 16 bits and floats in [0, 1] keep their scale; others are stretched.

    Colours are stretched from their least to their greatest value; alpha never is.

    Raises BadPicture for a size over the limits, strips outside the file, and kinds that are not read.
    """
    try:
        file = tifffile.TiffFile(io.BytesIO(data))
    except (tifffile.TiffFileError, ValueError, IndexError, KeyError) as error:
        raise damaged("TIFF", "it has no readable directory or ends before it") from error
    with file:
        page = file.pages.first
        if not isinstance(page, tifffile.TiffPage):
            raise damaged("TIFF", "it has no readable directory or ends before it")
        _check(page, data, settings)
        samples = _samples(page, _channels_last(page, settings))
        samples.notes += [SEVERAL] if _several(data) else []
        samples.exif = _exif(page, data, samples.notes)
    return samples


def write_tiff(
    file: BinaryIO, raster: Raster, profile: bytes | None, block: bytes | None, dpi: tuple[float, float] | None
) -> None:
    """1 to 4 channels as TIFF, deflated with a predictor strip by strip; EXIF and GPS as directories of their own.

    Raises BadOptions for more pixels than the addresses of a TIFF reach.
    """
    height, width, channels = raster.shape
    if height * raster.row_bytes > LARGEST:
        raise BadOptions(f"TIFF holds less than {LARGEST / 1e9:.1f} GB of pixels; please choose PNG.")
    order = exif.order_of(block) if block else "<"
    number = np.dtype(f"{order}u{raster.depth // 8}")
    rows = max(1, STRIP // raster.row_bytes)
    with tifffile.TiffWriter(file, byteorder=order) as writer:
        writer.write(
            (_packed(band, number) for band in raster.bands(rows)),
            shape=raster.shape if channels > 1 else (height, width),
            dtype=number,
            rowsperstrip=rows,
            photometric="rgb" if channels > 2 else "minisblack",
            planarconfig="contig" if channels > 1 else None,
            extrasamples=["unassalpha"] if channels in (2, 4) else None,
            compression="adobe_deflate",
            predictor=True,
            iccprofile=profile,
            resolution=dpi,
            resolutionunit="inch" if dpi else None,
            metadata=None,
            software=False,
        )
    if block:
        exif.transplant(block, file)


def _packed(band: np.ndarray, number: np.dtype[Any]) -> bytes:
    """A strip (h, W, C), each value as its difference from the one before in its row (TIFF 6.0, section 14)."""
    steps = band.copy()
    steps[:, 1:] -= band[:, :-1]
    packed: bytes = bytes(imagecodecs.deflate_encode(steps.astype(number).tobytes()))
    return packed


def _check(page: tifffile.TiffPage, data: bytes, settings: Settings) -> None:
    """Refuse by the directory alone whatever could not be unpacked safely and completely."""
    check_size(page.imagewidth, page.imagelength, settings)
    if page.is_reduced or DNG_VERSION in page.tags or data[8:10] == CANON_RAW:
        raise unsupported("TIFF", "the raw data of a camera")
    if page.photometric not in MODELS:
        raise unsupported("TIFF", "a colour model other than grey, RGB, palette and CMYK")
    if page.compression not in COMPRESSIONS:
        raise unsupported("TIFF", f"compression number {int(page.compression)}")
    if page.samplesperpixel > MAX_CHANNELS or page.imagedepth > 1 or page.dtype is None:
        raise unsupported("TIFF", "an unusual arrangement of channels")
    if page.is_tiled:
        check_size(page.tilewidth, page.tilelength, settings)
    ends = [at + count for at, count in zip(page.dataoffsets, page.databytecounts, strict=False)]
    if not ends or len(page.dataoffsets) != len(page.databytecounts):
        raise damaged("TIFF", "it does not say where its pixels are")
    if max(ends) > len(data):
        raise cut_off("TIFF")


def _channels_last(page: tifffile.TiffPage, settings: Settings) -> np.ndarray:
    plain = page.dtype in (np.uint8, np.uint16)
    room = room_for(page.shape, settings, page.dtype == np.uint16) if plain else None
    array: np.ndarray = page.asarray(out=room, maxworkers=1)
    if array.ndim == 2:
        return array[..., None]
    planar = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1
    return np.moveaxis(array, 0, 2) if planar else array


def _samples(page: tifffile.TiffPage, array: np.ndarray) -> Samples:
    model, notes = MODELS[page.photometric], list[str]()
    colours, extra = CHANNELS[model], [int(kind) for kind in page.extrasamples]
    if page.photometric == COLOURS.PALETTE:
        array, extra = _painted(page, array), []
    cover = next((n for n, kind in enumerate(extra[: array.shape[2] - colours]) if kind in ALPHAS), None)
    kept = colours + (cover is not None)
    if array.shape[2] > kept:
        notes.append(SPARE)
        if cover:
            array[..., colours] = array[..., colours + cover]
        array = array[..., :kept]
    bits, top = 8, 255.0
    if page.photometric != COLOURS.PALETTE:
        array, bits, top = _scaled(page, array, colours, notes)
    if page.photometric == COLOURS.MINISWHITE:
        array = np.concatenate([top - array[..., :1], array[..., 1:]], axis=2).astype(array.dtype)
    return Samples(
        array,
        top=top,
        model=model,
        depth=16 if bits > 8 else 8,
        premultiplied=cover is not None and extra[cover] == PREMULTIPLIED,
        orientation=_orientation(page),
        profile=_bytes(page, PROFILE),
        dpi=_dpi(page),
        notes=notes,
    )


def _scaled(
    page: tifffile.TiffPage, array: np.ndarray, colours: int, notes: list[str]
) -> tuple[np.ndarray, int, float]:
    """Samples, their bits and greatest value; all but whole numbers of up to 16 bits are brought into 0 to 1."""
    if array.dtype == bool:
        return array.astype(np.uint8), 1, 1.0
    if array.dtype.kind == "u" and array.dtype.itemsize <= 2:
        bits = int(page.bitspersample)
        return array.astype(array.dtype.newbyteorder("="), copy=False), bits, float(2**bits - 1)
    if array.dtype.kind not in "iuf":
        raise unsupported("TIFF", f"numbers of type {array.dtype.name}")
    values = array.astype(np.float64)
    if not np.isfinite(values).all():
        notes.append(NOT_NUMBERS)
        values = np.where(np.isfinite(values), values, 0)
    whole = 1.0 if array.dtype.kind == "f" else float(np.iinfo(array.dtype).max)
    colour, alpha = values[..., :colours], np.clip(values[..., colours:] / whole, 0, 1)
    low, high = float(colour.min()), float(colour.max())
    if array.dtype.kind != "f" or low < 0 or high > 1:
        notes.append(
            f"This TIFF holds {array.dtype.name} values, which were stretched from {low:g} to {high:g} onto 0 to 1."
        )
        colour = (colour - low) / ((high - low) or 1)
    return np.concatenate([colour, alpha], axis=2).astype(np.float32), 16, 1.0


def _painted(page: tifffile.TiffPage, array: np.ndarray) -> np.ndarray:
    colormap: np.ndarray | None = page.colormap
    if colormap is None or int(array.max()) >= colormap.shape[1]:
        raise damaged("TIFF", "its palette has too few colours")
    colours: np.ndarray = (colormap >> 8).astype(np.uint8).T
    painted: np.ndarray = colours[array[..., 0]]
    return painted


def _orientation(page: tifffile.TiffPage) -> int:
    value = page.tags.valueof(ORIENTATION, default=1)
    return int(value) if isinstance(value, int) and 1 <= value <= 8 else 1


def _bytes(page: tifffile.TiffPage, code: int) -> bytes | None:
    value = page.tags.valueof(code)
    return bytes(value) if isinstance(value, (bytes, tuple)) else None


def _dpi(page: tifffile.TiffPage) -> tuple[float, float] | None:
    try:
        across, down = page.get_resolution("inch") if int(page.resolutionunit) > 1 else (0.0, 0.0)
    except (ValueError, ZeroDivisionError, TypeError):
        return None
    return float(across), float(down)


def _several(data: bytes) -> bool:
    try:
        return exif.next_directory(data) != 0
    except ValueError:
        return False  # BigTIFF has another layout


def _exif(page: tifffile.TiffPage, data: bytes, notes: list[str]) -> bytes | None:
    try:
        blank = exif.empty(exif.order_of(data))
        block = exif.transplanted(data, blank)
    except ValueError:  # damaged, or BigTIFF
        of_the_file = {SOFTWARE, *([DESCRIPTION] if page.is_shaped else [])}  # how it was written, and no more
        notes += [UNREADABLE_EXIF] if {tag.code for tag in page.tags} & (exif.TRAVELLING - of_the_file) else []
        return None
    return None if block == blank else block
