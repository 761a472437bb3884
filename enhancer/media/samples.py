"""What every reader hands over: samples as the file has them, and the one way from there to a Picture."""

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from enhancer import canvas
from enhancer.errors import BadPicture, NotAPicture
from enhancer.media import colour, exif
from enhancer.media.picture import Picture
from enhancer.settings import Settings

COLOURS = {"grey": 1, "rgb": 3, "cmyk": 4}
ON_THE_SIDE = 5  # and higher orientations swap width and height
DPI_RANGE = (1.0, 65_535.0)
PERSONAL = (
    "The place, the serial numbers and the camera maker's own notes in this picture's EXIF were left out; the rest was "
    "kept."
)
SEVERAL = "This file holds more than one picture; only the first one is used."


@dataclass
class Samples:
    """A decoded file before it is made upright.

    `array` (H, W, C) of any number type, from 0 to `top`; the first channels are those of `model` ("grey", "rgb" or
    "cmyk"), one more is alpha, which is `premultiplied` or not; `orientation` as EXIF counts it, where the container
    and not the EXIF block has the say; `exif` as found, with or without its prefix.
    """

    array: np.ndarray
    top: float
    model: str
    depth: int = 8
    premultiplied: bool = False
    orientation: int | None = None
    profile: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    notes: list[str] = field(default_factory=list)


def check_size(width: int, height: int, settings: Settings) -> None:
    """Refuse a picture by its header. Raises NotAPicture when it is empty, BadPicture when it is too large."""
    if width < 1 or height < 1:
        raise NotAPicture(f"This picture is empty: it measures {width}×{height} pixels; please export it again.")
    if max(width, height) > settings.max_side:
        raise BadPicture(
            f"This picture measures {width}×{height} pixels, and a side may have at most {settings.max_side};"
            " please make it smaller.",
            limit="max_side",
        )
    if width * height > settings.max_pixels:
        raise BadPicture(
            f"This picture has {width * height / 1e6:.1f} megapixels, and at most {settings.max_pixels / 1e6:g} are"
            " read; please make it smaller.",
            limit="max_pixels",
        )


def room_for(shape: tuple[int, ...], settings: Settings, wide: bool = False) -> np.ndarray | None:
    """(H, W, C) uint8, or uint16 where `wide`, on disk for a decoder to fill; None where memory will do."""
    dtype = torch.uint16 if wide else torch.uint8
    if canvas.fits(shape, settings, dtype):
        return None
    room: np.ndarray = canvas.empty(shape, settings, dtype).numpy()
    return room


def to_picture(samples: Samples, settings: Settings) -> Picture:
    """Upright pixels in [0, 1], and the identity that still describes them; on disk past the budget of memory."""
    notes = list(samples.notes)
    block, turned = _metadata(samples, settings, notes)
    array, model, profile = _colours(samples, notes)
    orientation = samples.orientation or turned
    array, dpi = _upright(array, orientation), sound_dpi(samples.dpi)
    if orientation >= ON_THE_SIDE:
        dpi, block = dpi and dpi[::-1], block and exif.crossed(block)
    top = 255 if model != samples.model else samples.top
    pixels, alpha = _tensors(array, top, COLOURS[model], samples.premultiplied, settings)
    return Picture(
        pixels=pixels,
        alpha=alpha,
        depth=samples.depth,
        grey=model == "grey",
        profile=profile,
        exif=block,
        dpi=dpi or (exif.resolution(block) if block else None),
        orientation=orientation,
        notes=tuple(notes),
    )


def sound_dpi(dpi: tuple[float, float] | None) -> tuple[float, float] | None:
    """The resolution if it can be meant: finite, and between 1 and 65,535 dots an inch."""
    low, high = DPI_RANGE
    return dpi if dpi and all(math.isfinite(d) and low <= d <= high for d in dpi) else None


def _metadata(samples: Samples, settings: Settings, notes: list[str]) -> tuple[bytes | None, int]:
    if not samples.exif:
        return None, 1
    try:
        block, turned = exif.cleaned(samples.exif)
        if block is not None and not settings.keep_place:
            block, personal = exif.anonymous(block)
            notes += [PERSONAL] if personal else []
    except ValueError:
        notes.append("The EXIF block of this file is damaged and was left out; the picture was not turned by it.")
        return None, 1
    return block, turned


def _colours(samples: Samples, notes: list[str]) -> tuple[np.ndarray, str, bytes | None]:
    """The samples in a kept colour model (CMYK becomes 8-bit sRGB), its name, and the profile that still fits."""
    if samples.model == "cmyk":
        ink = colour.divided(samples.array, samples.top) if samples.premultiplied else samples.array
        array, how = colour.from_cmyk(ink, samples.top, samples.profile)
        notes.append(how)
        samples.depth, samples.premultiplied = 8, False
        return array, "rgb", None
    profile, note = colour.kept(samples.profile, samples.model == "grey")
    if note:
        notes.append(note)
    return samples.array, samples.model, profile


def _upright(array: np.ndarray, orientation: int) -> np.ndarray:
    """Undo an EXIF orientation (CIPA DC-008, tag 0x0112)."""
    if orientation >= ON_THE_SIDE:
        array = array.swapaxes(0, 1)
    flip_rows = orientation in (3, 4, 7, 8)
    flip_columns = orientation in (2, 3, 6, 7)
    return array[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def _tensors(
    array: np.ndarray, top: float, colours: int, premultiplied: bool, settings: Settings
) -> tuple[Tensor, Tensor | None]:
    """(H, W, C) from 0 to `top` → (3, H, W) and, where a channel follows the colours, alpha (1, H, W), in [0, 1]."""
    height, width, channels = array.shape
    pixels = canvas.empty((3, height, width), settings)
    alpha = canvas.empty((1, height, width), settings) if channels > colours else None
    for rows, columns in canvas.parts(height, width, turned=array.strides[0] ** 2 < array.strides[1] ** 2):
        block = _tensor(array[rows, columns], top)
        colour = block[:colours]
        if alpha is not None:
            cover = alpha[:, rows, columns] = block[colours : colours + 1]
            colour = torch.where(cover > 0, colour / cover, 0).clamp_(0, 1) if premultiplied else colour
        pixels[:, rows, columns] = colour
        canvas.release(array, *([pixels] if alpha is None else [pixels, alpha]))
    return pixels, alpha


def _tensor(array: np.ndarray, top: float) -> Tensor:
    """(H, W, C) → (C, H, W) float32 in [0, 1]."""
    channels = np.moveaxis(array, 2, 0).astype(np.float32, order="C")
    tensor: Tensor = torch.from_numpy(channels)
    return tensor.div_(top)
