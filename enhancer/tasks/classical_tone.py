"""Tone and colour, each pixel for itself: brightness, contrast, saturation, gamma, white balance."""

from dataclasses import dataclass

import torch
from torch import Tensor

from enhancer.options import option
from enhancer.tasks.classical_colour import LUMA, from_linear, luma, to_linear
from enhancer.tasks.classical_run import at_once, classical

LARGEST_GAIN = 8.0  # a channel that would need more holds little but noise
WHITE_SHARE = 0.99  # so many pixels are darker than the white patch, so that a few highlights do not decide


@dataclass(frozen=True)
class BrightnessOptions:
    """0 changes nothing."""

    amount: float = option(
        0.1, "lighter above 0, darker below; 1 is the whole range", minimum=-1.0, maximum=1.0, step=0.01
    )


@dataclass(frozen=True)
class ContrastOptions:
    """A factor of 1 changes nothing."""

    factor: float = option(1.2, "stronger above 1, flatter below", minimum=0.0, maximum=3.0, step=0.05)
    pivot: float = option(
        0.5, "the grey that stays as it is, from black 0 to white 1", minimum=0.0, maximum=1.0, step=0.01
    )


@dataclass(frozen=True)
class SaturationOptions:
    """A factor of 1 changes nothing."""

    factor: float = option(1.2, "more colour above 1, less below; 0 is grey", minimum=0.0, maximum=3.0, step=0.05)


@dataclass(frozen=True)
class GammaOptions:
    """A gamma of 1 changes nothing."""

    gamma: float = option(
        1.2, "lighter middle tones above 1, darker below; black and white stay", minimum=0.2, maximum=5.0, step=0.05
    )


@dataclass(frozen=True)
class WhiteBalanceOptions:
    """A strength of 0 changes nothing."""

    method: str = option(
        "grey world",
        "what should be without colour: the average of the picture, or its lightest parts",
        choices=("grey world", "white patch"),
    )
    strength: float = option(1.0, "how much of the colour cast is taken away", minimum=0.0, maximum=1.0, step=0.05)


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


def white_balance(pixels: Tensor, options: WhiteBalanceOptions) -> Tensor:
    """One gain for each channel of linear light (von Kries), so that the estimated light becomes grey.

    The light is the mean of the picture (Buchsbaum, J. Franklin Institute 1980), or the 99th percentile of each
    channel (after Land and McCann, JOSA 1971); its luminance stays as it is.
    """
    light = to_linear(pixels).flatten(1)
    if options.method == "grey world":
        cast = light.mean(1, dtype=torch.float64)
    else:
        cast = light.kthvalue(max(1, round(WHITE_SHARE * light.shape[1])), 1).values.double()
    grey = cast @ torch.tensor(LUMA, dtype=torch.float64)
    gains = (grey / cast).nan_to_num(1.0, posinf=LARGEST_GAIN).clamp(1 / LARGEST_GAIN, LARGEST_GAIN).float()
    return pixels.lerp(from_linear((light * gains[:, None]).clamp_(max=1).view_as(pixels)), options.strength)


TONE = (
    classical(
        "brightness",
        "Brightness",
        "Make everything lighter or darker by the same amount.",
        BrightnessOptions,
        at_once(brightness),
    ),
    classical("contrast", "Contrast", "Spread light and dark apart.", ContrastOptions, at_once(contrast)),
    classical("saturation", "Saturation", "Make colours stronger or paler.", SaturationOptions, at_once(saturation)),
    classical(
        "gamma", "Gamma", "Lighten or darken the middle tones; black and white stay.", GammaOptions, at_once(gamma)
    ),
    classical(
        "white-balance",
        "White balance",
        "Take away a colour cast of the light.",
        WhiteBalanceOptions,
        at_once(white_balance),
    ),
)
