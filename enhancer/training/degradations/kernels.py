"""Blur kernels of many shapes in one formula each, for whole batches."""

import math

import torch
from torch import Tensor

SIDE = 21
TRACE = 64  # points along the path of a motion


def grid() -> tuple[Tensor, Tensor]:
    """Columns and rows (SIDE, SIDE) counted from the centre, float64."""
    axis = torch.arange(SIDE, dtype=torch.float64) - SIDE // 2
    rows, columns = torch.meshgrid(axis, axis, indexing="ij")
    return columns, rows


def _distance(wide: Tensor, narrow: Tensor, angle: Tensor) -> Tensor:
    """Squared distance in units of the widths, the wide axis turned by `angle` from the columns towards the rows."""
    columns, rows = grid()
    cosine, sine = angle.cos()[:, None, None], angle.sin()[:, None, None]
    along, across = cosine * columns + sine * rows, cosine * rows - sine * columns
    return (along / wide[:, None, None]).square() + (across / narrow[:, None, None]).square()


def gaussian(wide: Tensor, narrow: Tensor, angle: Tensor, shape: Tensor) -> Tensor:
    """Generalised Gaussians exp(-d^shape / 2); 1 is the usual one (Liu et al., "Generalized Gaussian", IEEE TIP 2021).

    Shape: four (B,), widths in pixels and angles in radians → (B, SIDE, SIDE), each of sum 1.
    """
    return _normalise((-0.5 * _distance(wide, narrow, angle).pow(shape[:, None, None])).exp())


def plateau(wide: Tensor, narrow: Tensor, angle: Tensor, shape: Tensor) -> Tensor:
    """Flat-topped kernels 1 / (1 + d^shape) (Real-ESRGAN, Wang et al., ICCVW 2021, section 3.1)."""
    return _normalise(1 / (1 + _distance(wide, narrow, angle).pow(shape[:, None, None])))


def motion(length: Tensor, angle: Tensor) -> Tensor:
    """Straight motion over `length` pixels at a steady pace, up to SIDE - 3 pixels."""
    place = torch.linspace(-0.5, 0.5, TRACE, dtype=torch.float64)[None] * length[:, None]
    columns, rows = grid()
    x = (place * angle.cos()[:, None])[:, :, None, None] - columns
    y = (place * angle.sin()[:, None])[:, :, None, None] - rows
    return _normalise(((1 - x.abs()).clamp(min=0) * (1 - y.abs()).clamp(min=0)).sum(1))


def sinc(cutoff: Tensor, reach: Tensor) -> Tensor:
    """Circular low-pass with overshoot, `cutoff` in radians a pixel (π lets all pass), cut off beyond `reach` pixels.

    w·J1(w·r) / (2π·r) (Real-ESRGAN, Wang et al., ICCVW 2021, eq. 5).
    """
    columns, rows = grid()
    radius = torch.hypot(columns, rows)
    w = cutoff[:, None, None]
    wave = w * torch.special.bessel_j1(w * radius.clamp(min=1e-9)) / (2 * math.pi * radius.clamp(min=1e-9))
    inside = (columns.abs() <= reach[:, None, None]) & (rows.abs() <= reach[:, None, None])
    return _normalise(torch.where(radius > 0, wave, w.square() / (4 * math.pi)) * inside)


def _normalise(kernels: Tensor) -> Tensor:
    return kernels / kernels.sum((1, 2), keepdim=True)
