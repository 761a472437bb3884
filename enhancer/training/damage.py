"""What each recipe does to its pictures, as samples: the damaged input, the truth, and a map of how strong it was."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from enhancer.networks.fill import fill
from enhancer.networks.unet import UNKNOWN
from enhancer.training.degradations import BlindRanges, Developed, Exposure, Holes, Jpeg, Noise, holes_of
from enhancer.training.degradations.contract import chance

HOLES = "holes"  # the damage whose map says where nothing is left
CAMERA_SHARE = 0.5  # of the pictures of `blind` that come straight from a camera, the others from the web


@dataclass(frozen=True)
class Sample:
    """Inputs (B, 3, H, W), their truths (B, 3, scale·H, scale·W), both float32 in [0, 1], and a strength map or none.

    The inputs of noise tasks reach beyond [0, 1]. The map has the shape (B, 1, H, W), `taught` that of the truths: what
    a teacher made of the inputs.
    """

    small: Tensor
    sharp: Tensor
    plane: Tensor | None = None
    taught: Tensor | None = None


Degrade = Callable[[Tensor, torch.Generator], Sample]


def noise(_scale: int) -> Degrade:
    """Mostly the Gaussian noise of the tables, unclipped as they have it, and some Poisson and camera noise.

    The map holds the standard deviation that each picture received.
    """
    kind = Noise(kinds=(0.75, 0.1, 0.15), sigma=(0, 55), grey=0.1, eight_bit=False)

    def degrade(sharp: Tensor, source: torch.Generator) -> Sample:
        noisy, _ = kind(sharp, source)
        return Sample(noisy, sharp, _level((noisy - sharp).flatten(1).std(1), sharp))

    return degrade


def jpeg(_scale: int, by_ratio: bool = False) -> Degrade:
    """JPEG of quality 5 to 95, now and then twice. The map holds 1 - quality/100, unknown where it was twice.

    With `by_ratio` half of the qualities are below 22.
    """
    kind = Jpeg(quality=(5, 95), halved=0.6, double=0.2, by_ratio=by_ratio)

    def degrade(sharp: Tensor, source: torch.Generator) -> Sample:
        blocky, params = kind(sharp, source)
        strength = torch.where(params.double, UNKNOWN, 1 - params.quality / 100)
        return Sample(blocky, sharp, _level(strength, sharp))

    return degrade


def blind(scale: int) -> Degrade:
    """What befalls a photograph on its way (`BlindRanges`) or inside its camera (`Developed`), down to 1/scale."""
    web, camera = BlindRanges(scale=scale), Developed(scale=scale)

    def degrade(sharp: Tensor, source: torch.Generator) -> Sample:
        own = chance(len(sharp), CAMERA_SHARE, source).to(sharp.device)
        small = sharp.new_empty(len(sharp), 3, *(side // scale for side in sharp.shape[-2:]))
        for kind, chosen in ((camera, own), (web, ~own)):
            if chosen.any():
                small[chosen] = kind(sharp[chosen], source)[0]
        return Sample(small, sharp)

    return degrade


def dark(_scale: int) -> Degrade:
    """Too little light and the colour of a lamp (see `Exposure`)."""
    kind = Exposure()

    def degrade(sharp: Tensor, source: torch.Generator) -> Sample:
        return Sample(kind(sharp, source)[0], sharp)

    return degrade


def holes(_scale: int) -> Degrade:
    """Missing parts, filled with a first guess. The map holds 1 where they are."""
    kind = Holes()

    def degrade(sharp: Tensor, source: torch.Generator) -> Sample:
        missing = holes_of(sharp, kind.draw(len(sharp), source))
        return Sample(fill(sharp, missing), sharp, missing)

    return degrade


# the feed itself shrinks cleanly
DAMAGES: dict[str, Callable[[int], Degrade] | None] = {
    "bicubic": None,
    "noise": noise,
    "jpeg": jpeg,
    "strong-jpeg": partial(jpeg, by_ratio=True),
    "blind": blind,
    "dark": dark,
    HOLES: holes,
}


def _level(values: Tensor, x: Tensor) -> Tensor:
    """(B,) → (B, 1, H, W), alike all over each picture."""
    return values.to(x)[:, None, None, None].expand(-1, 1, *x.shape[-2:])
