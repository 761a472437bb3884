"""Pictures with none, one or several of five faults, each strong enough to be seen, and which ones they are."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from enhancer.training.degradations.bicubic import quantise
from enhancer.training.degradations.blur import ANISO, ISO, Blur, BlurParams
from enhancer.training.degradations.contract import (
    Degradation,
    P,
    Params,
    Range,
    Share,
    Weights,
    chance,
    choose,
    log_uniform,
    pick,
    spread,
    uniform,
)
from enhancer.training.degradations.grid import full_sizes
from enhancer.training.degradations.jpeg import Jpeg, JpegParams
from enhancer.training.degradations.noise import Noise, NoiseParams
from enhancer.training.degradations.resize import resize

FAULTS = ("darkness", "blur", "enlargement", "noise", "compression")  # in the order in which they befall a picture
DARKNESS, BLUR, ENLARGEMENT, NOISE, COMPRESSION = range(len(FAULTS))
ISOTROPIC, OVAL = 0.7, 0.3  # shares of the kernels


def _blur() -> Blur:
    weights = [0.0] * 8
    weights[ISO], weights[ANISO] = ISOTROPIC, OVAL
    return Blur(kinds=tuple(weights), sigma=(0.9, 3.5))


@dataclass(frozen=True)
class FaultsParams(Params):
    """`present` (B, 5) says which of `FAULTS` befell each sample; the strengths count only there.

    `traces` are samples without compression that were saved once as a camera does, with quality 88 to 97.
    """

    present: Tensor
    gamma: Tensor
    shrink: Tensor
    filters: Tensor  # (B, 2), of shrinking and of enlarging
    traces: Tensor
    saved: Tensor  # their quality
    blur: BlurParams
    noise: NoiseParams
    jpeg: JpegParams

    def label(self, sample: int) -> str:
        """What befell one sample."""
        return ", ".join(name for name, here in zip(FAULTS, self.present[sample].tolist(), strict=True) if here)


@dataclass(frozen=True)
class Faults(Degradation[FaultsParams]):
    """No fault, one, two or three of `FAULTS` with the weights `count`; every set of one size is as likely."""

    count: Weights = (0.2, 0.5, 0.2, 0.1)
    gamma: Range = (1.8, 4.5)
    shrink: Range = (1.6, 4.0)
    traces: Share = 0.4
    saved: Range = (88, 97)
    blur: Blur = field(default_factory=_blur)
    noise: Noise = field(
        default_factory=lambda: Noise(kinds=(0.6, 0.1, 0.3), sigma=(4, 50), poisson=(0.6, 3), shot=(1e-3, 1.5e-2))
    )
    jpeg: Jpeg = field(default_factory=lambda: Jpeg(quality=(8, 75), double=0.15))

    def draw(self, batch: int, source: torch.Generator) -> FaultsParams:
        """The parameters of `batch` samples."""
        wanted = choose(batch, self.count, source)
        order = uniform(batch * len(FAULTS), (0, 1), source).view(batch, -1).argsort(1).argsort(1)
        present = order < wanted[:, None]
        return FaultsParams(
            present=present,
            gamma=log_uniform(batch, self.gamma, source),
            shrink=log_uniform(batch, self.shrink, source),
            filters=torch.stack([choose(batch, (0.4, 0.2, 0.4), source), choose(batch, (0, 0.4, 0.6), source)], 1),
            traces=chance(batch, self.traces, source) & ~present[:, COMPRESSION],
            saved=uniform(batch, self.saved, source).round().long(),
            blur=self.blur.draw(batch, source),
            noise=self.noise.draw(batch, source),
            jpeg=self.jpeg.draw(batch, source),
        )

    def _degrade(self, x: Tensor, params: FaultsParams) -> Tensor:
        x = torch.where(spread(params.present[:, DARKNESS], x).bool(), quantise(x.pow(spread(params.gamma, x))), x)
        x = _where(x, params.present[:, BLUR], self.blur, params.blur)
        x = _enlarged(x, params)
        x = _where(x, params.present[:, NOISE], self.noise, params.noise)
        x = _where(x, params.present[:, COMPRESSION], self.jpeg, params.jpeg)
        light = JpegParams(**vars(params.jpeg) | {"quality": params.saved, "double": torch.zeros_like(params.traces)})
        return _where(x, params.traces, self.jpeg, light)


def _where(x: Tensor, here: Tensor, kind: Degradation[P], params: P) -> Tensor:
    """`kind` applied to the samples that are `here` (B,)."""
    if not here.any():
        return x
    out = x.clone()
    out[here.to(x.device)] = kind.apply(x[here.to(x.device)], pick(params, here))
    return out


def _enlarged(x: Tensor, params: FaultsParams) -> Tensor:
    """Shrunk and brought back to the old size, as programs do it."""
    here = params.present[:, ENLARGEMENT]
    if not here.any():
        return x
    chosen, filters = x[here.to(x.device)], params.filters[here]
    sizes = full_sizes(chosen)
    small = (sizes / params.shrink[here][:, None]).round().long().clamp(min=2)
    canvas = (int(small[:, 0].max()), int(small[:, 1].max()))
    smooth = torch.ones(len(chosen), dtype=torch.bool)
    shrunk = quantise(resize(chosen, sizes, small, canvas, filters[:, 0], smooth))
    out, (height, width) = x.clone(), x.shape[-2:]
    out[here.to(x.device)] = quantise(resize(shrunk, small, sizes, (height, width), filters[:, 1], ~smooth))
    return out
