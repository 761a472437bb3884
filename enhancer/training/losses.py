"""Distances that training minimises."""

import torch
from torch import Tensor
from torch.nn import functional as F


def l1_fft(output: Tensor, target: Tensor, fft_weight: float) -> Tensor:
    """Mean absolute error plus that of the two-dimensional spectra (Cho et al., "MIMO-UNet", ICCV 2021, eq. 6).

    Shape: two (B, 3, H, W) float32 → a scalar.
    """
    loss = F.l1_loss(output, target)
    if fft_weight:
        difference = torch.fft.rfft2(output - target)
        loss = loss + fft_weight * torch.view_as_real(difference).abs().mean()
    return loss
