"""What is wrong with a tile, as figures: detail, blur, JPEG blocks and noise."""

from dataclasses import dataclass

import numpy as np
from skimage.measure import blur_effect

from enhancer.metrics.blind import noise
from enhancer.training.augment import to_unit
from enhancer.training.prepare.fingerprint import Bytes, Plane
from enhancer.training.prepare.plan import Plan

LUMA_601 = np.array([0.299, 0.587, 0.114], np.float32)
BLOCK = 8  # pixels a side, ITU-T T.81
CLIP = 8.0  # levels: edges of things count no more than this, or they would drown the blocks
WINDOW = 11  # taps of the re-blur, as in the paper


@dataclass(frozen=True)
class Figures:
    """`detail`, `blocks` and `noise` in 8-bit levels, `blur` from 0 to 1."""

    detail: float
    blur: float
    blocks: float
    noise: float


def measure(tile: Bytes, shrink: float = 1.0) -> Figures:
    """The figures of (H, W, 3) uint8 that was shrunk by `shrink` after it was compressed."""
    luma = tile.astype(np.float32) @ LUMA_601
    across, down = np.abs(np.diff(luma, axis=1)), np.abs(np.diff(luma, axis=0)).T
    return Figures(
        detail=round(float(across.mean() + down.mean()) / 2, 3),
        blur=round(float(blur_effect(luma, h_size=WINDOW)), 4) if luma.std() > 0 else 1.0,
        blocks=round((_blocks(across, BLOCK * shrink) + _blocks(down, BLOCK * shrink)) / 2, 3),
        noise=round(noise(to_unit(tile)), 3),
    )


def _blocks(steps: Plane, period: float) -> float:
    """How much larger the steps (rows, columns - 1) are at block borders than beside them, in levels.

    After Wang, Sheikh and Bovik, ICIP 2002, but each step against its two neighbours, and wherever the grid lies.
    """
    extra = np.clip(steps[:, 1:-1] - (steps[:, :-2] + steps[:, 2:]) / 2, -CLIP, CLIP).mean(0)
    place = np.arange(extra.size)
    offsets = np.arange(0, period, 1 if period == int(period) else 0.5)
    borders = [np.abs((place - o + period / 2) % period - period / 2) < 0.5 for o in offsets]
    return max(float(extra[b].mean() - extra[~b].mean()) for b in borders)


def fault(figures: Figures, plan: Plan) -> tuple[str, str] | None:
    """The first thing that rules a tile out, as (reason, plain words with the figure and its limit), or None."""
    f = figures
    if f.detail < plan.detail:
        return "flat", f"steps of {f.detail:g} levels from pixel to pixel, at least {plan.detail:g} are wanted"
    if f.blur > plan.blur:
        return "blurred", f"blur {f.blur:.2f}, at most {plan.blur:g}"
    if f.blocks > plan.blocks:
        return "blocky", f"steps at block borders {f.blocks:.2f} levels too large, at most {plan.blocks:g}"
    if f.noise > plan.noise:
        return "noisy", f"noise of {f.noise:.1f} levels, at most {plan.noise:g}"
    return None
