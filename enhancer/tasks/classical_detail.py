"""Sharper edges: the unsharp mask."""

import math
from dataclasses import dataclass

import torch
from skimage.filters import gaussian
from torch import Tensor
from torch.nn import functional as F

from enhancer.options import option
from enhancer.tasks.classical_colour import luma
from enhancer.tasks.classical_run import classical, in_strips

TRUNCATE = 4.0  # deviations at which the Gaussian ends


@dataclass(frozen=True)
class UnsharpOptions:
    """An amount of 0 changes nothing."""

    amount: float = option(0.8, "how much edges are lifted", minimum=0.0, maximum=3.0, step=0.05)
    radius: float = option(1.2, "width of the edges that are lifted, in pixels", minimum=0.3, maximum=20.0, step=0.1)
    threshold: float = option(
        0.0, "weaker differences are left alone, in 8-bit levels; raise it for noisy pictures",
        minimum=0.0, maximum=30.0, step=0.5,
    )  # fmt: skip


def unsharp(pixels: Tensor, options: UnsharpOptions) -> Tensor:
    """Add `amount` times the difference of luma from its blur; luma only, so that edges get no coloured fringes."""
    plane = luma(pixels)
    blurred = gaussian(plane[0].numpy(), options.radius, mode="nearest", truncate=TRUNCATE)
    detail = F.softshrink(plane - torch.from_numpy(blurred), options.threshold / 255)
    return pixels + options.amount * detail


DETAIL = (
    classical(
        "unsharp",
        "Sharpen",
        "Lift the contrast of edges (unsharp mask).",
        UnsharpOptions,
        in_strips(unsharp, lambda options: math.ceil(TRUNCATE * options.radius) + 1),
    ),
)
