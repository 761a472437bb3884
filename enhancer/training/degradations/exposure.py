"""Wrong light: pictures too dark, too bright or in the colour of a lamp, which the tone network learns to mend."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from enhancer.training.degradations.bicubic import quantise
from enhancer.training.degradations.contract import (
    Degradation,
    Params,
    Range,
    Share,
    chance,
    log_uniform,
    spread,
    uniform,
)
from enhancer.training.degradations.grid import full_sizes
from enhancer.training.degradations.light import from_linear, to_linear
from enhancer.training.degradations.noise import Noise, NoiseParams, add_noise


@dataclass(frozen=True)
class ExposureParams(Params):
    """Light in stops, gains (B, 3) of the channels, gamma of the display values, noise; `clean` samples stay as is."""

    clean: Tensor
    stops: Tensor
    gains: Tensor
    gamma: Tensor
    noisy: Tensor
    noise: NoiseParams

    def label(self, sample: int) -> str:
        """What befell one sample."""
        if self.clean[sample]:
            return "clean"
        red, green, blue = self.gains[sample].tolist()
        light = f"gamma {self.gamma[sample]:.2f}, {self.stops[sample]:+.2f} EV, gains {red:.2f} {green:.2f} {blue:.2f}"
        return f"{light}, {self.noise.label(sample)}" if self.noisy[sample] else light


@dataclass(frozen=True)
class Exposure(Degradation[ExposureParams]):
    """Exposure and white balance in linear light, then a gamma on display values, noise, and rounding to 8 bits.

    Of the samples that are not `clean`, a share `dark` has `gamma`, the others have `gentle` gamma.
    Gains are drawn in stops for each channel and keep the brightness of a grey.
    """

    clean: Share = 0.45  # less, and deep shadows of daylight are lifted
    dark: Share = 0.7
    gamma: Range = (2.0, 4.0)
    gentle: Range = (0.7, 1.4)
    stops: Range = (-0.5, 0.5)
    cast: Range = (-0.4, 0.4)
    noisy: Share = 0.7
    noise: Noise = field(default_factory=lambda: Noise(sigma=(0, 8), poisson=(0.05, 1), shot=(1e-4, 2e-3)))

    def draw(self, batch: int, source: torch.Generator) -> ExposureParams:
        """The parameters of `batch` samples."""
        dark = chance(batch, self.dark, source)
        strong, weak = log_uniform(batch, self.gamma, source), log_uniform(batch, self.gentle, source)
        cast = uniform(3 * batch, self.cast, source).view(batch, 3)
        return ExposureParams(
            clean=chance(batch, self.clean, source),
            stops=uniform(batch, self.stops, source),
            gains=(cast - cast.mean(1, keepdim=True)).exp2(),
            gamma=torch.where(dark, strong, weak),
            noisy=chance(batch, self.noisy, source),
            noise=self.noise.draw(batch, source),
        )

    def _degrade(self, x: Tensor, params: ExposureParams) -> Tensor:
        lit = relight(x, params)
        lit = torch.where(spread(params.noisy, x).bool(), add_noise(lit, params.noise, full_sizes(x)), lit)
        return quantise(torch.where(spread(params.clean, x).bool(), x, lit))


def relight(x: Tensor, params: ExposureParams) -> Tensor:
    """Exposure, gains and gamma alone: (B, 3, H, W) in [0, 1] → the same, clipped at white, not rounded."""
    light = spread(params.stops.exp2(), x) * params.gains.to(x)[:, :, None, None]
    return from_linear(to_linear(x) * light).pow(spread(params.gamma, x))
