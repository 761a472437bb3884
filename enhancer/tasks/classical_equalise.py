"""Histogram equalisation of luma, over the whole picture and place by place."""

import numpy as np
import torch
from skimage.exposure import cumulative_distribution
from torch import Tensor
from torch.nn import functional as F

from enhancer.tasks.classical_colour import luma, with_luma
from enhancer.tasks.classical_options import ClaheOptions, EqualiseOptions
from enhancer.tasks.classical_run import at_once, classical

BINS = 65536  # of the whole picture, one for each 16-bit level; between their centres the curve is a straight line
TILE_BINS = 256
SMALLEST_TILE = 8  # pixels a side; a smaller tile has too few pixels for a histogram
ROWS = 256  # that are looked up at once


def equalise(pixels: Tensor, options: EqualiseOptions) -> Tensor:
    """Replace luma by its rank among all pixels, the darkest becoming 0 and the lightest 1; Cb and Cr stay.

    Gonzalez and Woods, Digital Image Processing, section 3.3. A picture of one luma stays as it is.
    """
    before = luma(pixels)
    if before.max() - before.min() < 1e-6:
        return pixels
    ranks, centres = cumulative_distribution(before[0].numpy(), BINS)
    curve = (ranks - ranks[0]) / (1 - ranks[0])
    after = torch.from_numpy(np.interp(before.numpy(), centres, curve).astype(np.float32))
    return pixels.lerp(with_luma(pixels, before, after), options.strength)


def clahe(pixels: Tensor, options: ClaheOptions) -> Tensor:
    """Contrast-limited adaptive equalisation of luma; Cb and Cr stay.

    Zuiderveld, Graphics Gems IV (1994), VIII.5, in floating point: the curves of the tiles are interpolated between
    tiles and between their bins, where scikit-image's own rounds luma to its bins and would lose 16-bit pictures.
    """
    before = luma(pixels)
    tiles = [max(1, min(options.tiles, side // SMALLEST_TILE)) for side in before.shape[1:]]
    after = _look_up(before[0], _curves(before[0], tiles[0], tiles[1], options.clip))
    return pixels.lerp(with_luma(pixels, before, after[None]), options.strength)


def _curves(plane: Tensor, rows: int, columns: int, clip: float) -> Tensor:
    """The curve of each tile of a plane (H, W): (rows, columns, TILE_BINS + 1) from 0 to 1."""
    height, width = plane.shape
    row = torch.arange(height) * rows // height
    column = torch.arange(width) * columns // width
    level = (plane * TILE_BINS).long().clamp_(0, TILE_BINS - 1)
    place = (row[:, None] * columns + column) * TILE_BINS + level
    counts = place.flatten().bincount(minlength=rows * columns * TILE_BINS).view(rows, columns, TILE_BINS).double()
    shares = counts / counts.sum(-1, keepdim=True)
    clipped = shares.clamp(max=clip / TILE_BINS)
    clipped += (1 - clipped.sum(-1, keepdim=True)) / TILE_BINS
    return F.pad(clipped.cumsum(-1), (1, 0)).float()


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
