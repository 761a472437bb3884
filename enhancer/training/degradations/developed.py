"""What a camera itself makes of a photograph: soft glass, blotches left by noise reduction, sharpening and JPEG."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.training.degradations.bicubic import bicubic, quantise
from enhancer.training.degradations.blur import Blur, BlurParams, convolve
from enhancer.training.degradations.contract import (
    Degradation,
    Params,
    Range,
    Share,
    chance,
    log_uniform,
    seeds,
    spread,
    uniform,
)
from enhancer.training.degradations.grid import full_sizes
from enhancer.training.degradations.jpeg import Jpeg, JpegParams, recompress
from enhancer.training.degradations.kernels import SIDE, gaussian
from enhancer.training.degradations.noise import white_noise

COLOUR_COARSER = 2.0  # colour is developed from fewer samples than brightness, and smoothed more
LENS = Blur(blurred=0.7, kinds=(0.6, 0.4, 0, 0, 0, 0, 0, 0), sigma=(0.3, 1.5), eight_bit=False)
SAVED = Jpeg(quality=(40, 98), double=0.2)


@dataclass(frozen=True)
class DevelopedParams(Params):
    """Lens, grain, sharpening and JPEG of each sample; lengths in pixels, the lens in those of the sharp picture."""

    scale: int
    lens: BlurParams
    sigma: Tensor  # of the grain, grey levels of 255
    size: Tensor  # of its spots: the standard deviation of the Gaussian that spread it
    colour: Tensor  # share of it that differs between the channels
    shadow: Tensor  # how much stronger it is at black, and weaker at white, than in the middle
    amount: Tensor  # of the unsharp mask
    radius: Tensor
    seed: Tensor
    jpeg: JpegParams

    def label(self, sample: int) -> str:
        """What befell one sample."""
        grain = f"grain {self.sigma[sample]:.1f} of {self.size[sample]:.1f} px"
        sharpened = f"sharpened {self.amount[sample]:.1f} over {self.radius[sample]:.1f} px"
        return ", ".join(p for p in (self.lens.label(sample), grain, sharpened, self.jpeg.label(sample)) if p)


@dataclass(frozen=True)
class Developed(Degradation[DevelopedParams]):
    """Down to 1/scale of the size by MATLAB's bicubic behind a soft lens, then grain, an unsharp mask and JPEG.

    Noise as it leaves a camera is no longer white: demosaicing and noise reduction spread it, colour more than
    brightness, and sharpening raises what is left (Nam et al., "A holistic approach to cross-channel image noise
    modeling", CVPR 2016); the tone curve makes it stronger in shadows (`shadow`). Sides must be multiples of `scale`.
    """

    scale: int = 4
    lens: Blur = LENS
    sigma: Range = (1.0, 28.0)
    size: Range = (0.3, 2.0)
    colour: Share = 0.8  # at most
    shadow: Range = (-0.3, 0.8)
    sharpened: Share = 0.7
    amount: Range = (0.2, 2.0)
    radius: Range = (0.5, 1.5)
    jpeg: Jpeg = SAVED

    def draw(self, batch: int, source: torch.Generator) -> DevelopedParams:
        """The parameters of `batch` samples."""
        amount = uniform(batch, self.amount, source)
        return DevelopedParams(
            scale=self.scale,
            lens=self.lens.draw(batch, source),
            sigma=log_uniform(batch, self.sigma, source),
            size=uniform(batch, self.size, source),
            colour=uniform(batch, (0.0, self.colour), source),
            shadow=uniform(batch, self.shadow, source),
            amount=torch.where(chance(batch, self.sharpened, source), amount, 0.0),
            radius=uniform(batch, self.radius, source),
            seed=seeds(batch, source),
            jpeg=self.jpeg.draw(batch, source),
        )

    def _degrade(self, x: Tensor, params: DevelopedParams) -> Tensor:
        small = bicubic(convolve(x, params.lens, full_sizes(x)), params.scale)
        grainy = (small + grain(small, params)).clamp(0, 1)
        soft = _spread(grainy, params.radius)
        sharpened = grainy + spread(params.amount, x) * (grainy - soft)
        return recompress(quantise(sharpened.clamp(0, 1)), params.jpeg)


def grain(x: Tensor, params: DevelopedParams) -> Tensor:
    """Noise of standard deviation `sigma` at mid grey for `x` (B, 3, H, W), in spots of `size` and `colour`."""
    white = white_noise(x, params.seed, full_sizes(x))
    bright = _spread(white[:, :1].expand_as(white), params.size, keep_variance=True)
    coloured = _spread(white, params.size * COLOUR_COARSER, keep_variance=True)
    share = spread(params.colour, x)
    mixed = (1 - share) * bright + share * coloured
    tone = 1 + spread(params.shadow, x) * (1 - 2 * x.mean(1, keepdim=True))
    return spread(params.sigma / 255, x) * tone * mixed / mixed.std((1, 2, 3), keepdim=True)


def _spread(x: Tensor, sigma: Tensor, *, keep_variance: bool = False) -> Tensor:
    """(B, 3, H, W) through a round Gaussian for each sample; `keep_variance` is meant for white noise."""
    wide = sigma.double()
    kernels = gaussian(wide, wide, torch.zeros_like(wide), torch.ones_like(wide)).to(x)
    if keep_variance:
        kernels = kernels / kernels.square().sum((1, 2), keepdim=True).sqrt()
    edge = SIDE // 2
    padded = F.pad(x, (edge, edge, edge, edge), mode="reflect").flatten(0, 1)[None]
    weights = kernels.repeat_interleave(x.shape[1], 0)[:, None]
    return F.conv2d(padded, weights, groups=len(weights))[0].view_as(x)
