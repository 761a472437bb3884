"""Noise against detail: median, bilateral, non-local means, wavelet and total variation."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from skimage.filters import median as skimage_median
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle
from torch import Tensor
from torch.nn import functional as F

from enhancer.progress import Progress
from enhancer.tasks.classical_colour import TO_YCBCR, from_ycbcr, to_ycbcr
from enhancer.tasks.classical_options import (
    BilateralOptions,
    MedianOptions,
    NlMeansOptions,
    TotalVariationOptions,
    WaveletOptions,
)
from enhancer.tasks.classical_run import Shown, by_plane, classical, in_strips
from enhancer.tasks.classical_wavelet import shrink

BILATERAL_REACH = 2.5  # deviations; what lies farther weighs less than 5 %


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


def wavelet(pixels: Tensor, options: WaveletOptions, progress: Progress, shown: Shown = None) -> Tensor:
    """BayesShrink on the undecimated Haar transform of Y', Cb and Cr, by what is shown.

    The noise of a grey picture is one and the same in R, G and B, and all of it is in Y'.
    """
    planes, known = to_ycbcr(pixels), _known(pixels, options.noise / 255)
    telling = (pixels.amax(0) > 0) & (pixels.amin(0) < 1)  # at the ends no noise is left, whatever there was
    if shown is not None:
        telling &= shown
    everywhere = bool(telling.all()) or not telling.any()
    for done, noise in enumerate(known):
        progress.step(done, len(known))
        planes[done] = shrink(planes[done], options.levels, noise, None if everywhere else telling)
    progress.step(len(known), len(known))
    return pixels.lerp(from_ycbcr(planes), options.strength)


def _known(pixels: Tensor, noise: float) -> Sequence[float | None]:
    """The deviation in each plane of noise that has this one in each channel; None where it is to be found out."""
    if not noise:
        return None, None, None
    if bool((pixels == pixels[:1]).all()):
        return noise, 0.0, 0.0
    return [noise * plane for plane in TO_YCBCR.square().sum(1).sqrt().tolist()]


def total_variation(plane: Tensor, options: TotalVariationOptions) -> Tensor:
    """The plane of least total variation near this one (Chambolle, J. Math. Imaging and Vision 2004)."""
    smooth = denoise_tv_chambolle(plane[0].numpy(), weight=options.weight)
    return plane.lerp(torch.from_numpy(smooth)[None], options.strength)


def _bilateral_reach(options: BilateralOptions) -> int:
    return math.ceil(BILATERAL_REACH * options.radius)


RUNS = {
    "median": classical(in_strips(median, lambda options: options.radius)),
    "bilateral": classical(in_strips(bilateral, _bilateral_reach)),
    "nl-means": classical(in_strips(nl_means, lambda options: options.patch + options.search + 1)),
    "wavelet": classical(wavelet),
    "total-variation": classical(by_plane(total_variation)),
}
