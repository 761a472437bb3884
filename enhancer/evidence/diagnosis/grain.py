"""Noise coarser than a pixel: blotches of colour that a camera, a program or shrinking has smoothed."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.evidence.diagnosis.finding import MILD, NONE, STRONG, UNKNOWN, UNSEEN, Finding
from enhancer.evidence.diagnosis.noise import BLOCK, HEAVY, noise_level
from enhancer.evidence.diagnosis.view import View

HALF = 2  # pixels a side that are averaged, so that only what is coarser than a pixel is left
SMALLEST = 32  # pixels a side of a picture
# What is left of coloured noise twice as coarse as the pixels in the differences of its colours. In LIVE1 and McMaster
# the differences scatter by 1.4 levels at most, which is taken for 3.4 of noise.
LEFT = 0.41
VISIBLE = 5.0  # levels


def measure_grain(view: View, found: Mapping[str, Finding]) -> Finding:
    """The finding "grain": standard deviation in levels of 255 of coloured noise that is coarser than a pixel.

    In flat places of photographs red, green and blue go up and down together, and noise does not. Grey blotches cannot
    be told from texture. Noise as fine as the pixels is left to the finding "noise".
    """
    if min(view.width, view.height) < SMALLEST:
        return _finding(None, "The picture is too small to measure coarse noise in it.", UNKNOWN, "not measured")
    if not view.shows(HALF * 2 * BLOCK):
        return _finding(None, UNSEEN, UNKNOWN, "not measured")
    masks = tuple(None if mask is None else _halved(mask) for mask in view.masks)
    level = noise_level(tuple(_differences(crop) for crop in view.crops), masks) / LEFT
    evidence = (
        f"Averaged over {HALF}×{HALF} pixels, flat places still differ in colour as with blotchy noise of {level:.1f} "
        "of 255 brightness levels. Blotches without colour cannot be told from texture."
    )
    if level < VISIBLE:
        return _finding(level, evidence, NONE, "hardly any")
    if found["noise"].found:
        return _finding(level, f"{evidence} The fine noise explains that.", NONE, "seen as fine noise")
    return _finding(level, evidence, *((MILD, "blotchy noise") if level < HEAVY else (STRONG, "strong blotchy noise")))


def _finding(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("grain", "Coarse noise", value, "levels of 255", evidence, severity, verdict)


def _differences(crop: Tensor) -> Tensor:
    """(3, H, W) → red and blue against green at half the size, (2, H/2, W/2), within [0, 1]."""
    red, green, blue = F.avg_pool2d(crop[None], HALF)[0]
    differences: Tensor = (torch.stack([red, blue]) - green) / 2 + 0.5
    return differences


def _halved(mask: Tensor) -> Tensor:
    """(H, W) → (H/2, W/2), true where all of what is averaged is visible."""
    return F.max_pool2d((~mask).float()[None], HALF)[0] == 0
