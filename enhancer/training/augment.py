"""From stored levels to what a network learns from: [0, 1], and random squares, turns and colours of whole batches."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from enhancer.training.degradations.light import luma

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


def places(tiles: Tensor, size: int, patch: int, source: torch.Generator) -> Tensor:
    """`size` random squares of `patch` pixels in tiles (N, 3, H, W): (4, B) int64 of tile, top, left and turn 0-7.

    Raises ValueError when the tiles hold no such square.
    """
    count, _, height, width = tiles.shape
    if min(height, width) < patch:
        raise ValueError(f"tiles of {height}x{width} hold no square of {patch} pixels")
    limits = (count, height - patch + 1, width - patch + 1, TURNS)
    return torch.stack([torch.randint(n, (size,), generator=source, device=tiles.device) for n in limits])


def crops(tiles: Tensor, chosen: Tensor, side: int) -> Tensor:
    """Cut the squares that `places` chose and turn each.

    Shape: (N, 3, H, W) uint8 and (4, B) → (B, 3, side, side) in [0, 1].
    """
    tile, top, left, turn = chosen
    x = tiles.unfold(2, side, 1).unfold(3, side, 1)[tile, :, top, left]
    turn = turn[:, None, None, None]
    x = torch.where(turn % 2 == 1, x.flip(2), x)
    x = torch.where(turn // 2 % 2 == 1, x.flip(3), x)
    return to_unit(torch.where(turn >= 4, x.mT, x))


def colour_orders(size: int, chance: float, source: torch.Generator) -> Tensor:
    """For each of `size` pictures a random order of the three channels with this chance, else the straight one.

    Shape: (B, 3) int64.
    """
    drawn = torch.rand(4, size, generator=source, device=source.device)
    straight = torch.arange(3, device=source.device).expand(size, 3)
    return torch.where(chance > drawn[:1].T, drawn[1:].T.argsort(1), straight)


def recoloured(x: Tensor, orders: Tensor) -> Tensor:
    """Channels of (B, 3, H, W) in the orders (B, 3)."""
    return x.gather(1, orders[:, :, None, None].expand_as(x))


def some_grey(x: Tensor, chance: float, source: torch.Generator) -> Tensor:
    """Each picture of (B, 3, H, W) turned grey with this chance."""
    chosen = torch.rand(len(x), 1, 1, 1, generator=source, device=x.device) < chance
    return torch.where(chosen, luma(x).expand_as(x), x)
