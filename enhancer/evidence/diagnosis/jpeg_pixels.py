"""JPEG found in the pixels alone: coefficients of 8x8 blocks that stand on the steps of a quantisation table."""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from enhancer.evidence.diagnosis.jpeg_tables import QUALITIES, quality_tables

BLOCK = 8
BIN, SPAN = 0.25, 256.0  # levels; coefficients are counted in bins up to the span, larger ones in the last
SPREAD = 0.42  # levels that rounding to whole R, G, B and brightness scatters a coefficient
STRAY = 0.03  # share of coefficients that something else has moved
SMALL = 1.5  # levels; nearer to 0 every table explains a coefficient
FLAT = 1.5  # levels; blocks of less contrast say nothing
SEARCH_BLOCKS, MOST_BLOCKS = 500, 16_000  # the first for each place where the grid might start
FEW_BLOCKS = 24  # without clipping, below which those with it are looked at, too
ENOUGH = 120  # coefficients
THRESHOLD = 0.2  # mean gain in log likelihood; pictures without JPEG stay below 0, JPEG 90 above 0.9


@dataclass(frozen=True)
class Grid:
    """The table found: `quality` 1-100, the pixels `down` and `right` at which the first whole block starts.

    `gain` is how much better the table explains a coefficient than chance does, in log likelihood; `coefficients` how
    many were looked at.
    """

    quality: int
    down: int
    right: int
    gain: float
    coefficients: int


@dataclass(frozen=True)
class Planes:
    """One crop: luminance (h, w) in levels, where a channel is black or white and so no longer on its step, and where
    transparency hides it.
    """

    luma: np.ndarray
    clipped: np.ndarray
    hidden: np.ndarray

    def from_place(self, down: int, right: int) -> "Planes":
        """Without the first rows and columns."""
        return Planes(*(plane[down:, right:] for plane in (self.luma, self.clipped, self.hidden)))


def find_grid(crops: list[Planes]) -> Grid | None:
    """The most likely table of libjpeg and its grid; None where no table explains the pixels better than chance.

    Maximum likelihood in the manner of Fan and de Queiroz (IEEE TIP 2003), over whole tables in place of single steps:
    a coefficient that was rounded to multiples of a step q stands near one of them, where its density is q / spread
    times that of a picture without JPEG. The usual grid is tried first, then the 63 others that cropping leaves.
    """
    usual = _grid(_at(crops, 0, 0))
    if usual is not None:
        return usual
    wide = _spread(_windows(crops, 2 * BLOCK - 1), SEARCH_BLOCKS)
    places = [(down, right) for down, right in product(range(BLOCK), range(BLOCK)) if down or right]
    gains = [_gains(wide[:, down : down + BLOCK, right : right + BLOCK])[0].max() for down, right in places]
    best = int(np.argmax(gains))
    return _grid(_at(crops, *places[best]), *places[best]) if gains[best] >= THRESHOLD else None


def _at(crops: list[Planes], down: int, right: int) -> np.ndarray:
    return _spread(_windows([crop.from_place(down, right) for crop in crops], BLOCK), MOST_BLOCKS)


def _spread(windows: np.ndarray, most: int) -> np.ndarray:
    return windows if len(windows) <= most else windows[np.linspace(0, len(windows) - 1, most).astype(int)]


def _windows(crops: list[Planes], side: int) -> np.ndarray:
    """Visible windows (n, side, side), one every 8 pixels, with contrast and, if enough are left, nothing clipped."""
    luma, clipped, hidden = (
        np.concatenate([_every(plane, side) for plane in planes])
        for planes in ([c.luma for c in crops], [c.clipped for c in crops], [c.hidden for c in crops])
    )
    seen = ~hidden.any((1, 2))
    luma, whole = luma[seen], ~clipped[seen].any((1, 2))
    if whole.sum() >= min(FEW_BLOCKS, len(luma) / 10):
        luma = luma[whole]
    kept: np.ndarray = luma[np.ptp(luma, axis=(1, 2)) >= FLAT]
    return kept


def _every(plane: np.ndarray, side: int) -> np.ndarray:
    if min(plane.shape) < side:
        return np.empty((0, side, side), plane.dtype)
    windows: np.ndarray = np.lib.stride_tricks.sliding_window_view(plane, (side, side))[::BLOCK, ::BLOCK]
    return windows.reshape(-1, side, side)


def _grid(blocks: np.ndarray, down: int = 0, right: int = 0) -> Grid | None:
    gains, count = _gains(blocks)
    best = int(gains.argmax())
    return Grid(int(QUALITIES[best]), down, right, float(gains[best]), count) if gains[best] >= THRESHOLD else None


def _gains(blocks: np.ndarray) -> tuple[np.ndarray, int]:
    """Mean gain (100,) for each quality and the coefficients that it is the mean of; 0 where those are too few."""
    from scipy.fft import dctn  # slow to import: nobody waits for it before a picture is there

    coefficients = _distinct(dctn(blocks, axes=(1, 2), norm="ortho").reshape(-1, BLOCK**2))
    count = int((np.abs(coefficients[:, 1:]) >= SMALL).sum())
    return (_explain(coefficients) / count if count >= ENOUGH else np.zeros(len(QUALITIES))), count


def _distinct(coefficients: np.ndarray) -> np.ndarray:
    """Each block once: a drawn pattern that repeats would look like a step of its own."""
    mark = np.round(coefficients[:, 1:], 2) @ np.sqrt(np.arange(2, BLOCK**2 + 1))
    distinct: np.ndarray = coefficients[np.unique(np.round(mark, 3), return_index=True)[1]]
    return distinct


def _explain(coefficients: np.ndarray) -> np.ndarray:
    """Log likelihood of each quality against no JPEG, (100,); the mean of a block is left out."""
    table = _log_ratio()
    place = np.clip(np.round((coefficients + SPAN) / BIN).astype(np.int64), 0, len(table) - 1)
    order = np.arange(BLOCK**2)
    counts = np.bincount((place + len(table) * order).ravel(), minlength=BLOCK**2 * len(table))
    by_step = counts.reshape(BLOCK**2, len(table)).astype(np.float32) @ table  # (64, 255)
    total: np.ndarray = by_step[order[1:], quality_tables()[:, 1:] - 1].sum(1)
    return total


@cache
def _log_ratio() -> np.ndarray:
    """Log density near the multiples of the steps 1-255 over that without steps, for each bin: (bins, 255)."""
    value, step = np.arange(-SPAN, SPAN + BIN / 2, BIN)[:, None], np.arange(1, 256)[None]
    off = value - step * np.round(value / step)
    near = sum(np.exp(-(((off + k * step) / SPREAD) ** 2) / 2) for k in (-1, 0, 1))
    ratio = (1 - STRAY) * step / (SPREAD * (2 * np.pi) ** 0.5) * near + STRAY
    ratio[np.abs(value[:, 0]) < SMALL] = 1
    logs: np.ndarray = np.log(ratio).astype(np.float32)
    return logs
