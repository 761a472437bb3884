"""From stored levels to what a network learns from: [0, 1], and random crops, turns and colour orders of a pair."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

LEVELS = 255
TURNS = 8  # flips and quarter turns of a square


def to_unit(pixels: NDArray[np.uint8] | Tensor) -> Tensor:
    """8-bit levels as float32 in [0, 1], the only normalisation there is: no mean is taken off, no spread divided out.

    Shape: an array (H, W, 3) → (3, H, W); a tensor (..., H, W) keeps its shape. Raises TypeError where it is not uint8.
    """
    if isinstance(pixels, np.ndarray):
        pixels = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))
    if pixels.dtype != torch.uint8:
        raise TypeError(f"levels must be uint8, not {pixels.dtype}")
    return pixels.to(torch.float32) / LEVELS


def dihedral(x: Tensor, turn: int) -> Tensor:
    """One of the eight flips and quarter turns, `turn` in 0-7, of (..., H, W)."""
    if not 0 <= turn < TURNS:
        raise ValueError(f"turn must lie between 0 and {TURNS - 1}, not {turn}")
    x = torch.rot90(x, turn % 4, (-2, -1))
    return x.flip(-1) if turn >= 4 else x


def aligned_crop(
    small: Tensor, sharp: Tensor, scale: int, patch: int, source: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The same random square of a pair, `patch` pixels a side of the small one.

    Shape: (C, H, W) and (C, scale·H, scale·W) → (C, patch, patch) and (C, scale·patch, scale·patch).
    Raises ValueError where the two do not fit each other, or hold no such square.
    """
    height, width = small.shape[-2:]
    if (scale * height, scale * width) != tuple(sharp.shape[-2:]):
        raise ValueError(f"{tuple(sharp.shape[-2:])} is not {scale} times {(height, width)}")
    if patch > min(height, width):
        raise ValueError(f"a picture of {height}x{width} holds no square of {patch} pixels")
    top = int(torch.randint(height - patch + 1, (), generator=source))
    left = int(torch.randint(width - patch + 1, (), generator=source))
    first = small[..., top : top + patch, left : left + patch]
    top, left, patch = scale * top, scale * left, scale * patch
    return first, sharp[..., top : top + patch, left : left + patch]


def colour_order(probability: float, source: torch.Generator) -> Tensor:
    """With `probability` a random order of the three channels, else the straight one. Shape: (3,) int64."""
    swapped, order = torch.rand((), generator=source), torch.randperm(3, generator=source)
    return order if float(swapped) < probability else torch.arange(3)


def augment(
    small: Tensor, sharp: Tensor, scale: int, patch: int, source: torch.Generator, swap_colours: float = 0.0
) -> tuple[Tensor, Tensor]:
    """A random aligned square of a uint8 pair, turned and recoloured alike, in [0, 1].

    Shape: (3, H, W) and (3, scale·H, scale·W) → (3, patch, patch) and (3, scale·patch, scale·patch), float32.
    The same `source` state gives the same result.
    """
    first, second = aligned_crop(small, sharp, scale, patch, source)
    turn = int(torch.randint(TURNS, (), generator=source))
    order = colour_order(swap_colours, source)
    return to_unit(dihedral(first, turn)[order]), to_unit(dihedral(second, turn)[order])
