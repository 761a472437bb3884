"""Histogram equalisation of luma, over the whole picture and place by place."""

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.tasks.classical_colour import luma, with_luma
from enhancer.tasks.classical_options import ClaheOptions, EqualiseOptions
from enhancer.tasks.classical_run import Shown, at_once, classical

BINS = 65536  # of the whole picture, one for each 16-bit level
TILE_BINS = 256
SMALLEST_TILE = 8  # pixels a side; a smaller tile has too few pixels for a histogram
ROWS = 256  # that are looked up at once
HALVINGS = 50  # of what is added to the bins of a tile


def equalise(pixels: Tensor, options: EqualiseOptions, shown: Shown = None) -> Tensor:
    """Replace luma by its rank among all pixels, the darkest becoming 0 and the lightest 1; Cb and Cr stay.

    Gonzalez and Woods, Digital Image Processing, section 3.3. A picture of one luma stays as it is.
    """
    before = luma(pixels)
    seen = before.flatten() if shown is None else before[0][shown]
    if not len(seen) or seen.max() - seen.min() < 1e-6:
        return pixels
    darkest, step = seen.min(), (seen.max() - seen.min()) / (BINS - 1)
    ranks = ((seen - darkest) / step).round_().long().bincount(minlength=BINS).cumsum(0).double()
    curve = ((ranks - ranks[0]) / (ranks[-1] - ranks[0])).float()
    after = curve[((before - darkest) / step).round_().long().clamp_(0, BINS - 1)]
    return pixels.lerp(with_luma(pixels, before, after), options.strength)


def clahe(pixels: Tensor, options: ClaheOptions, shown: Shown = None) -> Tensor:
    """Contrast-limited adaptive equalisation of luma; Cb and Cr stay.

    Zuiderveld, Graphics Gems IV (1994), VIII.5, in floating point: the curves of the tiles are interpolated between
    tiles and between their bins, where scikit-image's own rounds luma to its bins and would lose 16-bit pictures.
    """
    before = luma(pixels)
    tiles = [max(1, min(options.tiles, side // SMALLEST_TILE)) for side in before.shape[1:]]
    after = _look_up(before[0], _curves(before[0], tiles[0], tiles[1], options.clip, shown))
    return pixels.lerp(with_luma(pixels, before, after[None]), options.strength)


def _curves(plane: Tensor, rows: int, columns: int, clip: float, shown: Shown) -> Tensor:
    """The curve of each tile of a plane (H, W): (rows, columns, TILE_BINS + 1) from 0 to 1, no steeper than `clip`.

    What a bin holds beyond that is shared out evenly to all that have room left. Where nothing is shown, nothing
    changes.
    """
    height, width = plane.shape
    row = torch.arange(height) * rows // height
    column = torch.arange(width) * columns // width
    level = (plane * TILE_BINS).long().clamp_(0, TILE_BINS - 1)
    place = (row[:, None] * columns + column) * TILE_BINS + level
    places = place.flatten() if shown is None else place[shown]
    counts = places.bincount(minlength=rows * columns * TILE_BINS).view(rows, columns, TILE_BINS).double()
    shares, limit = counts / counts.sum(-1, keepdim=True).clamp(min=1), clip / TILE_BINS
    low, high = torch.zeros_like(shares[..., :1]), torch.full_like(shares[..., :1], limit)
    for _ in range(HALVINGS):
        added = (low + high) / 2
        enough = (shares + added).clamp(max=limit).sum(-1, keepdim=True) >= 1
        low, high = torch.where(enough, low, added), torch.where(enough, added, high)
    return F.pad((shares + high).clamp(max=limit).cumsum(-1), (1, 0)).float()


def _look_up(plane: Tensor, curves: Tensor) -> Tensor:
    """Put a plane (H, W) through the curves, trilinear in row, column and level."""
    height, width = plane.shape
    y = (torch.arange(height) + 0.5) * 2 / height - 1
    x = (torch.arange(width) + 0.5) * 2 / width - 1
    knots = curves.shape[-1]
    found = torch.empty_like(plane)
    for top in range(0, height, ROWS):
        part = plane[top : top + ROWS]
        level = (part * (knots - 1) * 2 + 1) / knots - 1
        places = torch.stack([level, x.expand_as(level), y[top : top + ROWS, None].expand_as(level)], -1)
        sampled = F.grid_sample(curves[None, None], places[None, None], padding_mode="border", align_corners=False)
        found[top : top + ROWS] = sampled[0, 0, 0]
    return found


RUNS = {
    "equalise": classical(at_once(equalise)),
    "clahe": classical(at_once(clahe)),
}
