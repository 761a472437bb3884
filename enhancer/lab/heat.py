"""Maps over pictures: warm where something counts, cool where it speaks against."""

import torch
from torch import Tensor
from torch.nn import functional as F

WARM, COOL = (1.0, 0.45, 0.05), (0.15, 0.5, 1.0)
PALE = 0.45  # of the picture below
ROOT = 0.5  # weak influence is lifted, or only a dot would be seen
MARK = (1.0, 1.0, 1.0)


def laid_over(picture: Tensor, weight: Tensor, root: float = 1.0) -> Tensor:
    """The paled picture (3, H, W) with `weight` (1, H, W) in colours; its largest value is the strongest colour."""
    strength = (weight / weight.abs().max().clamp(min=1e-12)).abs().pow(root)
    colour = torch.where(weight >= 0, _colour(WARM), _colour(COOL))
    grey = picture.mean(0, keepdim=True) * PALE
    return grey.expand(3, -1, -1).lerp(colour.expand(3, *weight.shape[1:]), strength.expand(3, -1, -1)).clamp(0, 1)


def enlarged(pixels: Tensor, side: int) -> Tensor:
    """Each pixel as a square, until the longer side has about `side` pixels: (3, h, w) → (3, H, W)."""
    times = max(1, side // max(pixels.shape[1:]))
    return F.interpolate(pixels[None], scale_factor=times, mode="nearest")[0] if times > 1 else pixels


def marked(pixels: Tensor, times: int, row: int, column: int) -> Tensor:
    """A frame around the pixel (row, column) of what was enlarged so many times, at (3, H, W)."""
    top, left = row * times, column * times
    framed, colour = pixels.clone(), _colour(MARK)
    box = framed[:, max(0, top - 2) : top + times + 2, max(0, left - 2) : left + times + 2]
    inside = pixels[:, top : top + times, left : left + times].clone()
    box[:] = colour
    framed[:, top : top + times, left : left + times] = inside
    return framed


def _colour(rgb: tuple[float, float, float]) -> Tensor:
    return torch.tensor(rgb)[:, None, None]
