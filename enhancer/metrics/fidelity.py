"""Measurements against the true picture that follow the eye more closely: HaarPSI and GMSD."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.metrics.planes import LUMA_601, check_pair, halve, mix

YIQ = (LUMA_601, (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))
HAAR_C = 30 / 255**2  # C and alpha of the paper; its values reach from 0 to 255
HAAR_ALPHA = 4.2
HAAR_SIZES = (2, 4, 8)
GMSD_C = 170 / 255**2
SMALLEST = 16  # the coarsest Haar window, after halving


def haarpsi(candidate: Tensor, reference: Tensor) -> float:
    """Haar wavelet perceptual similarity in [0, 1], 1 for equal pictures.

    Reisenhofer, Bosse, Kutyniok, Wiegand, Signal Processing: Image Communication 61 (2018), eqs. 7 to 12, in colour
    (YIQ), after halving by 2x2 means; an odd last row or column is left out. Two pictures that are black all over
    give 1. Shapes (3, H, W) in [0, 1]. Raises ValueError below 16 pixels a side.
    """
    pair = check_pair(candidate, reference, "HaarPSI", SMALLEST)
    (ya, ia, qa), (yb, ib, qb) = ([halve(mix(p, weights)) for weights in YIQ] for p in pair)
    chroma = (_alike(_box_mean(ia), _box_mean(ib), HAAR_C) + _alike(_box_mean(qa), _box_mean(qb), HAAR_C)) / 2
    score, total, chroma_weight = 0.0, 0.0, torch.zeros_like(ya)
    for dim in (0, 1):
        fine, middle, coarse = ((haar(ya, size, dim).abs_(), haar(yb, size, dim).abs_()) for size in HAAR_SIZES)
        weight = torch.maximum(*coarse)
        local = (_alike(*fine, HAAR_C) + _alike(*middle, HAAR_C)) / 2
        score, total = score + _weighted(local, weight), total + float(weight.sum())
        chroma_weight += weight / 2
    score, total = score + _weighted(chroma, chroma_weight), total + float(chroma_weight.sum())
    return 1.0 if total == 0 else min(1.0, (_logit(score / total) / HAAR_ALPHA) ** 2)


def gmsd(candidate: Tensor, reference: Tensor) -> float:
    """Gradient magnitude similarity deviation, 0 for equal pictures; lower is better.

    Xue, Zhang, Mou, Bovik, IEEE TIP 2014, eqs. 1 to 6: Prewitt gradients of the luminance after halving by 2x2 means;
    an odd last row or column is left out. Shapes (3, H, W) in [0, 1]. Raises ValueError below 16 pixels a side.
    """
    pair = check_pair(candidate, reference, "GMSD", SMALLEST)
    a, b = (_gradient(halve(mix(p, LUMA_601))) for p in pair)
    return float(_alike(a, b, GMSD_C).std(correction=0))


def haar(plane: Tensor, size: int, dim: int) -> Tensor:
    """Haar detail at every pixel: (H, W) → (H, W), one half of a `size` window minus the other half along `dim`.

    Beyond the border lies black, as in the authors' program.
    """
    half = size // 2
    padded = F.pad(plane, (half - 1, half, half - 1, half))
    halves = _run(_run(padded, half, dim), size, 1 - dim)
    length = halves.shape[dim] - half
    return (halves.narrow(dim, half, length) - halves.narrow(dim, 0, length)) / size


def _run(plane: Tensor, length: int, dim: int) -> Tensor:
    """Sums over `length` (a power of two) neighbours along `dim`, by doubling."""
    reach = 1
    while reach < length:
        n = plane.shape[dim] - reach
        plane = plane.narrow(dim, 0, n) + plane.narrow(dim, reach, n)
        reach *= 2
    return plane


def _box_mean(plane: Tensor) -> Tensor:
    padded = F.pad(plane, (0, 1, 0, 1))
    return (_run(_run(padded, 2, 0), 2, 1) / 4).abs_()


def _alike(a: Tensor, b: Tensor, c: float) -> Tensor:
    return (2 * a * b + c) / (a**2 + b**2 + c)


def _weighted(local: Tensor, weight: Tensor) -> float:
    return float((torch.sigmoid(local * HAAR_ALPHA) * weight).sum())


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _gradient(plane: Tensor) -> Tensor:
    padded = F.pad(plane, (1, 1, 1, 1))
    height, width = plane.shape
    across = padded[:, :width] - padded[:, 2:]
    down = padded[:height] - padded[2:]
    across = across[:height] + across[1:-1] + across[2:]
    down = down[:, :width] + down[:, 1:-1] + down[:, 2:]
    return torch.hypot(across, down) / 3
