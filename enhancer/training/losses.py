"""Distances that training minimises."""

import torch
from torch import Tensor
from torch.nn import functional as F

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as the benchmarks weigh the channels


def l1_fft(output: Tensor, target: Tensor, fft_weight: float) -> Tensor:
    """Mean absolute error plus that of the two-dimensional spectra (Cho et al., "MIMO-UNet", ICCV 2021, eq. 6).

    Shape: two (B, 3, H, W) float32 → a scalar.
    """
    loss = F.l1_loss(output, target)
    if fft_weight:
        difference = torch.fft.rfft2(output - target)
        loss = loss + fft_weight * torch.view_as_real(difference).abs().mean()
    return loss


def luma_rmse(output: Tensor, target: Tensor, colour_weight: float) -> Tensor:
    """Root mean squared error of each picture's luminance, plus `colour_weight` times that of its colours, averaged.

    Squares within a picture, because PSNR counts squares; roots between pictures, so that the roughest do not drown the
    others. Shape: two (B, 3, H, W) float32 → a scalar.
    """
    error = output - target
    luma = (error * error.new_tensor(LUMA)[:, None, None]).sum(1)
    return _rmse(luma) + colour_weight * _rmse(error)


def _rmse(error: Tensor) -> Tensor:
    return (error.square().flatten(1).mean(1) + 1e-8).sqrt().mean()
