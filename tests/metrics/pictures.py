"""Pictures that the tests of metrics share."""

from functools import cache

import skimage.data
import torch
from torch import Tensor
from torch.nn import functional as F

NAMES = ("astronaut", "coffee", "chelsea")


@cache
def natural(name: str = "astronaut") -> Tensor:
    """A photograph (3, H, W) in [0, 1] whose sides are multiples of 16, so that halving leaves nothing out."""
    pixels = torch.from_numpy(getattr(skimage.data, name)()).permute(2, 0, 1).float() / 255
    return pixels[:, : pixels.shape[1] // 16 * 16, : pixels.shape[2] // 16 * 16].contiguous()


def noisy(pixels: Tensor, levels: float, seed: int = 0) -> Tensor:
    """White Gaussian noise of `levels` 8-bit levels on top, rounded and clipped as in a file."""
    grain = torch.randn(pixels.shape, generator=torch.Generator().manual_seed(seed))
    return ((pixels * 255 + levels * grain).round() / 255).clamp(0, 1)


def blurred(pixels: Tensor) -> Tensor:
    """A 3x3 mean."""
    return F.avg_pool2d(F.pad(pixels[None], (1, 1, 1, 1), mode="replicate"), 3, stride=1)[0]
