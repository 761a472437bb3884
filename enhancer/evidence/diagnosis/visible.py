"""Which pixels can be seen: what lies under full transparency is no part of the picture, and is not judged."""

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer import canvas
from enhancer.media.picture import Picture

GRID = 8  # pixels a side of the blocks of a JPEG
LEAST = 32  # pixels a side that the network which looks for faults needs


def visible(picture: Picture) -> Tensor | None:
    """(H, W) bool, true where anything shows; None where every pixel does."""
    if picture.alpha is None:
        return None
    seen = canvas.by_parts(lambda alpha: alpha > 0, picture.alpha)[0]
    return None if bool(seen.all()) else seen


def bounds(seen: Tensor | None) -> tuple[slice, slice]:
    """The rows and columns of (H, W) between which everything visible lies, from a multiple of 8 on; else all.

    At least `LEAST` of each, where there are so many.
    """
    if seen is None or not bool(seen.any()):
        return slice(None), slice(None)
    rows, columns = (_reach(seen.any(dim)) for dim in (1, 0))
    return rows, columns


def whole(seen: Tensor, side: int) -> Tensor:
    """Which blocks of `side` pixels of (H, W) are visible to the last pixel: (n,) bool, row by row."""
    if min(seen.shape) < side:
        return torch.zeros(0, dtype=torch.bool)
    return F.max_pool2d((~seen).float()[None], side).flatten() == 0


def _reach(lines: Tensor) -> slice:
    places = lines.nonzero()[:, 0]
    first, last = int(places[0]), int(places[-1]) + 1
    first = max(0, min(first, len(lines) - LEAST)) // GRID * GRID
    return slice(first, max(last, min(first + LEAST, len(lines))))
