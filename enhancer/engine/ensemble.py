"""A picture in its eight flips and turns: the mean is a little better, the spread shows where the results differ."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from enhancer import canvas
from enhancer.engine.engine import Engine
from enhancer.models.contract import Model
from enhancer.models.entry import Spread
from enhancer.progress import Progress

LEVELS = 255
VIEWS = tuple((quarter, flip) for quarter in range(4) for flip in (False, True))


@dataclass(frozen=True)
class Ensemble:
    """`mean` (3, H, W) in [0, 1] of the eight results; `spread` (1, H, W), their standard deviation at every pixel.

    The variances of R, G and B are averaged before the root is taken.
    """

    mean: Tensor
    spread: Tensor


def ensemble(engine: Engine, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None = None) -> Ensemble:
    """Enhance (3, H, W) in all eight flips and turns → mean and spread at (3, scale·H, scale·W).

    Timofte, Rothe, Van Gool, "Seven ways to improve example-based single image super resolution", CVPR 2016,
    section 3.5. `plane` (1, H, W) turns along. Only the running mean and variance are kept (Welford, Technometrics
    1962). Raises what `Engine.run` raises.
    """
    results = _results(engine, model, pixels, progress, plane)
    mean = canvas.by_parts(torch.clone, next(results))
    squares = canvas.by_parts(lambda m: torch.zeros_like(m[:1]), mean)
    for n, result in enumerate(results, start=2):
        before, mean = mean, _mean(mean, result, n)
        squares = canvas.by_parts(_more, squares, before, mean, result)
    return Ensemble(
        canvas.by_parts(lambda m: m.clamp(0, 1), mean),
        canvas.by_parts(lambda s: (s / (len(VIEWS) - 1)).clamp_(min=0).sqrt_(), squares),
    )


def _mean(mean: Tensor, result: np.ndarray, n: int) -> Tensor:
    """The mean of `n` results of which this is the last."""
    return canvas.by_parts(lambda m, r: m + (r - m) / n, mean, result)


def _more(squares: Tensor, before: Tensor, after: Tensor, result: Tensor) -> Tensor:
    """The sum of squares with one more result, which moved the mean from `before` to `after`."""
    return squares + ((result - before) * (result - after)).mean(0, keepdim=True)


def enhanced(
    engine: Engine, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None = None, best: bool = False
) -> Tensor:
    """`Engine.run`, or with `best` the mean of the `ensemble`: (3, H, W) → (3, scale·H, scale·W)."""
    if best:
        return ensemble(engine, model, pixels, progress, plane).mean
    return engine.run(model, pixels, progress, plane)


def expected_error(spread: Tensor, table: Spread) -> Tensor:
    """The mean absolute error to expect, in levels of 255: spread (1, H, W) in [0, 1] → (1, H, W).

    Between the entries of the table it is interpolated; beyond its ends it stays.
    """
    return torch.from_numpy(np.interp(spread.numpy() * LEVELS, table.levels, table.errors)).float()


def _results(
    engine: Engine, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None
) -> Iterator[np.ndarray]:
    """The result of every view, turned back: (3, H, W) that look into it, whole copies of large ones being too much."""
    for n, (quarter, flip) in enumerate(VIEWS):
        told = None if plane is None else _turned(plane, quarter, flip)
        result = engine.run(model, _turned(pixels, quarter, flip), progress.part(n, len(VIEWS)), told).numpy()
        yield np.rot90(result[..., ::-1] if flip else result, -quarter, (1, 2))


def _turned(x: Tensor, quarter: int, flip: bool) -> Tensor:
    """(C, H, W) → (C, H, W) or (C, W, H): turned by quarters of a circle, then mirrored."""
    turned = np.rot90(x.numpy(), quarter, (1, 2))
    return canvas.by_parts(lambda whole: whole, turned[..., ::-1] if flip else turned)
