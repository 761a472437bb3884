"""One window of one layer: drawn by a network, kept near what was measured, with the error to expect."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.engine import Engine
from enhancer.engine.ensemble import LEVELS, ensemble, expected_error
from enhancer.lanes.mapping import Mapping
from enhancer.lanes.scene import Layer
from enhancer.models.contract import Model
from enhancer.models.entry import Spread
from enhancer.progress import Progress
from enhancer.tasks.consistent import STEPS, make_consistent
from enhancer.tasks.resize import bicubic, bleed

COLOURS = 3
# Networks learned from pictures of eight bits: a change of less than a grey level is no detail that they know of, but
# a wave on smooth values, as deep as hundreds of steps of 16 bits. Measured on ramps: below 0.4 levels.
SILENT = 1 / LEVELS
RIM = 16  # pixels by which scenes go on beyond their border, where networks would stray by up to three levels
NEAR = 2  # pixels within which a bend lets the network draw
KERNEL = 2  # pixels of the source to each side that plain enlarging, or shrinking back, looks at


@dataclass(frozen=True)
class Brush:
    """How windows are drawn: by `model`, to `scale` times their size; `table` tells errors where `doubting`."""

    engine: Engine
    model: Model
    scale: int
    consistent: bool
    doubting: bool
    table: Spread | None

    @property
    def reach(self) -> int:
        """Pixels around a window that its result depends on."""
        return self.model.halo + KERNEL + NEAR + (2 * KERNEL * STEPS if self.consistent else 0)


@dataclass(frozen=True)
class Drawn:
    """`values` (C, H, W) float64; `error` (1, H, W) to expect, in their unit; `again` (C, h, w): shrunk back."""

    values: np.ndarray
    error: np.ndarray | None
    again: np.ndarray


def draw(
    values: np.ndarray, valid: np.ndarray, layer: Layer, mapping: Mapping, brush: Brush, progress: Progress
) -> Drawn:
    """Values (C, h, w) with their validity (1, h, w) → the same on a grid `scale` times as fine.

    The result is the plain enlargement of the values, on their own straight scale, and what the network knows better.
    Where nothing is valid, or all values are one, no network is asked. Raises what the engine raises.
    """
    linear = torch.from_numpy((_filled(values, valid) - mapping.low) / mapping.span)
    fine, error = bicubic(linear, *(brush.scale * n for n in values.shape[1:])).clamp_(0, 1), None
    if float(linear.max()) > float(linear.min()):
        detail, error = _detail(mapping.into(_valued(linear, mapping)), mapping, brush, progress)
        fine = (fine + torch.from_numpy(detail) / mapping.span).clamp_(0, 1)
        if brush.consistent:
            fine = make_consistent(fine, linear, progress, rounding=0.0)
    drawn = _valued(fine, mapping)
    drawn = np.rint(drawn) if layer.whole else drawn
    again = _valued(bicubic(torch.from_numpy((drawn - mapping.low) / mapping.span), *values.shape[1:]), mapping)
    if brush.doubting and error is None:
        error = np.zeros((1, *drawn.shape[1:]))
    return Drawn(drawn, error, again)


def repeated(plane: np.ndarray, scale: int) -> np.ndarray:
    """Every pixel of (C, h, w) `scale` times in both directions."""
    return plane.repeat(scale, 1).repeat(scale, 2)


def _filled(values: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """The nearest measurement where there is none, so that no filler gets into its neighbours."""
    if valid.all():
        return values
    sound = np.where(valid & np.isfinite(values), values, 0.0)
    return bleed(torch.from_numpy(sound), torch.from_numpy(valid.astype(np.float32))).numpy()


def _valued(linear: Tensor, mapping: Mapping) -> np.ndarray:
    found: np.ndarray = mapping.low + mapping.span * linear.numpy()
    return found


def _detail(
    shares: np.ndarray, mapping: Mapping, brush: Brush, progress: Progress
) -> tuple[np.ndarray, np.ndarray | None]:
    """What the network knows better than plain enlarging, (C, H, W) in values, and the error to expect, (1, H, W)."""
    seen = torch.from_numpy(shares).float()
    whole = F.pad(seen, (RIM,) * 4, mode="replicate")
    plain = _fitted(whole, whole, brush).clamp(0, 1)
    drawn, spread = _drawn(whole, brush, progress)
    bent = _bent(seen).repeat_interleave(brush.scale, 1).repeat_interleave(brush.scale, 2)
    change = drawn - plain
    loud = plain + bent * (change - change.clamp(-SILENT, SILENT))
    detail = mapping.back(loud.clamp_(0, 1).numpy()) - mapping.back(plain.numpy())
    if spread is None:
        return detail, None
    steep = mapping.steepness(plain.mean(0, keepdim=True).numpy())
    return detail, _expected(spread, brush.table) / LEVELS * steep


def _expected(spread: Tensor, table: Spread | None) -> np.ndarray:
    """Levels of 255 to be wrong by: none where the eight results are one, which no table of photographs begins with."""
    levels = spread * LEVELS
    if table is not None:
        levels = expected_error(spread, table) * (levels / table.levels[0]).clamp(max=1)
    found: np.ndarray = levels.numpy()
    return found


def _bent(x: Tensor) -> Tensor:
    """(C, h, w) → 0 where values are flat or rise evenly, and there is nothing to be drawn, to 1, (C, h, w).

    The largest of the second differences in four directions, in grey levels, within `NEAR` pixels.
    """
    wide = _continued(x)
    height, width = x.shape[1:]
    most = torch.zeros_like(x)
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        before = wide[:, 1 - down : 1 - down + height, 1 - right : 1 - right + width]
        after = wide[:, 1 + down : 1 + down + height, 1 + right : 1 + right + width]
        most = torch.maximum(most, (before + after - 2 * x).abs())
    return F.max_pool2d(most, 2 * NEAR + 1, 1, NEAR).div_(SILENT).clamp_(max=1)


def _drawn(seen: Tensor, brush: Brush, progress: Progress) -> tuple[Tensor, Tensor | None]:
    """(C, h, w) with its rim → what the network makes of it (C, H, W) and its spread (1, H, W), both without.

    Grey is shown as three colours.
    """
    colours = seen.expand(COLOURS, -1, -1).contiguous()
    if brush.doubting:
        found = ensemble(brush.engine, brush.model, colours, progress)
        mean, spread = found.mean, found.spread
    else:
        mean, spread = brush.engine.run(brush.model, colours, progress), None
    mean = mean if len(seen) == COLOURS else mean.mean(0, keepdim=True)
    fitted = _fitted(mean, seen, brush).clamp(0, 1)
    return fitted, None if spread is None else _fitted(spread, seen, brush).clamp(min=0)


def _fitted(x: Tensor, seen: Tensor, brush: Brush) -> Tensor:
    """Brought to the scale that was asked for, without the rim that `seen` (C, h, w) has."""
    return _without_rim(bicubic(x, *(brush.scale * n for n in seen.shape[1:])), brush.scale)


def _without_rim(x: Tensor, scale: int) -> Tensor:
    rim = scale * RIM
    return x[:, rim:-rim, rim:-rim]


def _continued(x: Tensor) -> Tensor:
    """(C, h, w) with a pixel more at each side, to which every slope goes on."""
    for axis in (1, 2):
        last = x.shape[axis] - 1
        one, two = min(1, last), max(0, last - 1)
        before, after = (2 * x.narrow(axis, a, 1) - x.narrow(axis, b, 1) for a, b in ((0, one), (last, two)))
        x = torch.cat([before, x, after], axis)
    return x
