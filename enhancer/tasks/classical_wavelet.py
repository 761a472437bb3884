"""The undecimated Haar transform, and the shrinking of its detail."""

import numpy as np
import torch
from torch import Tensor

MEDIAN_OF_NORMAL = 0.6745  # median of |x| for deviation 1
ROWS = 256  # summed at a time, so that no double copy of a whole band is made


def shrink(plane: Tensor, levels: int, noise: float | None, telling: Tensor | None = None) -> Tensor:
    """Shrink the detail of a plane (H, W) that holds noise of this deviation; None estimates it.

    How strong noise and signals are is judged where it is `telling`, (H, W) bool; None stands for everywhere.

    BayesShrink (Chang, Yu, Vetterli, IEEE TIP 2000, eqs. 10 to 12) on the translation-invariant transform (Coifman,
    Donoho 1995), the noise by the median of the finest diagonal detail (Donoho, Johnstone 1994, section 4.1).
    The way back is linear, so that of the three bands of a level only what they add together is kept.
    """
    border = 2**levels  # so far does a pixel reach; beyond it the shifts wrap around
    sigma = _estimate(plane, telling) if noise is None else noise
    smooth = torch.from_numpy(np.pad(plane.numpy(), border, mode="symmetric"))
    judged = None if telling is None else torch.from_numpy(np.pad(telling.numpy(), border, mode="symmetric"))
    shifts, details = [2**level for level in range(levels)], list[Tensor]()
    for shift in shifts:
        sigma /= 2  # each level halves the deviation of the noise, because four values are averaged
        smooth, detail = _level(smooth, shift, sigma, judged)
        details.append(detail)
    for shift in reversed(shifts):
        smooth = _join_low(_join_low(smooth, shift, 1), shift, 0).add_(details.pop())
    return smooth[border:-border, border:-border]


def _level(x: Tensor, shift: int, sigma: float, judged: Tensor | None) -> tuple[Tensor, Tensor]:
    """One level → the smooth band, and what the three shrunk bands of detail add to `x`."""
    low, high = _split(x, shift, 0)
    smooth, across = _split(low, shift, 1)
    del low
    detail = _join_low(_join_high(_soft(across, sigma, judged), shift, 1), shift, 0)
    del across
    down, diagonal = _split(high, shift, 1)
    del high
    joined = _join_low(_soft(down, sigma, judged), shift, 1).add_(_join_high(_soft(diagonal, sigma, judged), shift, 1))
    del down, diagonal
    return smooth, detail.add_(_join_high(joined, shift, 0))


def _split(x: Tensor, shift: int, dim: int) -> tuple[Tensor, Tensor]:
    other = x.roll(-shift, dim)
    return (x + other).div_(2), (x - other).div_(2)


def _join_low(low: Tensor, shift: int, dim: int) -> Tensor:
    """Each value stands in two pairs: the mean of what both get from the low band."""
    return low.roll(shift, dim).add_(low).div_(2)


def _join_high(high: Tensor, shift: int, dim: int) -> Tensor:
    """The same from the high band, which the second of a pair gets with the other sign."""
    return high.roll(shift, dim).neg_().add_(high).div_(2)


def _soft(band: Tensor, sigma: float, judged: Tensor | None) -> Tensor:
    energy, number = 0.0, 0
    for top in range(0, len(band), ROWS):
        rows = slice(top, top + ROWS)
        strip = band[rows].flatten() if judged is None else band[rows][judged[rows]]
        energy, number = energy + strip.double().square().sum().item(), number + len(strip)
    signal = max(energy / number - sigma**2, 0.0)
    if signal == 0:
        return band * 0 if sigma else band
    return torch.nn.functional.softshrink(band, sigma**2 / signal**0.5)


def _estimate(plane: Tensor, telling: Tensor | None) -> float:
    """From the squares of four pixels that all tell something; zero where there are none."""
    down = _split(plane, 1, 0)[1][:-1]
    diagonal = _split(down, 1, 1)[1][:, :-1]
    if telling is not None:
        pairs = telling[:-1] & telling[1:]
        diagonal = diagonal[pairs[:, :-1] & pairs[:, 1:]]
    return 2 * float(diagonal.abs().median()) / MEDIAN_OF_NORMAL if diagonal.numel() else 0.0
