"""Tone and colour, each pixel for itself: brightness, contrast, saturation, gamma, white balance."""

import torch
from torch import Tensor

from enhancer.tasks.classical_colour import LUMA, from_linear, luma, to_linear
from enhancer.tasks.classical_options import (
    BrightnessOptions,
    ContrastOptions,
    GammaOptions,
    SaturationOptions,
    WhiteBalanceOptions,
)
from enhancer.tasks.classical_run import Shown, at_once, classical, pointwise

LARGEST_GAIN = 8.0  # a channel that would need more holds little but noise
WHITE_SHARE = 0.99  # so many pixels are darker than the white patch, so that a few highlights do not decide


def brightness(pixels: Tensor, options: BrightnessOptions) -> Tensor:
    """x + amount on gamma-encoded values."""
    return pixels + options.amount


def contrast(pixels: Tensor, options: ContrastOptions) -> Tensor:
    """pivot + factor · (x - pivot) on gamma-encoded values."""
    return pixels + (options.factor - 1) * (pixels - options.pivot)


def saturation(pixels: Tensor, options: SaturationOptions) -> Tensor:
    """Y + factor · (x - Y) with BT.709 luma Y, which stays as it is."""
    return pixels + (options.factor - 1) * (pixels - luma(pixels))


def gamma(pixels: Tensor, options: GammaOptions) -> Tensor:
    """x ** (1 / gamma) on gamma-encoded values."""
    return pixels ** (1 / options.gamma)


def white_balance(pixels: Tensor, options: WhiteBalanceOptions, shown: Shown = None) -> Tensor:
    """One gain for each channel of linear light (von Kries), so that the estimated light becomes grey.

    The light is the mean of the picture (Buchsbaum, J. Franklin Institute 1980), or the 99th percentile of each
    channel (after Land and McCann, JOSA 1971); its luminance stays as it is.
    """
    light = to_linear(pixels).flatten(1)
    seen = light if shown is None else light[:, shown.flatten()]
    if not seen.numel():
        return pixels
    if options.method == "grey world":
        cast = seen.mean(1, dtype=torch.float64)
    else:
        cast = seen.kthvalue(max(1, round(WHITE_SHARE * seen.shape[1])), 1).values.double()
    grey = cast @ torch.tensor(LUMA, dtype=torch.float64)
    gains = (grey / cast).nan_to_num(1.0, posinf=LARGEST_GAIN).clamp(1 / LARGEST_GAIN, LARGEST_GAIN).float()
    return pixels.lerp(from_linear((light * gains[:, None]).clamp_(max=1).view_as(pixels)), options.strength)


RUNS = {
    "brightness": classical(pointwise(brightness)),
    "contrast": classical(pointwise(contrast)),
    "saturation": classical(pointwise(saturation)),
    "gamma": classical(pointwise(gamma)),
    "white-balance": classical(at_once(white_balance)),
}
