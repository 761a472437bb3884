"""Noise against detail: median, bilateral, non-local means, wavelet and total variation."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from skimage.filters import median as skimage_median
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle
from torch import Tensor
from torch.nn import functional as F

from enhancer.options import option
from enhancer.progress import Progress
from enhancer.tasks.classical_colour import TO_YCBCR, from_ycbcr, to_ycbcr
from enhancer.tasks.classical_run import by_plane, classical, in_strips
from enhancer.tasks.classical_wavelet import shrink

BILATERAL_REACH = 2.5  # deviations; what lies farther weighs less than 5 %
STRENGTH = "how much of the filtered picture is blended over the plain one"


@dataclass(frozen=True)
class MedianOptions:
    """A strength of 0 changes nothing."""

    radius: int = option(1, "pixels around that are asked; larger removes larger specks", minimum=1, maximum=5, step=1)
    strength: float = option(1.0, STRENGTH, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class BilateralOptions:
    """A strength of 0 changes nothing."""

    radius: float = option(2.0, "how far pixels are mixed, in pixels", minimum=0.5, maximum=5.0, step=0.1)
    tolerance: float = option(
        25.0, "how different colours may be to be mixed, in 8-bit levels", minimum=1.0, maximum=150.0, step=1.0
    )
    strength: float = option(1.0, STRENGTH, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class NlMeansOptions:
    """A strength of 0 changes nothing."""

    noise: float = option(10.0, "strength of the noise in 8-bit levels", minimum=1.0, maximum=75.0, step=0.5)
    patch: int = option(2, "radius of the patches that are compared, in pixels", minimum=1, maximum=4, step=1)
    search: int = option(9, "how far similar patches are looked for, in pixels", minimum=2, maximum=15, step=1)
    strength: float = option(1.0, STRENGTH, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class WaveletOptions:
    """A strength of 0 changes nothing."""

    noise: float = option(
        0.0,
        "strength of the noise in 8-bit levels; 0 estimates it from the picture",
        minimum=0.0,
        maximum=75.0,
        step=0.5,
    )
    levels: int = option(4, "sizes of grain that are removed, each twice the one before", minimum=1, maximum=6, step=1)
    strength: float = option(1.0, STRENGTH, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class TotalVariationOptions:
    """A strength of 0 changes nothing."""

    weight: float = option(0.06, "smoother and more like a painting above", minimum=0.005, maximum=0.5, step=0.005)
    strength: float = option(1.0, STRENGTH, minimum=0.0, maximum=1.0, step=0.05)


def median(pixels: Tensor, options: MedianOptions) -> Tensor:
    """The median of a square around each pixel, each channel for itself, in floating point."""
    square = np.ones((2 * options.radius + 1,) * 2)
    medians = [skimage_median(channel.numpy(), square, mode="nearest", behavior="ndimage") for channel in pixels]
    return pixels.lerp(torch.from_numpy(np.stack(medians)), options.strength)


def bilateral(pixels: Tensor, options: BilateralOptions) -> Tensor:
    """Means over a disc, weighted by nearness in place and in RGB (Tomasi and Manduchi, ICCV 1998, eq. 5).

    Own sums, because scikit-image 0.26 divides colour distances by the number of channels, rounds them to a share of
    the largest value, so that strips would not equal the whole, and weighs odd windows with a table one wider.
    """
    reach = _bilateral_reach(options)
    height, width = pixels.shape[1:]
    padded = F.pad(pixels[None], [reach] * 4, mode="replicate")[0]
    in_place, in_colour = -0.5 / options.radius**2, -0.5 / (options.tolerance / 255) ** 2
    total, weights = torch.zeros_like(pixels), torch.zeros_like(pixels[:1])
    offsets = range(-reach, reach + 1)
    for y, x in [(y, x) for y in offsets for x in offsets if x * x + y * y <= reach * reach]:
        other = padded[:, y + reach : y + reach + height, x + reach : x + reach + width]
        away = (x * x + y * y) * in_place
        weight = (other - pixels).square_().sum(0, keepdim=True).mul_(in_colour).add_(away).exp_()
        total.addcmul_(other, weight)
        weights += weight
    return pixels.lerp(total / weights, options.strength)


def nl_means(pixels: Tensor, options: NlMeansOptions) -> Tensor:
    """Means of pixels whose surroundings look alike (Buades, Coll, Morel, IPOL 2011), in RGB."""
    sigma = options.noise / 255
    denoised = denoise_nl_means(
        pixels.permute(1, 2, 0).double().numpy(),  # float32 sums would differ between strips and the whole
        patch_size=2 * options.patch + 1,
        patch_distance=options.search,
        h=0.8 * sigma,
        sigma=sigma,
        channel_axis=-1,
    )
    upright = torch.from_numpy(denoised).view(*pixels.shape[1:], 3)  # a side of 1 was squeezed away
    return pixels.lerp(upright.permute(2, 0, 1).to(pixels), options.strength)


def wavelet(pixels: Tensor, options: WaveletOptions, progress: Progress) -> Tensor:
    """BayesShrink on the undecimated Haar transform of Y', Cb and Cr."""
    known = (TO_YCBCR.square().sum(1).sqrt() * options.noise / 255).tolist() if options.noise else [None] * 3
    planes = to_ycbcr(pixels)
    for done, noise in enumerate(known):
        progress.step(done, len(known))
        planes[done] = shrink(planes[done], options.levels, noise)
    progress.step(len(known), len(known))
    return pixels.lerp(from_ycbcr(planes), options.strength)


def total_variation(plane: Tensor, options: TotalVariationOptions) -> Tensor:
    """The plane of least total variation near this one (Chambolle, J. Math. Imaging and Vision 2004)."""
    smooth = denoise_tv_chambolle(plane[0].numpy(), weight=options.weight)
    return plane.lerp(torch.from_numpy(smooth)[None], options.strength)


def _bilateral_reach(options: BilateralOptions) -> int:
    return math.ceil(BILATERAL_REACH * options.radius)


DENOISE = (
    classical(
        "median",
        "Median",
        "Remove single wrong pixels and specks; edges stay.",
        MedianOptions,
        in_strips(median, lambda options: options.radius),
    ),
    classical(
        "bilateral",
        "Bilateral smoothing",
        "Smooth surfaces without blurring strong edges.",
        BilateralOptions,
        in_strips(bilateral, _bilateral_reach),
    ),
    classical(
        "nl-means",
        "Non-local means",
        "Remove noise by averaging places that look alike; slow.",
        NlMeansOptions,
        in_strips(nl_means, lambda options: options.patch + options.search + 1),
    ),
    classical(
        "wavelet", "Wavelet denoise", "Remove noise of several sizes; finds its strength.", WaveletOptions, wavelet
    ),
    classical(
        "total-variation",
        "Total variation",
        "Flatten noise into smooth areas with sharp borders.",
        TotalVariationOptions,
        by_plane(total_variation),
    ),
)
