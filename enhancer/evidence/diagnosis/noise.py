"""How strong the noise is: the flattest blocks, corrected for what black and white cut off."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from enhancer.evidence.diagnosis.finding import MILD, NONE, STRONG, UNKNOWN, UNSEEN, Finding
from enhancer.evidence.diagnosis.view import View
from enhancer.evidence.diagnosis.visible import whole

BLOCK = 4  # detail coefficients a side, so 8x8 pixels
FLATTEST = 0.1  # share of the usable blocks that is looked at
UNCUT = 0.95  # share of the noise that black and white leave, for a block to be usable
DARKEST, LIGHTEST = 2 / 255, 253 / 255  # mean; beyond, a block is mostly black or white
SMALLEST, LARGEST = 0.25 / 255, 0.5  # deviations that are searched; below the first, rounding is all there is
ROUNDS, HALVINGS = 4, 25
VISIBLE, HEAVY = 4.0, 12.0  # levels
ALIKE = 0.85  # deviation of the mean of R, G and B over theirs: 0.58 for noise, 0.94 and more for texture
ALIKE_VISIBLE = 8.0  # levels; below, grain that is alike in all colours cannot be told from texture
MEANS = np.linspace(-0.6, 1.6, 221)  # true greys, of which those beyond 0 to 1 show as clipped


def measure_noise(view: View, _found: Mapping[str, Finding]) -> Finding:
    """The finding "noise": standard deviation in levels of 255 over R, G and B."""
    if min(view.width, view.height) < 2 * BLOCK:
        return _finding(None, "The picture is too small to measure noise in it.", UNKNOWN, "not measured")
    if not view.shows(2 * BLOCK):
        return _finding(None, UNSEEN, UNKNOWN, "not measured")
    sigma = noise_level(view.crops, view.masks)
    evidence = (
        f"In its flattest places, neighbouring pixels scatter by {sigma:.1f} of 255 brightness levels. "
        "Fine even texture counts as noise, too."
    )
    if sigma < VISIBLE:
        return _finding(sigma, evidence, NONE, "hardly any noise")
    alike = noise_level(tuple(crop.mean(0, keepdim=True) for crop in view.crops), view.masks) >= ALIKE * sigma
    if alike and sigma < ALIKE_VISIBLE:
        evidence += " Here it is alike in red, green and blue, as texture is and coloured noise is not."
        return _finding(sigma, evidence, NONE, "fine texture or grain")
    return _finding(sigma, evidence, *((MILD, "visible noise") if sigma < HEAVY else (STRONG, "strong noise")))


def _finding(value: float | None, evidence: str, severity: str, verdict: str) -> Finding:
    return Finding("noise", "Noise", value, "levels of 255", evidence, severity, verdict)


def noise_level(crops: tuple[Tensor, ...], masks: tuple[Tensor | None, ...]) -> float:
    """Standard deviation of white noise in 8-bit levels over crops (C, H, W) in [0, 1], sides of at least 8.

    Of a crop with a mask (H, W) only the 8x8 blocks that it leaves whole count; there must be one.

    The diagonal Haar detail (Donoho and Johnstone, Biometrika 1994) of the tenth of 8x8 blocks that is flattest by the
    other two details. Values were clipped at black and white, which lowers the deviation: blocks that lost more than a
    twentieth of the variance are left out, and the rest is corrected by the variance of a clipped normal distribution.
    """
    parts = [
        _block_figures(channel.double(), mask) for crop, mask in zip(crops, masks, strict=True) for channel in crop
    ]
    diagonal, activity, mean = (np.concatenate([part[i] for part in parts]) for i in range(3))
    sigma = max(SMALLEST, float(np.quantile(diagonal, 0.3)) ** 0.5)
    for _ in range(ROUNDS):
        kept = _kept_share(mean, sigma)
        usable = (kept >= min(UNCUT, float(np.quantile(kept, 0.7)))) & (mean > DARKEST) & (mean < LIGHTEST)
        if not usable.any():
            return 0.0  # all is black or white, where no noise shows
        levelled = activity[usable] / kept[usable]
        flattest = np.argsort(levelled)[: max(1, round(FLATTEST * len(levelled)))]
        sigma = _solve(mean[usable][flattest], float(diagonal[usable][flattest].mean()))
    return 255 * sigma if sigma > 2 * SMALLEST else 0.0


def _block_figures(plane: Tensor, mask: Tensor | None) -> tuple[np.ndarray, ...]:
    """Power of the diagonal and of the other two details, and mean, of each 8x8 block of a plane (H, W)."""
    height, width = (side // (2 * BLOCK) * 2 * BLOCK for side in plane.shape)
    a, b, c, d = (plane[i:height:2, j:width:2] for i in (0, 1) for j in (0, 1))
    diagonal = _by_block(((a - b - c + d) / 2).square())
    activity = _by_block((a + b - c - d).square() + (a - b + c - d).square())
    figures = diagonal, activity, _by_block((a + b + c + d) / 4)
    kept = slice(None) if mask is None else whole(mask, 2 * BLOCK).numpy()
    return tuple(figure[kept] for figure in figures)


def _by_block(values: Tensor) -> np.ndarray:
    means: np.ndarray = torch.nn.functional.avg_pool2d(values[None, None], BLOCK).flatten().numpy()
    return means


def _kept_share(mean: np.ndarray, sigma: float) -> np.ndarray:
    """Share of the variance sigma² that is left after clipping to [0, 1], where the clipped mean is `mean`."""
    low, high = (0 - MEANS) / sigma, (1 - MEANS) / sigma
    at_low, at_high = (np.exp(-x * x / 2) / (2 * np.pi) ** 0.5 for x in (low, high))
    from scipy.special import ndtr  # slow to import: nobody waits for it before a picture is there

    inside, above = ndtr(high) - ndtr(low), ndtr(-high)
    first = MEANS * inside + sigma * (at_low - at_high) + above
    second = (MEANS**2 + sigma**2) * inside + 2 * MEANS * sigma * (at_low - at_high)
    second += sigma**2 * (low * at_low - high * at_high) + above
    share = np.interp(mean, first, np.maximum(second - first**2, 0) / sigma**2)
    at_least: np.ndarray = np.maximum(share, 1e-3)
    return at_least


def _solve(mean: np.ndarray, power: float) -> float:
    """The deviation that explains the measured mean `power` in blocks of these means, by bisection."""
    low, high = SMALLEST, LARGEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if float(_kept_share(mean, middle).mean()) * middle**2 < power:
            low = middle
        else:
            high = middle
    return (low + high) / 2
