"""What the measurements look at: a small picture whole, of a large one its busiest and its calmest crops."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from enhancer.media.picture import Picture

WHOLE = 1_200_000  # pixels; larger pictures are looked at in crops
SIDE = 256  # of a crop; a multiple of 8, so that every crop starts on the grid of a JPEG
BUSY, CALM = 10, 6  # crops with most and with least change from pixel to pixel
ROWS = 8  # of which one is asked how busy a crop is
THIN = 400_000  # pixels that tone and colour are judged by
LUMA_601 = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)


@dataclass(frozen=True)
class View:
    """`crops` (3, h, w) in [0, 1], each starting at a multiple of 8; `thin` (3, h, w), every nth pixel of all.

    `raw` is the file, where it is at hand.
    """

    width: int
    height: int
    crops: tuple[Tensor, ...]
    thin: Tensor
    raw: bytes | None = None

    @cached_property
    def luma(self) -> tuple[Tensor, ...]:
        """Rec. 601 luminance of the crops, (h, w) float64 in 8-bit levels, not rounded."""
        return tuple(torch.einsum("c,chw->hw", 255 * LUMA_601, crop.double()) for crop in self.crops)


def view_of(picture: Picture, raw: bytes | None) -> View:
    """Choose what to look at."""
    pixels = picture.pixels
    step = max(1, round((picture.width * picture.height / THIN) ** 0.5))
    return View(picture.width, picture.height, _crops(pixels), pixels[:, ::step, ::step], raw)


def _crops(pixels: Tensor) -> tuple[Tensor, ...]:
    height, width = pixels.shape[1:]
    rows, columns = height // SIDE, width // SIDE
    if height * width <= WHOLE or rows * columns <= BUSY + CALM:
        return (pixels,)
    green = pixels[1, : rows * SIDE : ROWS, : columns * SIDE]
    change = green.diff(dim=1, append=green[:, -1:]).abs().view(rows, SIDE // ROWS, columns, SIDE).mean((1, 3))
    order = change.flatten().argsort().tolist()
    return tuple(_cut(pixels, place, columns) for place in order[-BUSY:] + order[:CALM])


def _cut(pixels: Tensor, place: int, columns: int) -> Tensor:
    top, left = place // columns * SIDE, place % columns * SIDE
    return pixels[:, top : top + SIDE, left : left + SIDE]
