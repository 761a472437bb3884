"""Sharper edges: the unsharp mask."""

import math

import torch
from skimage.filters import gaussian
from torch import Tensor
from torch.nn import functional as F

from enhancer.tasks.classical_colour import luma
from enhancer.tasks.classical_options import UnsharpOptions
from enhancer.tasks.classical_run import classical, in_strips

TRUNCATE = 4.0  # deviations at which the Gaussian ends


def unsharp(pixels: Tensor, options: UnsharpOptions) -> Tensor:
    """Add `amount` times the difference of luma from its blur; luma only, so that edges get no coloured fringes."""
    plane = luma(pixels)
    blurred = gaussian(plane[0].numpy(), options.radius, mode="nearest", truncate=TRUNCATE)
    detail = F.softshrink(plane - torch.from_numpy(blurred), options.threshold / 255)
    return pixels + options.amount * detail


RUNS = {
    "unsharp": classical(in_strips(unsharp, lambda options: math.ceil(TRUNCATE * options.radius) + 1)),
}
