"""Training pictures in the memory of the device, and the random pairs that a step learns from."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from enhancer.training.data import read_rgb
from enhancer.training.degradations import bicubic
from enhancer.training.recipes import Recipe

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sample:
    """Inputs (B, 3, H, W), their truths (B, 3, scale·H, scale·W), both float32 in [0, 1], and a strength map or none.

    The inputs of noise tasks reach beyond [0, 1]. The map has the shape (B, 1, H, W).
    """

    small: Tensor
    sharp: Tensor
    plane: Tensor | None = None


Degrade = Callable[[Tensor, torch.Generator], Sample]


def read_tiles(files: Sequence[Path], multiple_of: int) -> Tensor:
    """Equally sized pictures as (N, 3, H, W) uint8, cropped to sides that are multiples of `multiple_of`.

    Raises ValueError when the sizes differ.
    """
    tiles = [read_rgb(f) for f in files]
    sizes = {tuple(t.shape[1:]) for t in tiles}
    if len(sizes) != 1:
        raise ValueError(f"training tiles must share one size, found {sorted(sizes)}: use the command `prepare`")
    height, width = (side - side % multiple_of for side in tiles[0].shape[1:])
    log.info("%d tiles of %dx%d read", len(tiles), width, height)
    return torch.stack([t[:, :height, :width] for t in tiles])


def crops(tiles: Tensor, places: Tensor, patch: int, scale: int = 1) -> Tensor:
    """Cut squares and turn each by one of the eight flips and quarter turns.

    `places` (4, B) int64 holds tile, top, left (in pixels before `scale`) and turn 0-7.
    Shape: (N, 3, H, W) → (B, 3, scale·patch, scale·patch), channels last.
    """
    tile, top, left, turn = (p[:, None, None] for p in places)
    side = scale * patch
    i, j = torch.arange(side, device=tiles.device)[None, :, None], torch.arange(side, device=tiles.device)[None, None]
    i, j = torch.where(turn >= 4, j, i), torch.where(turn >= 4, i, j)
    i = torch.where(turn % 2 == 1, side - 1 - i, i)
    j = torch.where(turn // 2 % 2 == 1, side - 1 - j, j)
    return tiles[tile, :, scale * top + i, scale * left + j].permute(0, 3, 1, 2)


@dataclass(frozen=True)
class Feed:
    """Sharp tiles, (N, 3, H, W) uint8, with their shrunken versions where the degradation is fixed."""

    sharp: Tensor
    scale: int
    small: Tensor | None = None
    degrade: Degrade | None = None
    swap_colours: float = 0.0

    def batch(self, size: int, patch: int, source: torch.Generator) -> Sample:
        """`size` random pairs with inputs of `patch` pixels a side; `source` must live on the device of the tiles.

        Raises ValueError when the tiles are smaller than the patch.
        """
        count, _, height, width = self.sharp.shape
        if min(height, width) < self.scale * patch:
            raise ValueError(f"tiles of {height}x{width} hold no patch of {self.scale * patch} pixels")
        ranges = (count, height // self.scale - patch + 1, width // self.scale - patch + 1, 8)
        places = torch.stack([self._integers(n, size, source) for n in ranges])
        order = self._colours(size, source)
        sharp = _recoloured(crops(self.sharp, places, patch, self.scale) / 255.0, order)
        if self.degrade is not None:
            return self.degrade(sharp, source)
        if self.small is None:
            return Sample(sharp, sharp)
        return Sample(_recoloured(crops(self.small, places, patch) / 255.0, order), sharp)

    def _integers(self, below: int, size: int, source: torch.Generator) -> Tensor:
        return torch.randint(below, (size,), generator=source, device=self.sharp.device)

    def _colours(self, size: int, source: torch.Generator) -> Tensor | None:
        """(B, 3) the order of the colour channels, or None where none is swapped."""
        if not self.swap_colours:
            return None
        drawn = torch.rand(4, size, generator=source, device=self.sharp.device)
        straight = torch.arange(3, device=self.sharp.device).expand(size, 3)
        return torch.where(self.swap_colours > drawn[:1].T, drawn[1:].T.argsort(1), straight)

    def whole(self, seed: int) -> Iterator[Sample]:
        """Every tile whole, in order, degraded alike for a seed."""
        source = torch.Generator(self.sharp.device).manual_seed(seed)
        for n in range(len(self.sharp)):
            sharp = self.sharp[n : n + 1] / 255.0
            if self.degrade is not None:
                yield self.degrade(sharp, source)
            else:
                yield Sample(sharp if self.small is None else self.small[n : n + 1] / 255.0, sharp)


def _recoloured(x: Tensor, order: Tensor | None) -> Tensor:
    if order is None:
        return x
    return x.gather(1, order[:, :, None, None].expand_as(x)).contiguous(memory_format=torch.channels_last)


def feed(files: Sequence[Path], recipe: Recipe, device: torch.device) -> Feed:
    """The pictures of `files` on `device`, degraded as the recipe says."""
    sharp = read_tiles(files, recipe.scale)
    small = torch.stack([(bicubic(sharp[n] / 255.0, recipe.scale) * 255).round().byte() for n in range(len(sharp))])
    return Feed(sharp.to(device), recipe.scale, small.to(device), swap_colours=recipe.swap_colours)
