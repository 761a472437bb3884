"""Geometry of holes: which parts of a picture must be looked at to fill them, and in which order."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enhancer.engine.tiling import Span, spans

CELL = 64  # pixels a side of the cells in which neighbouring holes are found
WIDEST = 2048  # pixels a side of a part that is filled at once

Hole = NDArray[np.bool_]  # (H, W), true where something is missing


@dataclass(frozen=True)
class Reach:
    """What a way of filling needs: `surround` pixels around a hole, and at most `at_once` missing pixels at a time.

    Parts with more of them are cut into tiles of `core` pixels a side.
    """

    surround: int
    at_once: int
    core: int


@dataclass(frozen=True)
class Part:
    """A place that is filled: the core is answered for, the window around it is seen."""

    rows: Span
    columns: Span

    @property
    def core(self) -> tuple[slice, slice]:
        """Rows and columns of the picture."""
        return slice(self.rows.start, self.rows.stop), slice(self.columns.start, self.columns.stop)

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the picture."""
        return slice(self.rows.low, self.rows.high), slice(self.columns.low, self.columns.high)

    @property
    def inside(self) -> tuple[slice, slice]:
        """The core in rows and columns of the window."""
        rows, columns = ((span, span.low) for span in (self.rows, self.columns))
        return tuple(slice(s.start - low, s.stop - low) for s, low in (rows, columns))  # type: ignore[return-value]


def parts_of(hole: Hole, reach: Reach) -> list[Part]:
    """The parts that hold all holes; those near one another lie in one part, as far as it does not become too large."""
    found = list[Part]()
    for box in _boxes(hole, reach.surround):
        found += [part for part in _cut(hole, box, reach) if hole[part.core].any()]
    return found


def width_of(hole: Hole) -> float:
    """Pixels across the widest place of a hole."""
    from scipy import ndimage  # slow to import, and only needed here

    rows, columns = (slice(a.min(), a.max() + 1) for a in np.nonzero(hole))
    framed = np.pad(hole[rows, columns], 1)
    return 2 * float(ndimage.distance_transform_edt(framed).max())


def in_turn(parts: list[Part], left: Hole) -> Iterator[Part]:
    """The parts one after the other, those that see something known first; whoever takes one clears it in `left`.

    So the inside of a large hole goes on where its rim was filled, and no seam is seen.
    """
    while parts:
        later = list[Part]()
        for part in parts:
            if left[part.window].all():
                later.append(part)
            else:
                yield part
        parts = later


def _boxes(hole: Hole, apart: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of the boxes around holes that lie within `apart` pixels of one another, or a little more."""
    from scipy import ndimage  # slow to import, and only needed here

    tops, lefts = (np.arange(0, side, CELL) for side in hole.shape)
    cells = np.logical_or.reduceat(np.logical_or.reduceat(hole, tops, axis=0), lefts, axis=1)
    steps = -(-apart // (2 * CELL))
    square = np.ones((3, 3), bool)
    labels, _ = ndimage.label(ndimage.binary_dilation(cells, square, iterations=steps), square)
    for rows, columns in ndimage.find_objects(labels * cells):
        top, left = rows.start * CELL, columns.start * CELL
        inside = hole[top : rows.stop * CELL, left : columns.stop * CELL]
        (first, last), (start, stop) = (np.flatnonzero(inside.any(axis))[[0, -1]] for axis in (1, 0))
        yield slice(top + first, top + last + 1), slice(left + start, left + stop + 1)


def _cut(hole: Hole, box: tuple[slice, slice], reach: Reach) -> Iterator[Part]:
    """A box as one part, or in tiles where it is too much at once."""
    sides = [part.stop - part.start for part in box]
    whole = int(hole[box].sum()) <= reach.at_once and max(sides) <= WIDEST
    cut = [[Span(0, side, 0, side)] if whole else spans(side, reach.core, 0) for side in sides]
    for rows in cut[0]:
        for columns in cut[1]:
            yield Part(
                _moved(rows, box[0].start, hole.shape[0], reach), _moved(columns, box[1].start, hole.shape[1], reach)
            )


def _moved(span: Span, by: int, extent: int, reach: Reach) -> Span:
    """A span of a box as one of the picture, with its surround."""
    start, stop = span.start + by, span.stop + by
    return Span(start, stop, max(0, start - reach.surround), min(extent, stop + reach.surround))
