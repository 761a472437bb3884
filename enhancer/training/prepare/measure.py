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
CELL, FLATTEST = 4, 0.1  # Haar coefficients a side of a block, and the share of blocks that is looked at
# Good tiles with more than 9 levels of "noise" are leaves, grass, snow and text: 0.81 or less, but for one glass front
# of 1.34. With true noise of 12 levels 95 % of all tiles have 0.90 or more.
WHITE = 0.85


@dataclass(frozen=True)
class Figures:
    """`detail`, `blocks` and `noise` in 8-bit levels, `blur` from 0 to 1, `white` 1 for noise and less for texture."""

    detail: float
    blur: float
    blocks: float
    noise: float
    white: float

    @property
    def grainy(self) -> bool:
        """Whether `noise` is noise, and not fine texture."""
        return self.white > WHITE


def measure(tile: Bytes, shrink: float = 1.0) -> Figures:
    """The figures of (H, W, 3) uint8 that was shrunk by `shrink` after it was compressed."""
    luma = tile.astype(np.float32) @ LUMA_601
    across, down = np.abs(np.diff(luma, axis=1)), np.abs(np.diff(luma, axis=0)).T
    return Figures(
        detail=round(float(across.mean() + down.mean()) / 2, 3),
        blur=round(float(blur_effect(luma, h_size=WINDOW)), 4) if luma.std() > 0 else 1.0,
        blocks=round((_blocks(across, BLOCK * shrink) + _blocks(down, BLOCK * shrink)) / 2, 3),
        noise=round(noise(to_unit(tile)), 3),
        white=round(_whiteness(luma), 3),
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


def _whiteness(luma: Plane) -> float:
    """Diagonal by horizontal and vertical Haar detail, where these two are least.

    White noise has as much of all three; texture, whose power falls off with frequency, has less of the diagonal.
    """
    height, width = (side // (2 * CELL) * 2 * CELL for side in luma.shape)
    a, b, c, d = (luma[i:height:2, j:width:2] for i in (0, 1) for j in (0, 1))
    diagonal, across, down = (_power(x) for x in (a - b - c + d, a - b + c - d, a + b - c - d))
    straight = (across + down) / 2
    flattest = straight.argsort()[: max(1, int(FLATTEST * straight.size))]
    return float(np.sqrt(diagonal[flattest].mean() / max(straight[flattest].mean(), 1e-6)))


def _power(detail: Plane) -> Plane:
    """Mean square in each block, in a row."""
    height, width = detail.shape
    blocks = np.square(detail).reshape(height // CELL, CELL, width // CELL, CELL)
    return np.asarray(blocks.mean((1, 3)).reshape(-1), np.float32)


def fault(figures: Figures, plan: Plan) -> tuple[str, str] | None:
    """The first thing that rules a tile out, as (reason, plain words with the figure and its limit), or None."""
    f = figures
    if f.detail < plan.detail:
        return "flat", f"steps of {f.detail:g} levels from pixel to pixel, at least {plan.detail:g} are wanted"
    if f.blur > plan.blur:
        return "blurred", f"blur {f.blur:.2f}, at most {plan.blur:g}"
    if f.blocks > plan.blocks:
        return "blocky", f"steps at block borders {f.blocks:.2f} levels too large, at most {plan.blocks:g}"
    if f.noise > plan.noise and f.grainy:
        return "noisy", f"noise of {f.noise:.1f} levels, at most {plan.noise:g}"
    return None
