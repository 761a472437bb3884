"""Samples of several sizes in one batch: each lies in the upper left of its canvas and goes on beyond its border."""

import torch
from torch import Tensor


def window(x: Tensor, top: Tensor, left: Tensor, height: int, width: int, sizes: Tensor, mirror: bool) -> Tensor:
    """Cut a window from every sample, whose picture has `sizes` (B, 2) and is continued without end on all sides.

    Shape: (B, C, H, W) → (B, C, height, width), its corner at (top, left), each (B,), which may lie outside. The
    continuation is the mirrored picture (the border pixel is not repeated), or the border pixel without `mirror`.
    """
    rows = _inside(top[:, None] + torch.arange(height), sizes[:, :1], mirror)
    columns = _inside(left[:, None] + torch.arange(width), sizes[:, 1:], mirror)
    flat = (rows[:, :, None] * x.shape[-1] + columns[:, None, :]).flatten(1)[:, None].to(x.device)
    return x.flatten(2).gather(2, flat.expand(-1, x.shape[1], -1)).view(*x.shape[:2], height, width)


def _inside(index: Tensor, size: Tensor, mirror: bool) -> Tensor:
    if not mirror:
        return torch.minimum(index.clamp(min=0), size - 1)
    period = (2 * size - 2).clamp(min=1)
    wrapped = torch.remainder(index, period)
    return torch.minimum(wrapped, period - wrapped).minimum(size - 1)


def extend(x: Tensor, sizes: Tensor, margin: int, mirror: bool) -> Tensor:
    """Fill all of a canvas outside the picture of each sample, and a further `margin` on all four sides.

    Shape: (B, C, H, W) → (B, C, H + 2·margin, W + 2·margin).
    """
    height, width = x.shape[-2:]
    if margin == 0 and bool((sizes == torch.tensor([height, width])).all()):
        return x
    corner = torch.full((len(x),), -margin)
    return window(x, corner, corner, height + 2 * margin, width + 2 * margin, sizes, mirror)


def full_sizes(x: Tensor) -> Tensor:
    """Sizes (B, 2) of samples that fill their canvas (B, C, H, W)."""
    return torch.tensor(x.shape[-2:]).expand(len(x), 2)
