"""What a network sees that measuring cannot: noise that compression has smeared."""

import math
from collections.abc import Mapping
from functools import cache

import numpy as np
import torch
from torch import Tensor

from enhancer.evidence.diagnosis.finding import MILD, NONE, UNKNOWN, UNSEEN, Finding
from enhancer.evidence.diagnosis.resolution import enlarged_rather_than_blurred
from enhancer.evidence.diagnosis.spectrum import WINDOW as SPECTRUM
from enhancer.evidence.diagnosis.view import View, view_of
from enhancer.media.picture import Picture
from enhancer.models.inspector import Inspector, open_inspector
from enhancer.settings import Settings

FILE = Settings.weights / "lab" / "faults.safetensors"
WINDOW, ACROSS = 192, 3  # pixels a side of what the network is shown, and how many of them a way
MOST = 12
BLOCK = 8  # pixels a side; the network learned blocks that begin where its window does
SMALLEST = 32  # pixels a side of a picture
# Of 45 held-out photographs under JPEG of quality 30 to 80 none has over 0.26 without noise, and of as many with noise
# of 20 levels below the JPEG all but one reach it.
SUSPICIOUS = 0.3
# Logistic regression of enlargement against blur on the decibels of 72 training tiles, each once with either; of 20
# held-out tiles, each twice with either, the decibels alone name 84 %.
LEANING, FARTHEST = (3.80, 0.38), 2.0
SURE = 1e-4  # no probability is taken to be nearer to 0 or 1


def measure_hidden_noise(view: View, found: Mapping[str, Finding]) -> Finding:
    """The finding "hidden_noise": what a network gives for noise, in percent, where a picture was compressed after it.

    JPEG takes the finest noise away from flat places, so that their scatter says little. Where measuring finds noise
    or no compression at all, its word stands.
    """
    if min(view.width, view.height) < SMALLEST:
        return _finding(None, "The picture is too small to look for it.", UNKNOWN, "not measured")
    if not view.shows(BLOCK):
        return _finding(None, UNSEEN, UNKNOWN, "not measured")
    share = 100 * faults_of(view)["noise"]
    evidence = (
        f"A small network gives {share:.0f} of 100 points for noise; JPEG pictures without noise get fewer than 30."
    )
    if found["noise"].found or found["grain"].found:
        return _finding(share, f"{evidence} It was measured, too.", NONE, "measured as noise")
    if not found["jpeg"].found or share < 100 * SUSPICIOUS:
        return _finding(share, evidence, NONE, "none seen")
    return _finding(share, f"{evidence} Compression has smeared it.", MILD, "noise under the compression")


def likely_faults(picture: Picture) -> dict[str, float]:
    """The probability of each fault that the bundled network knows; the spectrum tells enlargement from blur.

    To the network these two look much alike, while to the spectrum they do not: what they say is joined as
    independent evidence of which of the two it is. How soft the picture is at all remains the network's word.
    """
    view = view_of(picture, None)
    found = faults_of(view)
    planes = view.squares(SPECTRUM)
    if view.shortest < SPECTRUM or not planes:
        return found
    decibels = float(np.clip(enlarged_rather_than_blurred(planes), -FARTHEST, FARTHEST))
    return told_apart(found, LEANING[0] * decibels + LEANING[1])


def faults_of(view: View) -> dict[str, float]:
    """What the network alone says of a view."""
    return _inspector()(windows(view.crops, view.masks))


def told_apart(found: Mapping[str, float], leaning: float) -> dict[str, float]:
    """Enlargement and blur with `leaning`, the natural logarithm of the odds of enlargement, as further evidence.

    The likelier of the two gets what the likelier had, the other one less by their odds.
    """
    both = found["enlargement"], found["blur"]
    odds = leaning + _logit(both[0]) - _logit(both[1])
    less = max(both) * math.exp(-abs(odds))
    enlargement, blur = (max(both), less) if odds > 0 else (less, max(both))
    return {**found, "enlargement": enlargement, "blur": blur}


def _logit(probability: float) -> float:
    share = min(max(probability, SURE), 1 - SURE)
    return math.log(share / (1 - share))


def windows(crops: tuple[Tensor, ...], masks: tuple[Tensor | None, ...] = ()) -> list[Tensor]:
    """At most `MOST` squares of the crops, spread evenly; the whole of a crop that is smaller than a square.

    Where masks (h, w) say what is visible, the squares of which most is.
    """
    cut = [square for crop in crops for square in _spread(crop)]
    if any(mask is not None for mask in masks):
        shown = [torch.ones_like(c[:1]) if m is None else m[None].float() for c, m in zip(crops, masks, strict=True)]
        shares = [float(square.mean()) for mask in shown for square in _spread(mask)]
        cut = [square for square, share in zip(cut, shares, strict=True) if share == max(shares)]
    step = max(1, -(-len(cut) // MOST))
    return cut[::step]


def _spread(crop: Tensor) -> list[Tensor]:
    rows, columns = (_starts(side) for side in crop.shape[1:])
    return [crop[:, top : top + WINDOW, left : left + WINDOW] for top in rows for left in columns]


def _starts(side: int) -> list[int]:
    """Where windows begin along a side: as few as cover it, at most `ACROSS`, and with a block of JPEG."""
    count = min(ACROSS, max(1, -(-side // WINDOW)))
    room = max(0, side - WINDOW)
    return [room * n // max(1, count - 1) // BLOCK * BLOCK for n in range(count)]


@cache
def _inspector() -> Inspector:
    return open_inspector(FILE)


def _finding(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("hidden_noise", "Noise under compression", value, "points of 100", evidence, severity, verdict)
