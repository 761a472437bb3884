"""Measurements that need no true picture: noise and sharpness."""

import math

import torch
from torch import Tensor

from enhancer.metrics.planes import LUMA_601, check, mix

BLOCK = 4  # detail coefficients a side, so 8x8 pixels
FLATTEST = 0.1  # share of the blocks that is looked at
SMALLEST = 2 * BLOCK
NO_CONTRAST = (0.5 / 255) ** 2  # variance of what nobody sees


def noise(pixels: Tensor) -> float:
    """Standard deviation of the noise in 8-bit levels, the root mean square over R, G and B.

    The diagonal Haar detail is measured in the tenth of 8x8 blocks that is flattest by its other two details, which
    the noise leaves independent of it; after Donoho and Johnstone, Biometrika 1994, with flat blocks in place of the
    median, and without blocks that hold clipped pixels, where there are others. Takes (3, H, W) in [0, 1]. Raises
    ValueError below 8 pixels a side. The grain of a texture that fills the whole picture counts as noise.
    """
    check(pixels, "Noise", SMALLEST)
    return 255 * math.sqrt(sum(_noise_power(channel) for channel in pixels) / 3)


def sharpness(pixels: Tensor) -> float:
    """Mean change from a pixel to the next in percent of the picture's contrast, without the share of the noise.

    100 · sqrt((E[dx² + dy²] / 2 - 2 n²) / (Var - n²)) on Rec. 601 luminance with forward differences dx, dy and
    noise deviation n. Takes (3, H, W) in [0, 1]. A picture whose contrast is below half of one of 255
    levels gives 0. Raises ValueError below 8 pixels a side.
    """
    check(pixels, "Sharpness", SMALLEST)
    luma = mix(pixels, LUMA_601)
    power = _noise_power(luma)
    change = (float(luma.diff(dim=0).square_().mean()) + float(luma.diff(dim=1).square_().mean())) / 2 - 2 * power
    contrast = float(luma.var(correction=0)) - power
    if change <= 0 or contrast < NO_CONTRAST:
        return 0.0
    return 100 * math.sqrt(change / contrast)


def _noise_power(plane: Tensor) -> float:
    """Variance of the noise of a plane (H, W) in [0, 1]."""
    height, width = (side // SMALLEST * SMALLEST for side in plane.shape)
    a, b, c, d = (plane[i:height:2, j:width:2] for i in (0, 1) for j in (0, 1))
    diagonal = _blocks((a - b - c + d) / 2).double().square().mean((1, 3))
    activity = (_blocks(a + b - c - d).square() + _blocks(a - b + c - d).square()).mean((1, 3))
    low, high = (torch.stack([f(_blocks(q), (1, 3)) for q in (a, b, c, d)]) for f in (torch.amin, torch.amax))
    whole = (low.amin(0) > 0) & (high.amax(0) < 1)
    if whole.any():
        diagonal, activity = diagonal[whole], activity[whole]
    count = max(1, round(FLATTEST * diagonal.numel()))
    flattest = activity.flatten().topk(count, largest=False).indices
    return float(diagonal.flatten()[flattest].mean())


def _blocks(detail: Tensor) -> Tensor:
    """(H, W) → (H / BLOCK, BLOCK, W / BLOCK, BLOCK)."""
    rows, columns = detail.shape
    return detail.reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
