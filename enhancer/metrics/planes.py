"""The planes that measurements look at: checks, luminance, and strips that bound the memory."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

LUMA_601 = (0.299, 0.587, 0.114)
STUDIO_601 = (65.481 / 255, 128.553 / 255, 24.966 / 255)  # of MATLAB's rgb2ycbcr, which the papers use
STUDIO_BLACK = 16 / 255
STRIP_ROWS = 256


def check(pixels: Tensor, title: str, smallest: int = 1) -> None:
    """Raise ValueError unless `pixels` is (3, H, W), finite, and at least `smallest` pixels on each side."""
    if pixels.ndim != 3 or pixels.shape[0] != 3:
        raise ValueError(f"{title} takes (3, H, W), not {tuple(pixels.shape)}")
    height, width = pixels.shape[1:]
    if min(height, width) < smallest:
        raise ValueError(f"{title} needs at least {smallest} pixels on each side, not {width}x{height}")
    if not math.isfinite(float(pixels.sum())):
        raise ValueError(f"{title} takes finite values; this picture holds NaN or infinity")


def check_pair(
    candidate: Tensor, reference: Tensor, title: str, smallest: int = 1, shave: int = 0
) -> tuple[Tensor, Tensor]:
    """Both pictures with `shave` pixels cut off at every side, checked. Raises ValueError as `check` does.

    Raises ValueError also for unequal shapes, naming both.
    """
    if candidate.shape != reference.shape:
        raise ValueError(f"{title} compares equal shapes, not {tuple(candidate.shape)} with {tuple(reference.shape)}")
    if shave < 0:
        raise ValueError(f"shave must not be negative, not {shave}")
    inner = slice(shave, -shave or None)
    pair = candidate[..., inner, inner], reference[..., inner, inner]
    for pixels in pair:
        check(pixels, title, smallest)
    return pair


def mix(pixels: Tensor, weights: tuple[float, float, float]) -> Tensor:
    """A weighted sum of the channels: (3, H, W) → (H, W) float64."""
    plane = pixels[0].double() * weights[0]
    for channel, weight in zip(pixels[1:], weights[1:], strict=True):
        plane.add_(channel, alpha=weight)
    return plane


def planes(pixels: Tensor, y: bool) -> Iterator[Tensor]:
    """The planes (H, W) float64 to measure: R, G and B one after another, or Y alone.

    Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255 for R, G, B in 0..255, not rounded, here divided by 255.
    """
    if y:
        yield mix(pixels, STUDIO_601).add_(STUDIO_BLACK)
    else:
        for channel in pixels:
            yield channel.double()


def halve(plane: Tensor) -> Tensor:
    """Means of 2x2 pixels: (H, W) → (H // 2, W // 2); an odd last row or column is left out."""
    return torch.nn.functional.avg_pool2d(plane[None, None], 2)[0, 0]


def strips(height: int, reach: int) -> Iterator[slice]:
    """Row ranges whose valid filterings by a window of `reach` + 1 rows follow each other without a gap."""
    for top in range(0, height - reach, STRIP_ROWS):
        yield slice(top, min(top + STRIP_ROWS + reach, height))
