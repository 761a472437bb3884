"""Whether a picture is soft: how much of its change from pixel to pixel a further blur takes away."""

from collections.abc import Mapping

import numpy as np
from skimage.measure import blur_effect

from enhancer.evidence.diagnosis.finding import MILD, NONE, STRONG, UNKNOWN, Finding
from enhancer.evidence.diagnosis.view import View

SIDE = 128  # of the places that are compared
SHARPEST = 0.25  # share of the places, among those with contrast, that the verdict is about: a background may be soft
CONTRAST = 8.0  # levels, deviation in a place that counts
NOISE_HIDES = 4.0  # levels
EFFECT = (0.27, 0.31, 0.34, 0.39, 0.48, 0.57, 0.72)  # of `blur_effect` on photographs blurred by RADIUS
RADIUS = (0.0, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)  # deviation of a Gaussian blur in pixels
SOFT, BLURRED = 0.9, 2.0


def measure_softness(view: View, found: Mapping[str, Finding]) -> Finding:
    """The finding "softness": deviation, in pixels, of the Gaussian blur that makes a sharp picture as soft."""
    if (found["noise"].value or 0) > NOISE_HIDES:
        return _finding(None, "The noise hides how sharp the edges are.", UNKNOWN, "not measured")
    radius = blur_radius([plane.numpy() for plane in view.luma])
    if radius is None:
        return _finding(None, "There is too little contrast to judge sharpness.", UNKNOWN, "no detail")
    evidence = (
        f"Its sharpest quarter loses as much by a further blur as a sharp photograph does that was blurred over "
        f"{radius:.1f} pixels."
    )
    if radius < SOFT:
        return _finding(radius, evidence, NONE, "sharp")
    return _finding(radius, evidence, *((MILD, "soft") if radius < BLURRED else (STRONG, "blurred")))


def _finding(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("softness", "Sharpness", value, "pixels of blur", evidence, severity, verdict)


def blur_radius(planes: list[np.ndarray]) -> float | None:
    """Deviation of the blur of planes (H, W) in levels; None where nothing has contrast.

    The perceptual blur metric of Crete et al., SPIE 6492 (2007), on the scale of Gaussian blurs of photographs.
    """
    places = [place for plane in planes for place in _places(plane) if place.std() >= CONTRAST]
    if not places:
        return None
    effect = float(np.quantile([blur_effect(place / 255) for place in places], SHARPEST))
    return float(np.interp(effect, EFFECT, RADIUS))


def _places(plane: np.ndarray) -> list[np.ndarray]:
    tops, lefts = (range(0, max(side - SIDE // 2, 1), SIDE) for side in plane.shape)
    return [plane[top : top + SIDE, left : left + SIDE] for top in tops for left in lefts]
