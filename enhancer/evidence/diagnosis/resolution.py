"""How many pixels of detail a file carries: its spectrum against those of pictures that were enlarged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from enhancer.evidence.diagnosis.finding import MILD, NONE, STRONG, UNKNOWN, UNSEEN, Finding
from enhancer.evidence.diagnosis.jpeg_tables import QUALITIES
from enhancer.evidence.diagnosis.spectrum import RINGS, WINDOW, power_rings, ring_means
from enhancer.evidence.diagnosis.view import LUMA_601, View

FACTORS = tuple(np.round(np.arange(1.3, 4.21, 0.1), 1).tolist())
FALLS = (1.5, 2.0, 2.5, 3.0, 3.5)  # exponents of the power of photographs over frequency; 2 is the usual one
SHARP = (0.0, 0.3, 0.5, 0.7)  # deviation of the blur of a camera in pixels
BLURRED = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0)
BEFORE_ENLARGING = (0.0, 0.3)
ROUNDING = 1 / 12  # power of rounding to whole levels
LOWEST = 4  # ring; below, single things in the picture decide
ANCHOR = 6  # rings by which a template is levelled
WORST = 12.0  # decibels; what is farther off does not count for more
CLEARLY = 0.75  # decibels by which the template of an enlarged picture must fit better than that of a sharp one
SLIGHT, DISTINCTLY = 2.6, (0.40, 0.15)  # and of a blurred one, below and from this factor on: a slight blur looks alike
NOISE_HIDES, JPEG_HIDES = 4.0, 85  # levels of noise above, quality below which fine detail cannot be judged
HALF = 0.6  # share of the pixels below which it is said strongly


@dataclass(frozen=True)
class Template:
    """The spectrum (RINGS,) of a picture enlarged by `factor`, 1 for one that was not; `soft` as it was before."""

    factor: float
    soft: float
    power: np.ndarray


def measure_resolution(view: View, found: Mapping[str, Finding]) -> Finding:
    """The finding "resolution": pixels of detail along the longer side."""
    side = max(view.width, view.height)
    noise, quality = found["noise"].value, found["jpeg"].value
    if min(view.width, view.height) < WINDOW:
        return _unknown(f"The picture is too small; {WINDOW} pixels on each side are needed.")
    if (noise or 0) > NOISE_HIDES or (quality or QUALITIES[-1]) < JPEG_HIDES:
        return _unknown("Noise or JPEG compression hides how fine the detail is; it can be measured after cleaning.")
    planes = view.squares(WINDOW)
    if not planes:
        return _unknown(UNSEEN)
    share = detail_share(planes, noise or 0.0)
    if share == 1:
        evidence = "Detail goes on down to the size of single pixels, as it does in a picture that was not enlarged."
        return _finding(float(side), evidence, NONE, "full detail")
    evidence = (
        f"Detail ends where it does in a picture that was enlarged {1 / share:.1f} times: this file, {side} pixels "
        f"long, carries about {side * share:.0f} pixels of detail."
    )
    return _finding(side * share, evidence, STRONG if share < HALF else MILD, "was probably enlarged")


def _unknown(evidence: str) -> Finding:
    return _finding(None, evidence, UNKNOWN, "not measured")


def _finding(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("resolution", "Real detail", value, "pixels along the longer side", evidence, severity, verdict)


def detail_share(planes: list[np.ndarray], noise: float) -> float:
    """1 / factor of the enlargement whose spectrum fits that of planes (H, W) in levels best; 1 where none fits better.

    Power over frequency (rings around 0, mean of windows) is compared in decibels with templates: a photograph whose
    power falls with frequency, softened by a lens, enlarged with a known kernel, whose images of the lower frequencies
    come back beyond the limit, over the floor of noise and rounding. The power law of photographs is that of Field,
    JOSA A 1987; that resampling leaves its kernel in the spectrum is what Gallagher, CRV 2005, detects it by.
    """
    templates, misfit = _misfits(planes, noise)
    best = int(misfit.argmin())
    sharp, blurred = (_whole(templates, misfit, kind) for kind in (SHARP, BLURRED))
    factor = templates[best].factor
    if sharp - misfit[best] < CLEARLY or blurred - misfit[best] < DISTINCTLY[factor >= SLIGHT]:
        return 1.0
    return 1 / factor


def enlarged_rather_than_blurred(planes: list[np.ndarray]) -> float:
    """Decibels by which the best template of enlarged pictures fits planes (H, W) better than that of blurred ones."""
    templates, misfit = _misfits(planes, 0.0)
    enlarged = min(off for template, off in zip(templates, misfit, strict=True) if template.factor > 1)
    return _whole(templates, misfit, BLURRED) - float(enlarged)


def _misfits(planes: list[np.ndarray], noise: float) -> tuple[tuple[Template, ...], np.ndarray]:
    power = power_rings(planes)
    floor = ROUNDING + float((LUMA_601**2).sum()) * noise**2
    templates = _templates()
    return templates, np.array([_misfit(power, template.power, floor) for template in templates])


def _whole(templates: Sequence[Template], misfit: np.ndarray, soft: Sequence[float]) -> float:
    """The best fit among those that were not enlarged and are so soft."""
    fits = zip(templates, misfit, strict=True)
    return min(float(off) for template, off in fits if template.factor == 1 and template.soft in soft)


def _misfit(power: np.ndarray, template: np.ndarray, floor: float) -> float:
    anchor = slice(LOWEST, LOWEST + ANCHOR)
    level = np.exp(np.log(power[anchor] / template[anchor]).mean())
    off = 10 * np.log10(power[LOWEST:] / (level * template[LOWEST:] + floor))
    return float(np.minimum(np.abs(off), WORST).mean())


@cache
def _templates() -> tuple[Template, ...]:
    grid = np.meshgrid(*(np.arange(RINGS + 1) / WINDOW,) * 2, indexing="ij")
    whole = (Template(1.0, soft, _template(grid, 1.0, fall, soft)) for fall, soft in product(FALLS, (*SHARP, *BLURRED)))
    enlarged = (t for factor, kernel in product(FACTORS, KERNELS) for t in _enlarged(grid, factor, kernel))
    return (*whole, *enlarged)


def _enlarged(grid: Sequence[np.ndarray], factor: float, kernel: str) -> list[Template]:
    """Every frequency shows the one that it is an image of, as strong as the kernel lets it through."""
    gain = _response(kernel, grid[0] * factor) * _response(kernel, grid[1] * factor)
    source = [np.abs(axis * factor - np.round(axis * factor)) / factor for axis in grid]
    shapes = product(FALLS, BEFORE_ENLARGING)
    return [Template(factor, soft, _template(source, gain, fall, soft * factor)) for fall, soft in shapes]


def _template(frequency: Sequence[np.ndarray], gain: np.ndarray | float, fall: float, soft: float) -> np.ndarray:
    radius = np.maximum(np.hypot(*frequency), 0.5 / WINDOW)
    return ring_means(gain * radius**-fall * np.exp(-((2 * np.pi * soft * radius) ** 2)))


def _cubic(x: np.ndarray) -> np.ndarray:
    """Keys, IEEE ASSP 1981, with a = -0.5, for x >= 0."""
    near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


KERNELS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "bilinear": lambda x: np.clip(1 - x, 0, None),
    "bicubic": _cubic,
    "Lanczos": lambda x: np.where(x < 3, np.sinc(x) * np.sinc(x / 3), 0),
}


def _response(kernel: str, frequency: np.ndarray) -> np.ndarray:
    """Power that a kernel lets through at frequencies in cycles for each pixel of the source."""
    step = 0.005
    x = np.arange(601) * step
    weight = KERNELS[kernel](x)
    weight[0] /= 2
    values, back = np.unique(frequency, return_inverse=True)
    amplitude = 2 * step * (np.cos(2 * np.pi * np.outer(values, x)) @ weight)
    power: np.ndarray = (amplitude**2)[back].reshape(frequency.shape)
    return power
