"""Measurements against the true picture, pixel by pixel and window by window: PSNR, SSIM, MS-SSIM."""

import math

import torch
from torch import Tensor

from enhancer.metrics.planes import check_pair, halve, planes, strips

WINDOW = 11
SIGMA = 1.5
C1, C2 = 0.01**2, 0.03**2  # K1 and K2 of the paper, squared, for values in [0, 1]
MID_GREY = 0.5
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
MS_SMALLEST = WINDOW * 2 ** (len(SCALE_WEIGHTS) - 1)


def psnr(candidate: Tensor, reference: Tensor, *, y: bool = False, shave: int = 0) -> float:
    """Peak signal-to-noise ratio in dB, 10 log10(1 / MSE), over all samples of RGB or on Y; equal pictures give inf.

    Shapes (3, H, W) in [0, 1]; `shave` pixels at each side are left out. With `y` and `shave` = scale this is the
    protocol of the super-resolution papers, which round the candidate to 8 bits first. Raises ValueError for unequal
    shapes or pictures that the shaving uses up.
    """
    pair = check_pair(candidate, reference, "PSNR", shave=shave)
    errors = [float((a - b).square_().mean()) for a, b in zip(*(planes(p, y) for p in pair), strict=True)]
    mse = sum(errors) / len(errors)
    return math.inf if mse == 0 else -10 * math.log10(mse)


def ssim(candidate: Tensor, reference: Tensor, *, y: bool = False, shave: int = 0) -> float:
    """Structural similarity, 1 for equal pictures: the mean over R, G and B, or on Y.

    Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 2004, eq. 13: 11x11 Gaussian windows of sigma 1.5, K = .01 and .03,
    valid region only, no shrinking before. Shapes (3, H, W) in [0, 1]. Raises ValueError below 11 pixels a side.
    """
    pair = check_pair(candidate, reference, "SSIM", WINDOW, shave)
    values = [_means(a, b)[0] for a, b in zip(*(planes(p, y) for p in pair), strict=True)]
    return sum(values) / len(values)


def ms_ssim(candidate: Tensor, reference: Tensor, *, y: bool = False) -> float:
    """SSIM over five scales, 1 for equal pictures: the mean over R, G and B, or on Y.

    Wang, Simoncelli, Bovik, Asilomar 2003, eq. 7, with the exponents of its section 3.2; scales are halved by 2x2
    means, negative structure counts as 0. Shapes (3, H, W) in [0, 1]. Raises ValueError below 176 pixels a side,
    because the fifth scale must hold one whole window.
    """
    pair = check_pair(candidate, reference, "MS-SSIM", MS_SMALLEST)
    values = [_scales(a, b) for a, b in zip(*(planes(p, y) for p in pair), strict=True)]
    return sum(values) / len(values)


def similarity(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """SSIM and its contrast-structure factor for every whole window: (H, W) twice → (H - 10, W - 10) twice.

    Each factor (2 p q + c) / (p² + q² + c) is written as 1 - (p - q)² / (p² + q² + c), and levels are taken from mid
    grey, so that the cancellation in a variance costs little: float32 is twice as fast, and moves the mean by less
    than 1e-6 on photographs.
    """
    a, b = a.float() - MID_GREY, b.float() - MID_GREY
    mean_a, mean_b = blur(a), blur(b)
    difference = (mean_a - mean_b).square_()
    variance_of_difference = blur((a - b).square_()).sub_(difference)
    variances = blur(a * a + b * b) - (mean_a**2 + mean_b**2)
    structure = 1 - variance_of_difference / (variances + C2)
    light = 1 - difference / ((mean_a + MID_GREY) ** 2 + (mean_b + MID_GREY) ** 2 + C1)
    return structure * light, structure


def blur(plane: Tensor) -> Tensor:
    """The Gaussian window over every whole position: (H, W) → (H - 10, W - 10).

    Shifted sums, because they are several times faster than a one-channel convolution on the processor.
    """
    weights = _gaussian()
    for dim in (1, 0):
        length = plane.shape[dim] - WINDOW + 1
        total = plane.narrow(dim, 0, length) * weights[0]
        for i in range(1, WINDOW):
            total.add_(plane.narrow(dim, i, length), alpha=weights[i])
        plane = total
    return plane


def _gaussian() -> list[float]:
    x = torch.arange(WINDOW, dtype=torch.float64) - WINDOW // 2
    g = torch.exp(-(x**2) / (2 * SIGMA**2))
    weights: list[float] = (g / g.sum()).tolist()
    return weights


def _means(a: Tensor, b: Tensor) -> tuple[float, float]:
    whole = structure = 0.0
    for rows in strips(a.shape[0], WINDOW - 1):
        maps = similarity(a[rows], b[rows])
        whole += float(maps[0].sum(dtype=torch.float64))
        structure += float(maps[1].sum(dtype=torch.float64))
    windows = (a.shape[0] - WINDOW + 1) * (a.shape[1] - WINDOW + 1)
    return whole / windows, structure / windows


def _scales(a: Tensor, b: Tensor) -> float:
    result = 1.0
    for scale, weight in enumerate(SCALE_WEIGHTS):
        whole, structure = _means(a, b)
        coarsest = scale == len(SCALE_WEIGHTS) - 1
        result *= float(max(whole if coarsest else structure, 0.0) ** weight)
        if not coarsest:
            a, b = halve(a), halve(b)
    return result
