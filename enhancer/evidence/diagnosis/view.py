"""What the measurements look at: a small picture whole, of a large one its busiest and its calmest crops."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import torch
from torch import Tensor

from enhancer.evidence.diagnosis.visible import bounds, visible, whole
from enhancer.media.picture import Picture
from enhancer.tasks.resize import bleed

WHOLE = 1_200_000  # pixels; larger pictures are looked at in crops
SIDE = 256  # of a crop; a multiple of 8, so that every crop starts on the grid of a JPEG
BUSY, CALM = 10, 6  # crops with most and with least change from pixel to pixel
ROWS = 8  # of which one is asked how busy a crop is
THIN = 400_000  # pixels that tone and colour are judged by
LUMA_601 = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)


@dataclass(frozen=True)
class View:
    """`crops` (3, h, w) in [0, 1], each starting at a multiple of 8; `thin` (3, h, w), every nth pixel of all.

    Of a picture with fully transparent pixels they are of the rectangle that holds the others: crops with the nearest
    visible colour in their place, `thin` with what they hide. `masks`, one for each crop, and `thin_mask` are true
    where something shows, (h, w) bool each, None where everything does. `raw` is the file, where it is at hand.
    """

    width: int
    height: int
    crops: tuple[Tensor, ...]
    thin: Tensor
    masks: tuple[Tensor | None, ...]
    thin_mask: Tensor | None
    raw: bytes | None

    @property
    def shortest(self) -> int:
        """Pixels of the shortest side of a crop."""
        return min(min(crop.shape[1:]) for crop in self.crops)

    def shows(self, side: int) -> bool:
        """Whether a block of `side` pixels can be seen whole."""
        return any(mask is None or bool(whole(mask, side).any()) for mask in self.masks)

    @cached_property
    def luma(self) -> tuple[Tensor, ...]:
        """Rec. 601 luminance of the crops, (h, w) float64 in 8-bit levels, not rounded."""
        return tuple(torch.einsum("c,chw->hw", 255 * LUMA_601, crop.double()) for crop in self.crops)

    def squares(self, side: int) -> list[np.ndarray]:
        """`luma`; of a crop with hidden pixels the squares that show none, one every half `side`."""
        found = list[np.ndarray]()
        for luma, mask in zip(self.luma, self.masks, strict=True):
            starts = [range(0, length - side + 1, side // 2) for length in luma.shape]
            cuts = [(slice(y, y + side), slice(x, x + side)) for y, x in product(*starts)]
            found += [luma.numpy()] if mask is None else [luma[cut].numpy() for cut in cuts if mask[cut].all()]
        return found


def view_of(picture: Picture, raw: bytes | None) -> View:
    """Choose what to look at: nothing of what full transparency hides."""
    seen = visible(picture)
    rows, columns = bounds(seen)
    pixels, mask = picture.pixels[:, rows, columns], None if seen is None else seen[rows, columns]
    step = max(1, round((pixels.shape[1] * pixels.shape[2] / THIN) ** 0.5))
    places, thin = _places(pixels, mask), pixels[:, ::step, ::step]
    crops = tuple(pixels[:, y, x] for y, x in places)
    if mask is None:
        return View(picture.width, picture.height, crops, thin, (None,) * len(crops), None, raw)
    masks = tuple(mask[y, x] for y, x in places)
    shown = tuple(bleed(crop, seen[None].float()) for crop, seen in zip(crops, masks, strict=True))
    return View(picture.width, picture.height, shown, thin, masks, mask[::step, ::step], raw)


def _places(pixels: Tensor, mask: Tensor | None) -> list[tuple[slice, slice]]:
    height, width = pixels.shape[1:]
    rows, columns = height // SIDE, width // SIDE
    if height * width <= WHOLE or rows * columns <= BUSY + CALM:
        return [(slice(None), slice(None))]
    sampled = slice(0, rows * SIDE, ROWS), slice(0, columns * SIDE)
    green = pixels[1][sampled]
    change = green.diff(dim=1, append=green[:, -1:]).abs()
    if mask is not None:
        seen = mask[sampled]
        change *= seen & torch.cat([seen[:, 1:], seen[:, -1:]], 1)
    order = change.view(rows, SIDE // ROWS, columns, SIDE).mean((1, 3)).flatten().argsort()
    if mask is not None:
        order = order[_most_visible(mask[sampled], rows, columns)[order]]
    return [_place(n, columns) for n in order[-BUSY:].tolist() + order[:CALM].tolist()]


def _most_visible(mask: Tensor, rows: int, columns: int) -> Tensor:
    """Which crops are as visible as those that will be looked at must be: (n,) bool."""
    share = mask.view(rows, SIDE // ROWS, columns, SIDE).float().mean((1, 3)).flatten()
    return share >= share.sort(descending=True).values[BUSY + CALM - 1]


def _place(n: int, columns: int) -> tuple[slice, slice]:
    top, left = n // columns * SIDE, n % columns * SIDE
    return slice(top, top + SIDE), slice(left, left + SIDE)
