"""The undecimated Haar transform, and the shrinking of its detail."""

import numpy as np
import torch
from torch import Tensor

MEDIAN_OF_NORMAL = 0.6745  # median of |x| for deviation 1


def shrink(plane: Tensor, levels: int, noise: float | None) -> Tensor:
    """Shrink the detail of a plane (H, W) that holds noise of this deviation; None estimates it.

    BayesShrink (Chang, Yu, Vetterli, IEEE TIP 2000, eqs. 10 to 12) on the translation-invariant transform (Coifman,
    Donoho 1995), the noise by the median of the finest diagonal detail (Donoho, Johnstone 1994, section 4.1).
    """
    border = 2**levels  # so far does a pixel reach; beyond it the shifts wrap around
    padded = torch.from_numpy(np.pad(plane.numpy(), border, mode="symmetric"))
    sigma = _estimate(plane) if noise is None else noise
    return _shrink(padded, 1, levels, sigma)[border:-border, border:-border]


def _shrink(x: Tensor, level: int, levels: int, sigma: float) -> Tensor:
    """One level; each halves the deviation of the noise, because four values are averaged."""
    shift, sigma = 2 ** (level - 1), sigma / 2
    low, high = _split(x, shift, 0)
    (smooth, across), (down, diagonal) = _split(low, shift, 1), _split(high, shift, 1)
    across, down, diagonal = (_soft(band, sigma) for band in (across, down, diagonal))
    if level < levels:
        smooth = _shrink(smooth, level + 1, levels, sigma)
    return _join(_join(smooth, across, shift, 1), _join(down, diagonal, shift, 1), shift, 0)


def _split(x: Tensor, shift: int, dim: int) -> tuple[Tensor, Tensor]:
    other = x.roll(-shift, dim)
    return (x + other) / 2, (x - other) / 2


def _join(low: Tensor, high: Tensor, shift: int, dim: int) -> Tensor:
    """Each value stands in two pairs: the mean of both answers."""
    return ((low + high) + (low - high).roll(shift, dim)) / 2


def _soft(band: Tensor, sigma: float) -> Tensor:
    signal = max(float(band.double().square().mean()) - sigma**2, 0.0)
    if signal == 0:
        return band * 0 if sigma else band
    return torch.nn.functional.softshrink(band, sigma**2 / signal**0.5)


def _estimate(plane: Tensor) -> float:
    down = _split(plane, 1, 0)[1][:-1]
    diagonal = _split(down, 1, 1)[1][:, :-1]
    return 2 * float(diagonal.abs().median()) / MEDIAN_OF_NORMAL if diagonal.numel() else 0.0
