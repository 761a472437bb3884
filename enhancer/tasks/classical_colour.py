"""The colour mathematics of the classical tasks: luma, Y'CbCr and the transfer function of sRGB."""

import torch
from torch import Tensor

LUMA = (0.2126, 0.7152, 0.0722)  # ITU-R BT.709, whose primaries are those of sRGB
TO_YCBCR = torch.tensor(
    [
        LUMA,
        (-LUMA[0] / 1.8556, -LUMA[1] / 1.8556, 0.5),  # (B - Y) / 1.8556
        (0.5, -LUMA[1] / 1.5748, -LUMA[2] / 1.5748),  # (R - Y) / 1.5748
    ],
    dtype=torch.float64,
)


def luma(pixels: Tensor) -> Tensor:
    """BT.709 luma of gamma-encoded values: (3, H, W) → (1, H, W)."""
    return LUMA[0] * pixels[0:1] + LUMA[1] * pixels[1:2] + LUMA[2] * pixels[2:3]


def with_luma(pixels: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Move luma from `before` to `after` (1, H, W) and keep Cb and Cr: the same amount on R, G and B."""
    return pixels + (after - before)


def to_ycbcr(pixels: Tensor) -> Tensor:
    """BT.709 Y'CbCr, Cb and Cr around 0: (3, H, W) → (3, H, W)."""
    return torch.einsum("oc,chw->ohw", TO_YCBCR.to(pixels), pixels)


def from_ycbcr(planes: Tensor) -> Tensor:
    """The inverse of `to_ycbcr`."""
    return torch.einsum("oc,chw->ohw", torch.linalg.inv(TO_YCBCR).to(planes), planes)


def to_linear(pixels: Tensor) -> Tensor:
    """Light from gamma-encoded values, IEC 61966-2-1; other profiles differ little from it."""
    return torch.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)


def from_linear(light: Tensor) -> Tensor:
    """Gamma-encoded values from light, IEC 61966-2-1."""
    return torch.where(light <= 0.0031308, light * 12.92, 1.055 * light.clamp(min=0) ** (1 / 2.4) - 0.055)
