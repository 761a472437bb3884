"""Training pictures in the memory of the device, and the random pairs that a step learns from."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from enhancer.training.augment import colour_orders, crops, places, recoloured, some_grey, to_unit
from enhancer.training.damage import DAMAGES, Degrade, Sample
from enhancer.training.data import read_rgb
from enhancer.training.degradations import bicubic
from enhancer.training.recipes import Recipe

log = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class Feed:
    """Sharp tiles, (N, 3, H, W) uint8, with their shrunken versions where the degradation is fixed."""

    sharp: Tensor
    scale: int
    small: Tensor | None = None
    degrade: Degrade | None = None
    swap_colours: float = 0.0
    grey: float = 0.0

    def batch(self, size: int, patch: int, source: torch.Generator) -> Sample:
        """`size` random pairs with inputs of `patch` pixels a side; `source` must live on the device of the tiles.

        Raises ValueError when the tiles are smaller than the patch.
        """
        inputs = self.small if self.small is not None else self.sharp[:, :, :: self.scale, :: self.scale]
        chosen = places(inputs, size, patch, source)
        orders = colour_orders(size, self.swap_colours, source)
        sharp = recoloured(crops(self.sharp, chosen, patch, self.scale), orders)
        if self.degrade is not None:
            return self.degrade(some_grey(sharp, self.grey, source), source)
        if self.small is None:
            return Sample(sharp, sharp)
        return Sample(recoloured(crops(self.small, chosen, patch), orders), sharp)

    def whole(self, seed: int) -> Iterator[Sample]:
        """Every tile whole, in order, degraded alike for a seed."""
        source = torch.Generator(self.sharp.device).manual_seed(seed)
        for n in range(len(self.sharp)):
            sharp = to_unit(self.sharp[n : n + 1])
            if self.degrade is not None:
                yield self.degrade(sharp, source)
            else:
                yield Sample(sharp if self.small is None else to_unit(self.small[n : n + 1]), sharp)


def feed(files: Sequence[Path], recipe: Recipe, device: torch.device) -> Feed:
    """The pictures of `files` on `device`, degraded as the recipe says."""
    sharp = read_tiles(files, recipe.scale)
    make, small = DAMAGES[recipe.degradation], None
    if make is None:
        shrunk = (bicubic(to_unit(sharp[n]), recipe.scale) for n in range(len(sharp)))
        small = torch.stack([(x * 255).round().byte() for x in shrunk]).to(device)
    degrade = None if make is None else make(recipe.scale)
    return Feed(sharp.to(device), recipe.scale, small, degrade, recipe.swap_colours, recipe.grey)
