"""The unknown past of a picture from the web: blur, resizing, noise and JPEG, twice over."""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from enhancer.training.degradations.bicubic import bicubic, quantise
from enhancer.training.degradations.blur import Blur, BlurParams, convolve
from enhancer.training.degradations.contract import (
    Degradation,
    Params,
    Range,
    Share,
    Weights,
    chance,
    choose,
    pick,
    uniform,
)
from enhancer.training.degradations.grid import extend, full_sizes
from enhancer.training.degradations.jpeg import Jpeg, JpegParams, recompress
from enhancer.training.degradations.noise import Noise, NoiseParams, add_noise
from enhancer.training.degradations.resize import NAMES, resize

TOGETHER = {"cpu": 5}  # samples that share a canvas: enough for the convolution, few enough to waste little of it
SLIGHTEST = 0.2  # a Gaussian so narrow changes nothing
SMALLEST = 16  # pixels a side that JPEG needs


@dataclass(frozen=True)
class StageParams(Params):
    """One order of degradation: blur, then resizing by `factor`, then noise, then JPEG."""

    blur: BlurParams
    factor: Tensor
    mode: Tensor
    smooth: Tensor
    noise: NoiseParams
    jpeg: JpegParams

    def label(self, sample: int) -> str:
        """What befell one sample."""
        size = f"x{self.factor[sample]:.2f} {NAMES[int(self.mode[sample])]}"
        parts = [self.blur.label(sample), size, self.noise.label(sample), self.jpeg.label(sample)]
        return ", ".join(p for p in parts if p)


@dataclass(frozen=True)
class BlindParams(Params):
    """Two stages and the way to the last size; `clean` samples are only shrunk, `mild` ones had half the strengths."""

    scale: int
    clean: Tensor
    mild: Tensor
    first: StageParams
    second: StageParams
    jpeg_last: Tensor  # the second JPEG comes after the last resizing, else before it
    mode: Tensor
    smooth: Tensor
    final: BlurParams

    def label(self, sample: int) -> str:
        """What befell one sample."""
        if self.clean[sample]:
            return "clean"
        end = f"{NAMES[int(self.mode[sample])]}{', ' if self.final.blurred[sample] else ''}{self.final.label(sample)}"
        order = f"{end} before the JPEG" if self.jpeg_last[sample] else end
        mild = "mild; " if self.mild[sample] else ""
        return f"{mild}{self.first.label(sample)}; {self.second.label(sample)}; {order}"


@dataclass(frozen=True)
class Stage:
    """Ranges of one order; `direction` weighs growing, shrinking and keeping the size."""

    blur: Blur
    direction: Weights
    factor: Range
    noise: Noise
    jpeg: Jpeg


BLURS: Weights = (0.405, 0.225, 0.108, 0.027, 0.108, 0.027, 0.0, 0.1)
FIRST = Stage(
    Blur(kinds=BLURS, sigma=(0.2, 3.0)),
    (0.2, 0.7, 0.1),
    (0.15, 1.5),
    Noise(kinds=(0.45, 0.45, 0.1), sigma=(1, 30), poisson=(0.05, 3.0)),
    Jpeg(quality=(30, 95), double=0.0),
)
SECOND = Stage(
    Blur(blurred=0.8, kinds=BLURS, sigma=(0.2, 1.5)),
    (0.3, 0.4, 0.3),
    (0.3, 1.2),
    Noise(kinds=(0.45, 0.45, 0.1), sigma=(1, 25), poisson=(0.05, 2.5)),
    Jpeg(quality=(30, 95), double=0.3),
)
FINAL = Blur(blurred=0.8, kinds=(0, 0, 0, 0, 0, 0, 0, 1))


@dataclass(frozen=True)
class BlindRanges(Degradation[BlindParams]):
    """Two orders of degradation down to 1/scale of the size, rounded to 8 bits; sides must be multiples of `scale`.

    After Real-ESRGAN (Wang et al., ICCVW 2021, section 3), with double JPEG, camera noise, antialiased resizing,
    a share `clean` that is only shrunk by MATLAB's bicubic, and a share `mild` whose strengths are halved, so that a
    network learns to leave good photographs alone.
    """

    scale: int = 4
    clean: Share = 0.1
    mild: Share = 0.5
    smooth: Share = 0.5
    jpeg_last: Share = 0.5
    modes: Weights = (1.0, 1.0, 1.0)
    first: Stage = FIRST
    second: Stage = SECOND
    final: Blur = FINAL

    def draw(self, batch: int, source: torch.Generator) -> BlindParams:
        """The parameters of `batch` samples."""
        mild = chance(batch, self.mild, source)
        return BlindParams(
            scale=self.scale,
            clean=chance(batch, self.clean, source),
            mild=mild,
            first=self._stage(self.first, mild, source),
            second=self._stage(self.second, mild, source),
            jpeg_last=chance(batch, self.jpeg_last, source),
            mode=choose(batch, self.modes, source),
            smooth=chance(batch, self.smooth, source),
            final=_milder_blur(self.final.draw(batch, source), mild),
        )

    def _stage(self, stage: Stage, mild: Tensor, source: torch.Generator) -> StageParams:
        batch = len(mild)
        factor = _factors(batch, stage, source)
        return StageParams(
            blur=_milder_blur(stage.blur.draw(batch, source), mild),
            factor=torch.where(mild, (1 + factor) / 2, factor),
            mode=choose(batch, self.modes, source),
            smooth=chance(batch, self.smooth, source),
            noise=_milder_noise(stage.noise.draw(batch, source), mild),
            jpeg=_milder_jpeg(stage.jpeg.draw(batch, source), mild),
        )

    def _degrade(self, x: Tensor, params: BlindParams) -> Tensor:
        return degrade(x, params, TOGETHER.get(x.device.type, len(x)))


def _factors(batch: int, stage: Stage, source: torch.Generator) -> Tensor:
    low, high = stage.factor
    grown, shrunk = uniform(batch, (1.0, high), source), uniform(batch, (low, 1.0), source)
    way = choose(batch, stage.direction, source)
    return torch.where(way == 0, grown, torch.where(way == 1, shrunk, torch.ones(batch)))


def _milder_blur(blur: BlurParams, mild: Tensor) -> BlurParams:
    def soften(values: Tensor, neutral: float) -> Tensor:
        return torch.where(mild, (values + neutral) / 2, values)

    return replace(
        blur,
        wide=soften(blur.wide, SLIGHTEST),
        narrow=soften(blur.narrow, SLIGHTEST),
        length=soften(blur.length, 1.0),
        cutoff=soften(blur.cutoff, math.pi),
    )


def _milder_noise(noise: NoiseParams, mild: Tensor) -> NoiseParams:
    half = torch.where(mild, 0.5, 1.0)
    return replace(noise, sigma=noise.sigma * half, poisson=noise.poisson * half, shot=noise.shot * half.square())


def _milder_jpeg(jpeg: JpegParams, mild: Tensor) -> JpegParams:
    def better(quality: Tensor) -> Tensor:
        return torch.where(mild, (quality + 100) // 2, quality)

    return replace(jpeg, quality=better(jpeg.quality), first=better(jpeg.first))


def degrade(x: Tensor, params: BlindParams, together: int) -> Tensor:
    """Apply both orders, `together` samples of similar size at a time: (B, 3, s·H, s·W) → (B, 3, H, W) in 8-bit levels.

    Raises ValueError where a side is not a multiple of s or leaves less than SMALLEST pixels.
    """
    scale, (height, width) = params.scale, x.shape[-2:]
    if height % scale or width % scale or min(height, width) < SMALLEST * scale:
        raise ValueError(f"sides must be multiples of {scale} and at least {SMALLEST * scale}, not {height}x{width}")
    out = x.new_empty(len(x), 3, height // scale, width // scale)
    if params.clean.any():
        clean = params.clean.to(x.device)
        out[clean] = bicubic(x[clean], scale)
    order = params.first.factor.argsort()
    for here in torch.split(order[~params.clean[order]], together):
        on = here.to(x.device)
        if len(here):
            out[on] = _two_orders(x[on], pick(params, here))
    return quantise(out)


def _two_orders(x: Tensor, params: BlindParams) -> Tensor:
    full = full_sizes(x)
    last = full // params.scale
    every = torch.ones(len(x), dtype=torch.bool)
    x, sizes = _stage(x, full, params.first, full)
    x = _jpeg(x, sizes, params.first.jpeg, every)
    x, sizes = _stage(x, sizes, params.second, last)
    x = _jpeg(x, sizes, params.second.jpeg, ~params.jpeg_last)
    x = resize(x, sizes, last, (int(last[0, 0]), int(last[0, 1])), params.mode, params.smooth)
    x = convolve(x, params.final, last)
    return _jpeg(x, last, params.second.jpeg, params.jpeg_last)


def _stage(x: Tensor, sizes: Tensor, stage: StageParams, goal: Tensor) -> tuple[Tensor, Tensor]:
    """Blur, resize to `factor` times the `goal` (B, 2), add noise, clamp; returns the new canvas and sizes."""
    x = convolve(x, stage.blur, sizes)
    after = (goal * stage.factor[:, None]).round().long().clamp(min=SMALLEST)
    height, width = after.amax(0).tolist()
    x = resize(x, sizes, after, (height, width), stage.mode, stage.smooth)
    return add_noise(x, stage.noise, after).clamp_(0, 1), after


def _jpeg(x: Tensor, sizes: Tensor, jpeg: JpegParams, chosen: Tensor) -> Tensor:
    """Compress the `chosen` (B,) samples, whose canvas beyond the picture repeats its border."""
    here = torch.nonzero(chosen)[:, 0]
    if not len(here):
        return x
    on, out = here.to(x.device), x.clone()
    out[on] = recompress(extend(x[on], sizes[here], 0, mirror=False), pick(jpeg, here))
    return out
