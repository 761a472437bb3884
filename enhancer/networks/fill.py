"""A first guess at missing pixels: smooth colour from around the hole, at any size of it."""

import torch
from torch import Tensor
from torch.nn import functional as F


def fill(x: Tensor, hole: Tensor) -> Tensor:
    """Replace the pixels of `x` where `hole` is 1 by a smooth continuation of what surrounds them.

    Push-pull (Gortler et al., "The Lumigraph", SIGGRAPH 1996, section 3.4): averages of the known pixels at half,
    quarter, ... of the resolution, down to one cell, and back up. All other pixels stay as they are, bit by bit.
    Shape: (B, C, H, W) float32 and (B, 1, H, W) of 0 and 1 → (B, C, H, W). A picture that is all hole becomes grey 0.5.
    """
    known = 1 - hole
    guess = _pulled(x * known, known)
    return torch.where(hole > 0, guess, x)


def _pulled(total: Tensor, weight: Tensor) -> Tensor:
    """Colours everywhere, from sums of colour and the weight of each cell, at most 1."""
    colour = total / weight.clamp(min=1e-6)
    height, width = weight.shape[-2:]
    if height == width == 1:
        return torch.where(weight > 0, colour, torch.full_like(colour, 0.5))
    half = F.avg_pool2d(weight, 2, ceil_mode=True, count_include_pad=False)
    sums = F.avg_pool2d(total, 2, ceil_mode=True, count_include_pad=False)
    grown = (half * 4).clamp(max=1)  # one known pixel of four is as good as all of them
    coarse = _pulled(sums * (grown / half.clamp(min=1e-6)), grown)
    around = F.interpolate(coarse, (2 * coarse.shape[-2], 2 * coarse.shape[-1]), mode="bilinear", align_corners=False)
    return colour * weight + around[..., :height, :width] * (1 - weight)
