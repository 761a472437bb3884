"""The sRGB curve and luma, between the values of a file and the light they stand for."""

import torch
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def to_linear(x: Tensor) -> Tensor:
    """Display values in [0, 1] → linear light in [0, 1] (IEC 61966-2-1)."""
    return torch.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055).pow(2.4))


def from_linear(x: Tensor) -> Tensor:
    """Linear light, clamped to [0, 1] → display values in [0, 1] (IEC 61966-2-1)."""
    x = x.clamp(0, 1)
    return torch.where(x <= 0.0031308, 12.92 * x, 1.055 * x.pow(1 / 2.4) - 0.055)


def luma(x: Tensor) -> Tensor:
    """(B, 3, H, W) → (B, 1, H, W)."""
    return (x * x.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
