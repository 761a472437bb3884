"""Pictures of a measurement: where the error is, where the structure differs, how the levels are spread."""

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.metrics.planes import check, check_pair, planes, strips
from enhancer.metrics.reference import WINDOW, similarity

# From dark violet over red to pale yellow in equal steps of CIELAB lightness, L* = 4 to 97.
PALETTE = (
    (0, 13, 43),
    (42, 21, 103),
    (111, 25, 109),
    (163, 43, 108),
    (205, 74, 103),
    (235, 114, 98),
    (254, 158, 98),
    (255, 205, 132),
    (255, 247, 202),
)


def error_map(candidate: Tensor, reference: Tensor) -> Tensor:
    """Mean absolute error of R, G and B at every pixel: (3, H, W) twice → (1, H, W) in [0, 1]."""
    a, b = check_pair(candidate, reference, "The error map")
    return (a - b).abs_().mean(0, keepdim=True)


def ssim_map(candidate: Tensor, reference: Tensor) -> Tensor:
    """SSIM of the window around every pixel, mean over R, G and B: (3, H, W) twice → (1, H, W) in [-1, 1].

    Beyond the border the pictures are continued by their edge pixels, so that the map has their size.
    """
    pair = check_pair(candidate, reference, "The SSIM map")
    height, width = candidate.shape[1:]
    total = torch.zeros(height, width)
    for channels in zip(*(planes(p, y=False) for p in pair), strict=True):
        a, b = (F.pad(c[None], [WINDOW // 2] * 4, mode="replicate")[0] for c in channels)
        maps = [similarity(a[rows], b[rows])[0] for rows in strips(a.shape[0], WINDOW - 1)]
        total += torch.cat(maps) / 3
    return total[None]


def histogram(pixels: Tensor, bins: int = 256) -> Tensor:
    """How many pixels of each channel fall into each of `bins` equal ranges of [0, 1]: (3, H, W) → (3, bins) int64.

    With 256 bins, each 8-bit level has a bin of its own. Raises ValueError for fewer than 1 bin.
    """
    check(pixels, "The histogram")
    if bins < 1:
        raise ValueError(f"A histogram needs at least 1 bin, not {bins}")
    counts = [((c * bins).long().clamp_(0, bins - 1)).flatten().bincount(minlength=bins) for c in pixels]
    return torch.stack(counts)


def colour_map(values: Tensor) -> Tensor:
    """Show numbers as colours, the lighter the larger: (1, H, W), clamped to [0, 1] → (3, H, W) in [0, 1]."""
    if values.ndim != 3 or values.shape[0] != 1:
        raise ValueError(f"A colour map takes (1, H, W), not {tuple(values.shape)}")
    palette = torch.tensor(PALETTE, dtype=torch.float32) / 255
    place = values[0].float().clamp(0, 1) * (len(PALETTE) - 1)
    below = place.long().clamp_(max=len(PALETTE) - 2)
    share = place - below
    return torch.stack([torch.lerp(c[below], c[below + 1], share) for c in palette.T])
