"""A scene from its source to its target: looked through once, then drawn window by window."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import torch

from enhancer.engine import Engine
from enhancer.engine.results import really
from enhancer.lanes.draw import Brush, draw, repeated
from enhancer.lanes.mapping import Mapping, Tally
from enhancer.lanes.scene import Layer, Source, Target, Window, windows
from enhancer.lanes.wish import Wish, chosen
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import Spread
from enhancer.progress import Progress

SIDES = {2: 1024, 3: 512, 4: 512}  # pixels of a window of the source, by the scale; the tiles of a TIFF divide them


class Exact(Engine):
    """An engine that computes in float32, whatever the machine would rather do: values may have 16 bits."""

    def __init__(self, engine: Engine) -> None:
        vars(self).update(vars(really(engine)))
        self.precision = torch.float32
        self._needs = WeakKeyDictionary()


@dataclass
class Fit:
    """How far the result, shrunk back, is from its source: `count` valid pixels, the sum and most of what differs."""

    count: int = 0
    total: float = 0.0
    most: float = 0.0
    low: float = np.inf
    high: float = -np.inf

    def see(self, again: np.ndarray, values: np.ndarray, valid: np.ndarray) -> None:
        """One window: (C, h, w) shrunk back and measured, with their validity (1, h, w)."""
        where = np.broadcast_to(valid, values.shape)
        if where.any():
            measured = values[where]
            off = np.abs(again[where] - measured)
            self.count, self.total = self.count + off.size, self.total + float(off.sum())
            self.most = max(self.most, float(off.max()))
            self.low, self.high = min(self.low, float(measured.min())), max(self.high, float(measured.max()))

    @property
    def typical(self) -> float:
        """The mean difference, in the unit of the values."""
        return self.total / self.count if self.count else 0.0


@dataclass(frozen=True)
class Work:
    """What was done: by which `model`, in so many `seconds`, how well each kind of layer fits its source.

    `doubt` is the mean error to expect of each kind, in its unit, where it was asked for; `calibrated` tells whether
    the model has a table of errors.
    """

    model: str
    seconds: float
    fits: dict[int, Fit]
    doubts: dict[int, float]
    calibrated: bool


def enhance_scene(source: Source, target: Target, wish: Wish, engine: Engine, progress: Progress) -> Work:
    """Enlarge every layer of a scene. Raises BadOptions, what opening and running a model raise, and Cancelled."""
    began, name = time.perf_counter(), chosen(wish)
    exact = Exact(engine)
    model = exact.model(name, progress)
    table = _table(name)
    brush = Brush(exact, model, wish.scale, wish.consistent, wish.uncertainty, table)
    return _Run(source, target, brush, progress).all(name, began)


class _Run:
    def __init__(self, source: Source, target: Target, brush: Brush, progress: Progress) -> None:
        self.source, self.target, self.brush, self.progress = source, target, brush, progress
        self.windows = windows(source.width, source.height, SIDES[brush.scale])
        self.done, self.total = 0, 2 * len(self.windows) * len(source.layers)
        self.fits: dict[int, Fit] = {}
        self.doubts: dict[int, list[float]] = {}

    def all(self, name: str, began: float) -> Work:
        """Both ways through the scene."""
        mappings = self._mappings()
        self.target.ready(mappings)
        for layer, window in self._places():
            self._window(layer, window, mappings.get(layer.kind))
            self._step("window")
        doubts = {kind: float(np.mean(found)) for kind, found in self.doubts.items()}
        return Work(name, time.perf_counter() - began, self.fits, doubts, self.brush.table is not None)

    def _mappings(self) -> dict[int, Mapping]:
        """What is seen of the values on the first way through."""
        tallies: dict[int, Tally] = {}
        inner: dict[int, tuple[float, float] | None] = {}
        for layer, window in self._places():
            self._step("looking through the scene")
            if layer.drawn:
                values, valid = self.source.read(layer, window)
                seen = values[np.broadcast_to(valid, values.shape)]
                tallies.setdefault(layer.kind, Tally()).see(seen, self.total // 2)
                inner[layer.kind] = layer.inner
        return {kind: tally.mapping(inner[kind]) for kind, tally in tallies.items()}

    def _places(self) -> Iterator[tuple[Layer, Window]]:
        if self.source.together:
            return ((layer, window) for window in self.windows for layer in self.source.layers)
        return ((layer, window) for layer in self.source.layers for window in self.windows)

    def _window(self, layer: Layer, window: Window, mapping: Mapping | None) -> None:
        scale, fine = self.brush.scale, window.times(self.brush.scale)
        if mapping is None:
            values, valid = self.source.read(layer, window)
            self.target.write(layer, fine, repeated(values, scale), repeated(valid, scale))
            return
        outer = window.widened(self.brush.reach, self.source.width, self.source.height)
        values, valid = self.source.read(layer, outer)
        drawn = draw(values, valid, layer, mapping, self.brush, Progress(self._hear))
        here = window.inside(outer)
        sharp = here.times(scale).slices
        self.target.write(layer, fine, drawn.values[:, *sharp], repeated(valid[:, *here.slices], scale))
        measured = (part[:, *here.slices] for part in (drawn.again, values, valid))
        self.fits.setdefault(layer.kind, Fit()).see(*measured)
        if drawn.error is not None:
            self.target.doubt(layer, fine, drawn.error[:, *sharp])
            self.doubts.setdefault(layer.kind, []).append(float(drawn.error.mean()))

    def _step(self, note: str) -> None:
        self.done += 1
        self.progress.step(self.done, self.total, note)

    def _hear(self, _: Progress) -> None:
        """The work within a window hears of Stop."""
        self.progress.step(self.progress.done, self.progress.total, self.progress.note)


def _table(name: str) -> Spread | None:
    """How large an error goes with a spread, where it was measured for this model alone."""
    found = next((e.spread for e in CATALOG if e.id == name), None)
    return found if found is not None and found.crispness == 1.0 else None
