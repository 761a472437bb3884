"""Whether a picture is soft: how wide its strongest edges are."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from enhancer.evidence.diagnosis.finding import MILD, NONE, STRONG, UNKNOWN, Finding
from enhancer.evidence.diagnosis.view import View

NARROW, WIDE = 0.7, 1.4  # deviations in pixels of the two blurs under which an edge is compared with itself
STRONGEST = 0.005  # edge points, as a share of all pixels
FEWEST = 30  # edge points
REACH = 5  # pixels around an edge point on which its slopes depend
FAINT = 1.0  # levels a pixel; weaker is no edge
MIDDLE = 0.6  # quantile over the edge points; textures, which seem sharper than they are, lie below
NOISE_HIDES = 4.0  # levels
MEASURED = (0.0, 0.56, 0.845, 1.295, 1.72, 2.46)  # median over photographs blurred by RADIUS
RADIUS = (0.0, 0.7, 1.0, 1.5, 2.0, 3.0)  # deviation of a Gaussian blur in pixels
SOFT, BLURRED = 0.75, 2.0


def measure_softness(view: View, found: Mapping[str, Finding]) -> Finding:
    """The finding "softness": deviation, in pixels, of the Gaussian blur that makes a sharp picture as soft."""
    if (found["noise"].value or 0) > NOISE_HIDES:
        return _finding(None, "The noise hides how sharp the edges are.", UNKNOWN, "not measured")
    radius = blur_radius([plane.numpy() for plane in view.luma], view.masks)
    if radius is None:
        return _finding(None, "There are too few edges to judge sharpness.", UNKNOWN, "no edges")
    evidence = (
        f"Its strongest edges are as wide as those of a sharp photograph that was blurred over {radius:.1f} pixels."
    )
    if radius < SOFT:
        return _finding(radius, evidence, NONE, "sharp")
    return _finding(radius, evidence, *((MILD, "soft") if radius < BLURRED else (STRONG, "blurred")))


def _finding(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("softness", "Sharpness", value, "pixels of blur", evidence, severity, verdict)


def blur_radius(planes: list[np.ndarray], masks: Sequence[Tensor | None]) -> float | None:
    """Deviation of the Gaussian blur of planes (H, W) in levels, up to 3; None where there are too few edges.

    Of a plane with a mask (H, W) only the edges count whose surroundings are all visible.

    The gradient of a step that was blurred by s falls under a further blur by sqrt(s² + WIDE²) / sqrt(s² + NARROW²)
    (Zhuo and Sim, Pattern Recognition 2011, section 3), here between two blurs, so that pixels do not decide. What is
    measured so on photographs, whose edges are no steps, is put on the scale of known blurs.
    """
    shown = [np.ones(p.shape, bool) if m is None else m.numpy() for p, m in zip(planes, masks, strict=True)]
    slopes = [_edge_points(p, s) for p, s in zip(planes, shown, strict=True) if min(p.shape) > 1]
    sharp, blurred = (np.concatenate([s[i] for s in slopes] or [np.empty(0)]) for i in (0, 1))
    wanted = max(FEWEST, int(STRONGEST * sum(int(s.sum()) for s in shown)))
    strongest = np.argsort(-sharp)[:wanted]
    strongest = strongest[sharp[strongest] >= FAINT]
    if len(strongest) < FEWEST:
        return None
    fall = (sharp[strongest] / blurred[strongest]) ** 2
    power = (WIDE**2 - fall * NARROW**2) / np.maximum(fall - 1, 1e-3)
    return float(np.interp(max(float(np.quantile(power, MIDDLE)), 0.0) ** 0.5, MEASURED, RADIUS))


def _edge_points(plane: np.ndarray, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The slopes under both blurs, where that under the narrow one is largest around."""
    from scipy import ndimage  # slow to import: nobody waits for it before a picture is there

    sharp, blurred = (
        ndimage.gaussian_gradient_magnitude(plane.astype(np.float32), s, truncate=3) for s in (NARROW, WIDE)
    )
    peaks = (sharp == ndimage.maximum_filter(sharp, 3)) & (blurred > 0)
    if not shown.all():
        peaks &= ndimage.minimum_filter(shown, 2 * REACH + 1)
    return sharp[peaks], blurred[peaks]
