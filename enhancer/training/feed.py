"""Training pictures in the memory of the device, and the random pairs that a step learns from."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import TrainingError
from enhancer.training.augment import colour_orders, crops, places, recoloured, some_grey, to_unit
from enhancer.training.damage import DAMAGES, Degrade, Sample
from enhancer.training.data import picture_files, read_rgb
from enhancer.training.degradations import bicubic, quantise
from enhancer.training.recipes import Recipe

log = logging.getLogger(__name__)
COLOURS = 3  # channels of a picture
MARGIN = 4  # low-resolution pixels around a patch that the bicubic kernel may reach into


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
    """Sharp tiles, (N, 3, H, W) uint8, and what is done to them; without `degrade` they are shrunk cleanly.

    A teacher's pictures are three further channels, (N, 6, H, W).
    """

    sharp: Tensor
    scale: int
    degrade: Degrade | None = None
    swap_colours: float = 0.0
    grey: float = 0.0
    zoom: float = 1.0

    def batch(self, size: int, patch: int, source: torch.Generator) -> Sample:
        """`size` random pairs with inputs of `patch` pixels a side; `source` must live on the device of the tiles.

        Raises ValueError when the tiles are smaller than the patch.
        """
        if self.degrade is not None:
            sharp = self._squares(size, patch * self.scale, source)
            return self.degrade(some_grey(sharp, self.grey, source), source)
        room = (min(self.sharp.shape[-2:]) // self.scale - patch) // 2
        margin = min(MARGIN, max(0, room))
        squares = self._squares(size, (patch + 2 * margin) * self.scale, source)
        truth = some_grey(squares[:, :COLOURS], self.grey, source)
        small = truth if self.scale == 1 else bicubic(truth, self.scale)
        taught = _inner(squares[:, COLOURS:], margin * self.scale) if squares.shape[1] > COLOURS else None
        return Sample(_inner(small, margin), _inner(truth, margin * self.scale), taught=taught)

    def _squares(self, size: int, side: int, source: torch.Generator) -> Tensor:
        """Sharp squares (B, 3, side, side) in [0, 1]; half of the batches come from pictures shrunk by up to `zoom`."""
        shrinks, factor = torch.rand(2, generator=source, device=source.device).tolist()
        wanted = side / (self.zoom + factor * (1 - self.zoom)) if shrinks < 0.5 else side
        cut = min(round(wanted), max(side, min(self.sharp.shape[-2:])))
        squares = crops(self.sharp, places(self.sharp, size, cut, source), cut)
        if cut > side:
            squares = quantise(F.interpolate(squares, (side, side), mode="bicubic", antialias=True))
        orders = colour_orders(size, self.swap_colours, source)
        return torch.cat([recoloured(picture, orders) for picture in torch.split(squares, COLOURS, 1)], 1)

    def whole(self, seed: int) -> Iterator[Sample]:
        """Every tile whole, in order, degraded alike for a seed."""
        source = torch.Generator(self.sharp.device).manual_seed(seed)
        for n in range(len(self.sharp)):
            sharp = to_unit(self.sharp[n : n + 1])
            if self.degrade is not None:
                yield self.degrade(sharp, source)
            else:
                yield Sample(sharp if self.scale == 1 else bicubic(sharp, self.scale), sharp)


def feed(files: Sequence[Path], recipe: Recipe, device: torch.device, multiple_of: int = 1) -> Feed:
    """The pictures of `files` on `device`, degraded as the recipe says, to inputs with sides that are multiples."""
    return feed_of(read_tiles(files, recipe.scale * multiple_of), recipe, device)


def taught_feed(
    files: Sequence[Path], taught: Path, recipe: Recipe, device: torch.device, multiple_of: int = 1
) -> Feed:
    """Those of `files` that lie in the folder `taught` as well, as a teacher made them by the command `teach`.

    Raises TrainingError for a recipe whose pictures the teacher has not seen, and where it has seen none.
    """
    if recipe.degradation != "bicubic" or recipe.zoom < 1 or recipe.grey:
        raise TrainingError(
            "A teacher saw tiles that were shrunk cleanly: use --degradation bicubic --zoom 1 --grey 0."
        )
    made = {file.stem: file for file in picture_files(taught)}
    both = [file for file in files if file.stem in made]
    if not both:
        raise TrainingError(f"None of the {len(files)} tiles to train on lies in {taught}.")
    pair = [read_tiles(one, recipe.scale * multiple_of) for one in (both, [made[file.stem] for file in both])]
    return feed_of(torch.cat(pair, 1), recipe, device)


def feed_of(sharp: Tensor, recipe: Recipe, device: torch.device) -> Feed:
    """Tiles (N, 3, H, W) uint8 on `device`, degraded as the recipe says."""
    make = DAMAGES[recipe.degradation]
    degrade = None if make is None else make(recipe.scale)
    return Feed(sharp.to(device), recipe.scale, degrade, recipe.swap_colours, recipe.grey, recipe.zoom)


def _inner(x: Tensor, margin: int) -> Tensor:
    """(..., H, W) without its border."""
    height, width = x.shape[-2:]
    return x[..., margin : height - margin, margin : width - margin].contiguous(memory_format=torch.channels_last)
