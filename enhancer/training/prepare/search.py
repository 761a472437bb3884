"""Whether a picture is, or holds, one that may never be trained on: every place and size of it is compared."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from enhancer.training.prepare.fingerprint import (
    Box,
    Bytes,
    Plane,
    agreement,
    cosines,
    describe,
    digest,
    flips,
    luminance,
    weigh,
)
from enhancer.training.prepare.refusals import Refusal

CELLS, FREQUENCIES = 24, 12  # of the search; a window is then never more than half a cell (2 %) off
SMALLEST = 0.25  # share of the largest window of that shape that a refused picture may fill and still be found
SMALLEST_FOR_PARTS = 0.45
LEAST_PIXELS = 128  # a refused picture shrunk to less, inside another, teaches nothing of itself
RATIO = 1.06  # from one size of window to the next
ASPECT_STEP = 0.03  # of the logarithm of width by height, to which shapes are rounded
# 5.4 standard deviations above chance (1/12). At half a cell off and 3 % too large, 80 benchmark pictures agree by 0.51
# or more; a photograph that holds none of them has a handful of windows above this by chance.
CANDIDATE = 0.45
MOST_CANDIDATES = 12
STEPS = (1 / 24, 1 / 48, 1 / 96)  # of the window's side, by which a candidate is moved into place
# Measured with the benchmark pictures, mirrored, turned, shrunk to a third, saved as JPEG of quality 10, without a
# border of 8 %, or pasted into others at 27 to 70 % of their sides: 0.78 or more. Training tiles that hold none: at
# most 0.53, which is 8.5 standard deviations and comes of searching through ten million comparisons.
SURE = 0.65


@dataclass(frozen=True)
class Match:
    """`name` of the refused picture and the agreement (1 is all, chance 0 ± 0.063) in the best window."""

    name: str
    agreement: float


@dataclass(frozen=True)
class _Shape:
    """Hashes of one width by height; those before `wholes` are of whole pictures, the rest of parts."""

    aspect: float
    hashes: Plane
    wholes: int
    names: tuple[str, ...]

    def of(self, fraction: float) -> Plane:
        """The hashes that windows of this share are compared with, cut to the frequencies of the search."""
        last = len(self.hashes) if fraction >= SMALLEST_FOR_PARTS else self.wholes
        return np.ascontiguousarray(self.hashes[:last, :FREQUENCIES, :FREQUENCIES])


class Search:
    """Refused pictures, grouped by shape in all orientations."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self._by_digest = {r.sha256: r.name for r in refusals}
        groups: dict[int, list[tuple[bool, str, Plane]]] = {}
        for r, turned in product(refusals, (False, True)):
            aspect = 1 / r.aspect if turned else r.aspect
            group = groups.setdefault(round(math.log(aspect) / ASPECT_STEP), [])
            for n, hashed in enumerate((r.whole, *r.parts)):
                group += [(n > 0, r.name, h) for h in flips(hashed.T if turned else hashed)]
        self._shapes = [_shape(math.exp(key * ASPECT_STEP), group) for key, group in sorted(groups.items())]

    def exact(self, picture: Bytes) -> Match | None:
        """The refused picture that has the very pixels of (H, W, 3) uint8, or None."""
        name = self._by_digest.get(digest(picture))
        return None if name is None else Match(name, 1.0)

    def __call__(self, picture: Bytes) -> Match | None:
        """The refused picture that (H, W, 3) uint8 shows or holds, or None."""
        if (exact := self.exact(picture)) is not None:
            return exact
        image = luminance(picture)
        found = sorted(
            (c for shape in self._shapes for c in _candidates(image, shape, max(picture.shape[:2]))),
            key=lambda c: -c[0],
        )
        best = max(
            (_refine(image, box, h, n) for _, box, h, n in found[:MOST_CANDIDATES]), key=_agreement, default=None
        )
        return best if best is not None and best.agreement >= SURE else None


def _agreement(match: Match) -> float:
    return match.agreement


def _shape(aspect: float, group: list[tuple[bool, str, Plane]]) -> _Shape:
    group = sorted(group, key=lambda g: g[0])  # stable: whole pictures first
    wholes = sum(not is_part for is_part, _, _ in group)
    return _Shape(aspect, np.stack([h for _, _, h in group]), wholes, tuple(n for _, n, _ in group))


def _candidates(image: Image.Image, shape: _Shape, longest: int) -> Iterator[tuple[float, Box, Plane, str]]:
    """Windows that agree with a hash by CANDIDATE or more: agreement, window, hash and name.

    `image` is the luminance of a picture of `longest` pixels.
    """
    width, height = image.size
    largest = min(height, width / shape.aspect)
    least = LEAST_PIXELS / largest * max(image.size) / longest
    smallest = min(max(SMALLEST, least), SMALLEST_FOR_PARTS)
    sizes = math.floor(-math.log(smallest) / math.log(RATIO)) + 1
    for fraction in (RATIO**-k for k in range(sizes)):
        high = fraction * largest
        wide = high * shape.aspect
        canvas = image.resize(
            (max(CELLS, round(width / wide * CELLS)), max(CELLS, round(height / high * CELLS))),
            Image.Resampling.BILINEAR,
        )
        agreed = agreement(_windows(np.asarray(canvas, np.float32)), shape.of(fraction))
        across, down = width / canvas.width, height / canvas.height
        for top, left, n in np.argwhere(agreed >= CANDIDATE):
            box = (left * across, top * down, (left + CELLS) * across, (top + CELLS) * down)
            yield float(agreed[top, left, n]), box, shape.hashes[n], shape.names[n]


def _windows(canvas: Plane) -> Plane:
    """(H, W) → the weighted coefficients at every place (H - 23, W - 23, FREQUENCIES, FREQUENCIES)."""
    rows = cosines(CELLS, FREQUENCIES)
    across = sliding_window_view(canvas, CELLS, axis=1) @ rows.T
    return weigh(np.swapaxes(sliding_window_view(across, CELLS, axis=0) @ rows.T, -1, -2))


def _refine(image: Image.Image, box: Box, hashed: Plane, name: str) -> Match:
    """Move and resize a window to where it agrees best, with all 255 signs."""
    best = _score(image, box, hashed)
    for step in STEPS:
        for trial in [_moved(box, step * x, step * y, step * z) for x, y, z in product((-1, 0, 1), repeat=3)]:
            if _inside(trial, image) and (score := _score(image, trial, hashed)) > best:
                best, box = score, trial
    return Match(name, round(best, 4))


def _score(image: Image.Image, box: Box, hashed: Plane) -> float:
    return float(agreement(describe(image, box), hashed[None])[0])


def _moved(box: Box, across: float, down: float, larger: float) -> Box:
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    return (
        left + wide * (across - larger),
        top + high * (down - larger),
        right + wide * (across + larger),
        bottom + high * (down + larger),
    )


def _inside(box: Box, image: Image.Image) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= image.width and box[3] <= image.height
