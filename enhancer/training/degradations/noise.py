"""Noise: Gaussian, Poisson, and that of a camera's sensor seen through its development."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.training.degradations.bicubic import quantise
from enhancer.training.degradations.contract import (
    Degradation,
    Params,
    Range,
    Share,
    Weights,
    chance,
    choose,
    log_uniform,
    pick,
    seeds,
    spread,
    uniform,
)
from enhancer.training.degradations.grid import full_sizes
from enhancer.training.degradations.light import from_linear, luma, to_linear

GAUSSIAN, POISSON, CAMERA = range(3)
BAYER = (0.25, 0.5, 0.25)  # bilinear demosaicing spreads a sample by this much in either direction
READ_SLOPE, READ_OFFSET = 2.18, 1.2  # log of read variance over log of shot variance, Brooks et al. 2019, section 3.1


@dataclass(frozen=True)
class NoiseParams(Params):
    """For each sample its kind and the strengths of all kinds, of which the strength of its own kind counts."""

    kind: Tensor  # GAUSSIAN, POISSON or CAMERA
    sigma: Tensor  # Gaussian standard deviation in grey levels of 255
    poisson: Tensor  # standard deviation over that of a picture of 255 photons at white
    shot: Tensor  # camera: variance for each unit of linear light
    gains: Tensor  # camera: white balance (B, 3), amplifying the noise of a channel
    grey: Tensor  # Gaussian and Poisson: the same noise in all three channels
    correlated: Tensor  # camera: spread by demosaicing
    seed: Tensor
    eight_bit: bool

    def label(self, sample: int) -> str:
        """What befell one sample."""
        kind, grey = int(self.kind[sample]), " grey" if self.grey[sample] else ""
        if kind == CAMERA:
            return f"camera {self.shot[sample]:.4f}{' spread' if self.correlated[sample] else ''}"
        return (
            f"Gauss {self.sigma[sample]:.1f}{grey}" if kind == GAUSSIAN else f"Poisson {self.poisson[sample]:.2f}{grey}"
        )


@dataclass(frozen=True)
class Noise(Degradation[NoiseParams]):
    """One of three kinds of noise for each sample; without `eight_bit` the result is neither clamped nor rounded.

    Camera: heteroscedastic noise of variance shot·x + read in linear light (Foi et al., IEEE TIP 2008), read noise
    following shot noise as in Brooks et al., "Unprocessing Images", CVPR 2019.
    """

    kinds: Weights = (0.4, 0.3, 0.3)
    sigma: Range = (1, 30)
    poisson: Range = (0.05, 3)
    shot: Range = (1e-4, 1.2e-2)
    gains: Range = (1.0, 2.4)
    grey: Share = 0.4
    correlated: Share = 0.5
    eight_bit: bool = True

    def draw(self, batch: int, source: torch.Generator) -> NoiseParams:
        """The parameters of `batch` samples."""
        red, blue = uniform(batch, self.gains, source), uniform(batch, self.gains, source)
        return NoiseParams(
            kind=choose(batch, self.kinds, source),
            sigma=uniform(batch, self.sigma, source),
            poisson=uniform(batch, self.poisson, source),
            shot=log_uniform(batch, self.shot, source),
            gains=torch.stack([red, torch.ones(batch), blue], 1),
            grey=chance(batch, self.grey, source),
            correlated=chance(batch, self.correlated, source),
            seed=seeds(batch, source),
            eight_bit=self.eight_bit,
        )

    def _degrade(self, x: Tensor, params: NoiseParams) -> Tensor:
        noisy = add_noise(x, params, full_sizes(x))
        return quantise(noisy) if params.eight_bit else noisy


def add_noise(x: Tensor, params: NoiseParams, sizes: Tensor) -> Tensor:
    """Add the noise of `params` to samples of `sizes` (B, 2) on a canvas (B, 3, H, W); not rounded.

    Gaussian and Poisson noise are not clamped; camera noise is, as light below black or above white does not exist.
    """
    white = white_noise(x, params.seed, sizes)
    out = torch.empty_like(x)
    cameras = params.kind == CAMERA
    for chosen, add in ((cameras, _camera), (~cameras, _plain)):
        here = torch.nonzero(chosen)[:, 0]
        if len(here):
            on = here.to(x.device)
            out[on] = add(x[on], white[on], pick(params, here))
    return out


def white_noise(x: Tensor, seed: Tensor, sizes: Tensor) -> Tensor:
    """Standard normal numbers in the picture of every sample, 0 in the rest of its canvas."""
    white = torch.zeros_like(x)
    for canvas, number, (height, width) in zip(white, seed.tolist(), sizes.tolist(), strict=True):
        source = torch.Generator(x.device).manual_seed(number)
        canvas[:, :height, :width] = torch.randn(3, height, width, generator=source, device=x.device)
    return white


def _plain(x: Tensor, white: Tensor, params: NoiseParams) -> Tensor:
    """x + √(σ² + s·x)·n, where σ or s is 0: Poisson noise is nearly normal from a few photons on."""
    gaussian = params.kind == GAUSSIAN
    grey = spread(params.grey, x).bool()
    sigma = spread(torch.where(gaussian, params.sigma / 255, 0.0), x)
    shot = spread(torch.where(gaussian, 0.0, params.poisson.square() / 255), x)
    light = torch.where(grey, luma(x), x) if params.grey.any() and not gaussian.all() else x
    white = torch.where(grey, white[:, :1], white)
    return x + (sigma.square() + shot * light.clamp(min=0)).sqrt() * white


def _camera(x: Tensor, white: Tensor, params: NoiseParams) -> Tensor:
    linear = to_linear(x.clamp(0, 1))
    gains = params.gains.to(x)[:, :, None, None]
    shot, read = spread(params.shot, x), spread(read_variance(params.shot), x)
    spread_out = spread(params.correlated, x).bool()
    if params.correlated.any():
        white = torch.where(spread_out, _demosaiced(white), white)
    return from_linear(linear + (gains * shot * linear + gains.square() * read).sqrt() * white)


def read_variance(shot: Tensor) -> Tensor:
    """Variance of read noise that goes with a shot noise, both for a raw value of 1 (Brooks et al., CVPR 2019)."""
    return (READ_SLOPE * shot.log() + READ_OFFSET).exp()


def _demosaiced(white: Tensor) -> Tensor:
    """Spread noise over its neighbours, keeping its variance."""
    line = white.new_tensor(BAYER)
    kernel = torch.outer(line, line) / line.square().sum()
    return F.conv2d(white, kernel.expand(3, 1, 3, 3), padding=1, groups=3)
