"""PSNR-B, which counts the steps that JPEG leaves between its 8x8 blocks once more."""

import math

import torch
from torch import Tensor

from enhancer.metrics.planes import LUMA_601, check_pair, mix, planes

BLOCK = 8


def psnr_b(candidate: Tensor, reference: Tensor) -> float:
    """PSNR in dB with the blocking effect factor of `candidate` added to its mean squared error; inf where both are 0.

    Yim, Bovik, "Quality assessment of deblocked images", IEEE Transactions on Image Processing 20 (2011), for blocks
    of 8x8 that start in the upper left corner. The error is taken over R, G and B, the blocking from their luminance;
    for a grey picture both are the grey values. Pairs of neighbours are counted as they are, also where a side is no
    multiple of 8. Shapes (3, H, W) in [0, 1]. Raises ValueError for unequal shapes and below 9 pixels a side.
    """
    pair = check_pair(candidate, reference, "PSNR-B", BLOCK + 1)
    errors = [float((a - b).square_().mean()) for a, b in zip(*(planes(p, y=False) for p in pair), strict=True)]
    total = sum(errors) / len(errors) + blocking(mix(candidate, LUMA_601))
    return math.inf if total == 0 else -10 * math.log10(total)


def blocking(plane: Tensor) -> float:
    """The blocking effect factor of a plane (H, W): how much larger squared steps are across block borders than within.

    0 where they are not larger.
    """
    border, inner = torch.zeros(0), torch.zeros(0)
    for dim in (0, 1):
        steps = plane.diff(dim=dim).square_().transpose(0, dim)
        at_border = torch.arange(1, len(steps) + 1) % BLOCK == 0
        border = torch.cat([border, steps[at_border].flatten()])
        inner = torch.cat([inner, steps[~at_border].flatten()])
    excess = float(border.mean() - inner.mean())
    return max(0.0, excess) * math.log2(BLOCK) / math.log2(min(plane.shape))
