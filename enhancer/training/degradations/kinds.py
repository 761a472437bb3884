"""The degradations by name, for recipes and for the sheet of examples."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from enhancer.training.degradations.bicubic import bicubic
from enhancer.training.degradations.blind import BlindRanges
from enhancer.training.degradations.blur import Blur
from enhancer.training.degradations.contract import Degradation, Params
from enhancer.training.degradations.developed import Developed
from enhancer.training.degradations.exposure import Exposure
from enhancer.training.degradations.holes import Holes
from enhancer.training.degradations.jpeg import Jpeg
from enhancer.training.degradations.noise import Noise


@dataclass(frozen=True)
class BicubicParams(Params):
    """Nothing varies but the scale."""

    scale: int

    def label(self, sample: int) -> str:
        """What befell every sample."""
        return f"bicubic 1/{self.scale}"


@dataclass(frozen=True)
class Bicubic(Degradation[BicubicParams]):
    """MATLAB's bicubic shrinking by `scale`, as the benchmarks of super-resolution have it."""

    scale: int = 4

    def draw(self, batch: int, source: torch.Generator) -> BicubicParams:
        """The same for every sample; nothing is drawn from `source`."""
        return BicubicParams(self.scale)

    def _degrade(self, x: Tensor, params: BicubicParams) -> Tensor:
        return bicubic(x, params.scale)


DEGRADATIONS: dict[str, Callable[..., Degradation[Any]]] = {
    "bicubic": Bicubic,
    "noise": Noise,
    "jpeg": Jpeg,
    "blur": Blur,
    "exposure": Exposure,
    "developed": Developed,
    "blind": BlindRanges,
    "holes": Holes,
}
