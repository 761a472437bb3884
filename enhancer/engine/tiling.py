"""Geometry of tiles: integers and pure functions.

A picture is thought of as continued beyond its borders by mirroring. A tile's window reaches a halo beyond its core, so
every core pixel sees what it would see in the whole picture: tiled equals untiled, whatever the tile size.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

GRAIN = 16  # cores are multiples of this, so that the network meets few distinct input sizes


@dataclass(frozen=True)
class Core:
    """The pixels that one tile is responsible for, in input coordinates."""

    top: int
    left: int
    height: int
    width: int


def core_side(extent: int, largest: int) -> int:
    """The side of cores that cover `extent` evenly, none above `largest`, rounded up to the grain."""
    largest = max(GRAIN, largest // GRAIN * GRAIN)
    count = -(-extent // largest)
    return -(-extent // count // GRAIN) * GRAIN


def cores(height: int, width: int, largest: int) -> list[Core]:
    """Cores of equal nominal size that cover the picture exactly once, row by row; the last ones are cut to fit."""
    tall, wide = core_side(height, largest), core_side(width, largest)
    return [
        Core(top, left, min(tall, height - top), min(wide, width - left))
        for top in range(0, height, tall)
        for left in range(0, width, wide)
    ]


def mirror(start: int, count: int, extent: int) -> Tensor:
    """Indices start … start + count − 1 folded into 0 … extent − 1 by mirroring at the edge pixels."""
    period = max(1, 2 * (extent - 1))
    folded = torch.arange(start, start + count).remainder(period)
    return torch.where(folded < extent, folded, period - folded)


def window(pixels: Tensor, core: Core, nominal: tuple[int, int], halo: int) -> Tensor:
    """The (C, nominal + 2·halo) surroundings of a core, cut from (C, H, W) and mirrored where they leave it."""
    rows = mirror(core.top - halo, nominal[0] + 2 * halo, pixels.shape[1])
    columns = mirror(core.left - halo, nominal[1] + 2 * halo, pixels.shape[2])
    return pixels[:, rows][:, :, columns]


def paste(canvas: Tensor, core: Core, result: Tensor, halo: int, scale: int) -> None:
    """Write the core of a tile's result (C, scale·h, scale·w) into its place on the canvas."""
    rows = slice(scale * halo, scale * (halo + core.height))
    columns = slice(scale * halo, scale * (halo + core.width))
    top, left = scale * core.top, scale * core.left
    canvas[:, top : top + scale * core.height, left : left + scale * core.width] = result[:, rows, columns]


def halvings(largest: int) -> Iterator[int]:
    """`largest`, then its halves down to the grain."""
    while largest > GRAIN:
        yield largest
        largest //= 2
    yield GRAIN
