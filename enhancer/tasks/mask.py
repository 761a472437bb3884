"""Masks of a picture's own size as text: base64 of a black and white PNG, white where something is meant."""

import base64
import binascii
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancer.errors import BadOptions, BadPicture
from enhancer.media import decode
from enhancer.settings import Settings
from enhancer.tasks.classical_colour import luma

LONGEST = 28_000  # letters, so that a recipe holds it; of masks that were painted by hand most take a tenth of that
NO_MASK = "Repair needs a mask, a black and white PNG that is white where the picture is to be filled."
SIGNATURE = b"\x89PNG\r\n\x1a\n"
HALF = 0.5  # of full light: what is lighter counts as white


def packed(mask: NDArray[np.bool_]) -> str:
    """A mask (H, W) as base64 of a PNG of one bit a pixel."""
    stream = io.BytesIO()
    Image.fromarray(mask).convert("1").save(stream, "PNG", optimize=True)
    return base64.b64encode(stream.getvalue()).decode()


def mask_of(text: str, size: tuple[int, int], settings: Settings) -> NDArray[np.bool_]:
    """The mask (H, W) that a text holds, for a picture of `size` (width, height).

    Raises BadOptions for no mask, no PNG, one of another size, and one that is black or white all over.
    """
    if not text:
        raise BadOptions(NO_MASK)
    if len(text) > LONGEST:
        raise BadOptions(
            f"This mask is too intricate to be kept: it has {len(text)} letters as text, and {LONGEST} are the most; "
            "please paint with a wider brush, and save it in pure black and white."
        )
    mask = decoded(text, settings)
    check_mask(mask, size)
    return mask


def share_of(text: str, settings: Settings) -> float:
    """How much of a picture such a text covers, 0 to 1. Raises BadOptions for no PNG."""
    return float(decoded(text, settings).mean())


def check_mask(mask: NDArray[np.bool_], size: tuple[int, int]) -> None:
    """Raises BadOptions for a mask (H, W) of another size (width, height), and for one that is all black or white."""
    height, width = mask.shape
    if (width, height) != size:
        raise BadOptions(
            f"The mask has {width}×{height} pixels and the picture {size[0]}×{size[1]}; both must have one size."
        )
    if not mask.any():
        raise BadOptions("The mask is black all over, so nothing is to be filled; paint what is to go in white.")
    if mask.all():
        raise BadOptions("The mask covers the whole picture, so nothing is left to fill it from; paint less of it.")


def decoded(text: str, settings: Settings) -> NDArray[np.bool_]:
    """The mask (H, W) in a text, of any size. Raises BadOptions for no PNG."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadOptions("The mask is not a PNG in base64; please send one.") from error
    return mask_in(data, settings)


def stretched(mask: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """A mask (h, w) as one (H, W) for a picture of `size` (width, height), each pixel that of the nearest."""
    (h, w), (width, height) = mask.shape, size
    rows, columns = (np.arange(height) * h // height, np.arange(width) * w // width)
    found: NDArray[np.bool_] = mask[rows[:, None], columns]
    return found


def mask_in(data: bytes, settings: Settings) -> NDArray[np.bool_]:
    """The mask (H, W) that the bytes of a file hold: what is white; transparent is not. Raises BadOptions."""
    if not data.startswith(SIGNATURE):
        raise BadOptions("The mask is not a PNG; other kinds of files blur its edges, so please save it as a PNG.")
    try:
        picture = decode(data, settings)
    except BadPicture as error:
        raise BadOptions(f"The mask cannot be read: {error}") from error
    light = luma(picture.pixels)[0]
    found: NDArray[np.bool_] = ((light if picture.alpha is None else light * picture.alpha[0]) >= HALF).numpy()
    return found
