"""Missing parts: brush strokes, scratches and dust, filled with a first guess as the page fills what people paint."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from math import cos, pi, sin

import torch
from torch import Tensor

from enhancer.networks.fill import fill
from enhancer.training.degradations.bicubic import quantise
from enhancer.training.degradations.contract import (
    Degradation,
    Params,
    Range,
    Weights,
    choose,
    log_uniform,
    seeds,
    uniform,
)

STROKES, SCRATCHES, DUST = range(3)
SEGMENTS = 400  # that a mask may take; the largest of the benchmarks takes a fifth of them
REACH = {STROKES: (8.0, 60.0), SCRATCHES: (40.0, 400.0), DUST: (0.0, 4.0)}  # pixels from end to end of a segment
THICK = {STROKES: (3.0, 16.0), SCRATCHES: (0.6, 2.5), DUST: (0.8, 4.0)}  # radius in pixels
TURN = 1.2  # radians, at most, from one segment of a stroke to the next
CHAIN = {STROKES: 6, SCRATCHES: 1, DUST: 1}  # segments that hang together


@dataclass(frozen=True)
class HolesParams(Params):
    """For each sample its kind, the share of its pixels that is missing, and the seed of what is drawn."""

    kind: Tensor
    share: Tensor
    seed: Tensor

    def label(self, sample: int) -> str:
        """What befell one sample."""
        return f"{('strokes', 'scratches', 'dust')[int(self.kind[sample])]} over {100 * self.share[sample]:.0f} %"


@dataclass(frozen=True)
class Holes(Degradation[HolesParams]):
    """Free-form holes as of a brush (after Yu et al., ICCV 2019, algorithm 1), of a scratched or of a dusty print.

    Segments with round ends are added until the share is reached; `thin` is the share of scratches and dust.
    """

    kinds: Weights = (0.7, 0.2, 0.1)
    share: Range = (0.02, 0.35)
    thin: Range = (0.005, 0.06)

    def draw(self, batch: int, source: torch.Generator) -> HolesParams:
        """The parameters of `batch` samples."""
        kind = choose(batch, self.kinds, source)
        wide, thin = log_uniform(batch, self.share, source), log_uniform(batch, self.thin, source)
        return HolesParams(kind, torch.where(kind == STROKES, wide, thin), seeds(batch, source))

    def _degrade(self, x: Tensor, params: HolesParams) -> Tensor:
        return quantise(fill(x, holes_of(x, params)))


def holes_of(x: Tensor, params: HolesParams) -> Tensor:
    """The masks (B, 1, H, W) of `params` for a batch (B, 3, H, W): 1 where a pixel is missing, 0 elsewhere."""
    samples = zip(params.kind.tolist(), params.share.tolist(), params.seed.tolist(), strict=True)
    return torch.stack([_mask(*sample, size=list(x.shape[-2:]), device=x.device) for sample in samples])[:, None]


def _mask(kind: int, share: float, seed: int, *, size: list[int], device: torch.device) -> Tensor:
    """(H, W) of 0 and 1: segments until `share` of the pixels is missing."""
    rows, columns = (torch.arange(side, device=device).float() for side in size)
    mask = torch.zeros(size, device=device, dtype=torch.bool)
    for begin, way, radius in islice(_segments(kind, size, torch.Generator().manual_seed(seed)), SEGMENTS):
        mask |= _capsule(rows[:, None] - begin[0], columns - begin[1], way, radius)
        if mask.float().mean() >= share:
            break
    return mask.float()


def _segments(kind: int, size: list[int], source: torch.Generator) -> Iterator[tuple[list[float], list[float], float]]:
    """Begin and way (row, column) and radius of one segment after another, in pixels; those of a chain touch."""
    begin, heading, radius = [0.0, 0.0], 0.0, 1.0
    for n in count():
        if n % CHAIN[kind] == 0:
            begin = [float(uniform(1, (0.0, side), source)) for side in size]
            heading, radius = float(uniform(1, (0.0, 2 * pi), source)), float(log_uniform(1, THICK[kind], source))
        heading += float(uniform(1, (-TURN, TURN), source))
        length = float(uniform(1, REACH[kind], source))
        way = [length * sin(heading), length * cos(heading)]
        yield begin, way, radius
        begin = [begin[0] + way[0], begin[1] + way[1]]


def _capsule(down: Tensor, right: Tensor, way: list[float], radius: float) -> Tensor:
    """Whether pixels `down` (H, 1) and `right` (W,) from its begin lie within `radius` of a segment; (H, W)."""
    length = max(way[0] ** 2 + way[1] ** 2, 1e-6)
    along = ((down * way[0] + right * way[1]) / length).clamp(0, 1)
    return (down - along * way[0]).square() + (right - along * way[1]).square() <= radius**2
