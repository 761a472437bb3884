"""Resizing as programs in the wild do it: every sample by its own filter and factor, on one canvas."""

import torch
from torch import Tensor

NAMES = ("area", "bilinear", "bicubic")
AREA, BILINEAR, BICUBIC = range(len(NAMES))
SHARP, SOFT = -0.75, -0.5  # Keys' a: of OpenCV and torch without antialiasing, of Pillow and MATLAB with it


def _weights(distance: Tensor, mode: Tensor, stretch: Tensor, smooth: Tensor) -> Tensor:
    """Weight of an input pixel at `distance` (B, N, T) from the centre; those of `smooth` samples are stretched."""
    wide = torch.where(smooth, stretch, 1.0)[:, None, None]
    a = torch.where(smooth, SOFT, SHARP)[:, None, None]
    x = (distance / wide).abs()
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * (x**3 - 5 * x**2 + 8 * x - 4)
    cubic = near * (x <= 1) + far * ((x > 1) & (x <= 2))
    area = (stretch[:, None, None] / 2 + 0.5 - distance.abs()).clamp(0, 1)
    kind = torch.where((mode == AREA) & (stretch <= 1), BILINEAR, mode)[:, None, None]
    return torch.where(kind == AREA, area, torch.where(kind == BILINEAR, (1 - x).clamp(min=0), cubic))


def _matrices(before: Tensor, after: Tensor, canvas: tuple[int, int], mode: Tensor, smooth: Tensor) -> Tensor:
    """(B, canvas after, canvas before) float32, from `before` (B,) to `after` (B,) pixels of each sample.

    Rows beyond the size of a sample repeat its last one. Borders go on as the last pixel.
    """
    size_in, size_out = canvas
    stretch = before.double() / after
    place = torch.minimum(torch.arange(size_out)[None], after[:, None] - 1)
    centre = (place + 0.5) * stretch[:, None] - 0.5
    reach = 2 * float(stretch.clamp(min=1).max())
    taps = torch.floor(centre - reach)[:, :, None] + torch.arange(int(2 * reach) + 3, dtype=torch.float64)
    weights = _weights(centre[:, :, None] - taps, mode, stretch.clamp(min=1), smooth)
    weights = weights / weights.sum(2, keepdim=True)
    columns = torch.minimum(taps.long().clamp(min=0), before[:, None, None] - 1)
    return torch.zeros(len(mode), size_out, size_in, dtype=torch.float64).scatter_add_(2, columns, weights).float()


def resize(x: Tensor, before: Tensor, after: Tensor, canvas: tuple[int, int], mode: Tensor, smooth: Tensor) -> Tensor:
    """Resize samples of sizes `before` (B, 2) to `after` (B, 2) on a new canvas, which the border pixels fill.

    Shape: (B, C, H, W) → (B, C, *canvas). `mode` (B,): AREA, mean over the pixels covered (as in OpenCV, bilinear where
    the picture grows), BILINEAR or BICUBIC (Keys, IEEE TASSP 1981); the latter two antialiased where `smooth` (B,) and
    the picture shrinks, else without as OpenCV has them.
    """
    rows = _matrices(before[:, 0], after[:, 0], (x.shape[-2], canvas[0]), mode, smooth).to(x.device)
    columns = _matrices(before[:, 1], after[:, 1], (x.shape[-1], canvas[1]), mode, smooth).to(x.device)
    across = torch.bmm(x.flatten(1, 2), columns.mT).view(*x.shape[:3], canvas[1])
    return rows[:, None] @ across
