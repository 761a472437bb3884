"""Distances that training minimises."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

CHARBONNIER = 1e-3  # where the parabola around zero ends, in the unit of the pixels


def charbonnier(output: Tensor, target: Tensor) -> Tensor:
    """Mean of sqrt(d² + ε²), an absolute error with a round bottom (Charbonnier et al., ICIP 1994; ε as in LapSRN).

    Shape: two of one shape → a scalar.
    """
    return ((output - target).square() + CHARBONNIER**2).sqrt().mean()


PIXEL_LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"l1": F.l1_loss, "charbonnier": charbonnier}


def fft_distance(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference of two-dimensional spectra (Cho et al., "MIMO-UNet", ICCV 2021, eq. 6).

    Shape: two (B, 3, H, W) float32 → a scalar.
    """
    return torch.view_as_real(torch.fft.rfft2(output - target)).abs().mean()


def pixel_distance(output: Tensor, target: Tensor, kind: str, fft_weight: float) -> Tensor:
    """`kind` of the pixels, and `fft_weight` times `fft_distance`.

    Shape: two (B, 3, H, W) float32 → a scalar. Raises KeyError for another kind.
    """
    loss = PIXEL_LOSSES[kind](output, target)
    return loss + fft_weight * fft_distance(output, target) if fft_weight else loss
