"""The hall where models run: device, precision, memory budget, and turns of one tile for everybody."""

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from enhancer import canvas as canvases
from enhancer import memory, watch
from enhancer.engine.apart import Elsewhere
from enhancer.engine.device import bytes_per_pixel, choose_device, choose_precision
from enhancer.engine.tiling import GRAIN, Span, halo_of, halvings, paste, spans, whole_grains
from enhancer.engine.turns import Turns
from enhancer.errors import OutOfMemory
from enhancer.models.contract import Model, Rim
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.watch import What

log = logging.getLogger(__name__)
LARGEST_CORE = {"cuda": 1024}  # input pixels a side; below, the halo costs more than the cache saves
LARGEST_CORE_ELSEWHERE = 384  # measured: 256 costs 10 to 20 % more, 512 saves 4 to 7 % and doubles everybody's waiting
WORTH = 5  # halos; a core of fewer throws away more than half of the work, which costs more than the cache saves


class ModelSource(Protocol):
    """Where models come from: `enhancer.models.store.Store`, or anything alike."""

    def load(self, model_id: str, progress: Progress | None = None, crispness: float = 1.0) -> Model:
        """The model with this id; below a crispness of 1 blended with its faithful twin."""


@dataclass(frozen=True)
class Part:
    """What the core of one tile became, (3, h, w), in so many `seconds`; the `done`-th of `total` tiles."""

    rows: Span
    columns: Span
    pixels: np.ndarray
    seconds: float
    done: int
    total: int


class Engine:
    """Runs one tile at a time, in turns where several pictures are under way; the canvases stay on the host."""

    def __init__(self, store: ModelSource, settings: Settings) -> None:
        self.settings = settings
        self.device = choose_device(settings.device)
        self.precision = choose_precision(settings.precision, self.device)
        self._store = store
        self._turns = Turns()
        self._needs: WeakKeyDictionary[nn.Module, int] = WeakKeyDictionary()  # bytes for each input pixel

    def model(self, model_id: str, progress: Progress | None = None, crispness: float = 1.0) -> Model:
        """The model with this id, fetched and verified if it must be; below a crispness of 1 blended with its twin.

        Raises what the store raises.
        """
        return self._store.load(model_id, progress, crispness)

    def tiles(self, model: Model, height: int, width: int) -> int:
        """How many tiles `run` cuts a picture of this size into, unless the memory makes it halve them.

        Raises OutOfMemory when the network does not fit at all.
        """
        self._measure(model, lambda: None)
        return len(_plan(model, height, width, self._largest_core(model)))

    def tile_side(self, model: Model) -> int:
        """Input pixels a side of the largest tile of `run`, without its halo. Raises OutOfMemory as `tiles` does."""
        self._measure(model, lambda: None)
        return whole_grains(self._largest_core(model), model.multiple_of)

    def precision_of(self, model: Model) -> torch.dtype:
        """What `run` computes this model in: float32 where it does not survive the precision of the engine."""
        return self.precision if self.precision in model.precisions else torch.float32

    def run(self, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None = None) -> Tensor:
        """Enhance (3, H, W) float32 in [0, 1] on the host → (3, scale·H, scale·W) alike, past the budget on disk.

        Networks of one channel see the three colours as three grey pictures; those for video give their state out
        behind the colours. `plane` (planes, H, W) is for models that take one. Raises Cancelled at the next tile after
        a cancel, OutOfMemory when not even the smallest tile fits, DiskFull when the result fits into neither memory
        nor disk, ValueError for a plane of another size or that the model does not take.
        """
        size = (model.scale * n for n in pixels.shape[-2:])
        canvas = canvases.empty((len(pixels) + model.state, *size), self.settings)
        spent = 0.0  # seconds, without those of others between the tiles
        with closing(self.parts(model, pixels, progress, plane)) as parts:
            for part in parts:
                spent = part.seconds + (spent if part.done > 1 else 0.0)
                paste(canvas, part.rows, part.columns, torch.from_numpy(part.pixels), model.scale)
                canvases.release(canvas, pixels)
        watch.tell(What.STAGE, spent, stage="network", model=model.id)
        watch.tell(What.PIXELS, canvas.shape[1] * canvas.shape[2], way="drawn")
        return canvas

    def parts(
        self, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None = None
    ) -> Generator[Part, None, None]:
        """What `run` puts together, as it is drawn; from the first part again where the tiles must become smaller.

        Raises as `run` does.
        """
        _check_plane(model, pixels, plane)
        self._measure(model, _waiting(progress, begun=False))
        sizes = list(halvings(self._largest_core(model)))
        for attempt, largest in enumerate(sizes):
            try:
                yield from self._tiles(model, pixels, plane, largest, progress, begun=attempt > 0)
                return
            except (RuntimeError, MemoryError) as error:
                if not _is_memory(error):
                    raise
                log.warning("a tile of %d pixels does not fit: %s", largest, error)
            if self.device.type == "cuda":  # outside the handler, whose traceback keeps the tile alive
                torch.cuda.empty_cache()
            if attempt + 1 < len(sizes):
                progress.step(0, 1, f"tiles of {largest} pixels do not fit, halving them")
        raise self._too_large(model)

    def _measure(self, model: Model, waiting: Callable[[], None]) -> None:
        """Move the network to the device and learn its memory need, once for each network."""
        if model.network in self._needs:
            return
        try:
            with self._turns.turn(waiting):
                self._needs[model.network] = self._need(model)
        except (RuntimeError, MemoryError) as error:
            if not _is_memory(error):
                raise
            raise self._too_large(model) from error

    def _need(self, model: Model) -> int:
        if isinstance(model.network, Elsewhere):
            return model.network.bytes_per_pixel(self.precision_of(model))
        model.network.to(self.device)
        return bytes_per_pixel(model, self.precision_of(model))

    def _largest_core(self, model: Model) -> int:
        """Never below twice the halo, where nine tenths of the work would be thrown away; memory errors halve it."""
        side = int((self.settings.tile_memory / self._needs[model.network]) ** 0.5) - 2 * model.halo
        most = max(LARGEST_CORE.get(self.device.type, LARGEST_CORE_ELSEWHERE), WORTH * model.halo)
        return max(GRAIN, 2 * model.halo, min(side, most))

    def _tiles(
        self, model: Model, pixels: Tensor, plane: Tensor | None, largest: int, progress: Progress, begun: bool
    ) -> Iterator[Part]:
        _, height, width = pixels.shape
        plan = _plan(model, height, width, largest)
        context = self._glance(model, pixels, _waiting(progress, begun))
        for done, (rows, columns) in enumerate(plan):
            with self._turns.turn(_waiting(progress, begun or done > 0)):
                progress.step(done, len(plan), model.id)
                strength = None if plane is None else _cut(plane, rows, columns)
                began = time.perf_counter()
                window, rim = _cut(pixels, rows, columns), halo_of(rows, columns)
                result = self._tile(model, window, rim, strength, context).numpy()
                spent = time.perf_counter() - began
            yield Part(rows, columns, result, spent, done + 1, len(plan))
        progress.step(len(plan), len(plan), model.id)

    def _glance(self, model: Model, pixels: Tensor, waiting: Callable[[], None]) -> Tensor | None:
        """What the network wants to know of the whole picture, once for all tiles."""
        if not model.thumbnail:
            return None
        with self._turns.turn(waiting):
            return model.glance(_batch(model, pixels))

    def _tile(self, model: Model, window: Tensor, rim: Rim, plane: Tensor | None, context: Tensor | None) -> Tensor:
        """(C, H, W), perhaps with a plane (P, H, W) → (C + state, scale·h, scale·w) without its rim, on the host."""
        batch = _batch(model, window).to(self.device, memory_format=torch.channels_last)
        if plane is not None:
            plane = plane.to(self.device).expand(len(batch), *plane.shape)
        result = model(batch, self.precision_of(model), plane, context, rim).cpu()
        return result.reshape(-1, *result.shape[-2:])

    def _too_large(self, model: Model) -> OutOfMemory:
        return OutOfMemory(
            f"Not even a tile of {GRAIN} pixels fits into the memory of {self.device} with model {model.id}; "
            "choose a smaller model."
        )


def _check_plane(model: Model, pixels: Tensor, plane: Tensor | None) -> None:
    if plane is None:
        return
    if not model.planes:
        raise ValueError(f"{model.id} takes no plane")
    if plane.shape != (model.planes, *pixels.shape[-2:]):
        raise ValueError(f"a plane of {tuple(plane.shape)} does not cover a picture of {tuple(pixels.shape)}")


def _batch(model: Model, pixels: Tensor) -> Tensor:
    """(C, H, W) → what the network sees of it: (1, C, H, W), or (C, 1, H, W) for networks of one channel."""
    return pixels[None] if model.channels == len(pixels) else pixels[:, None]


def _cut(pixels: Tensor, rows: Span, columns: Span) -> Tensor:
    return pixels[:, rows.low : rows.high, columns.low : columns.high]


def _plan(model: Model, height: int, width: int, largest: int) -> list[tuple[Span, Span]]:
    rows, columns = (spans(side, largest, model.halo, model.multiple_of) for side in (height, width))
    return list(product(rows, columns))


def _waiting(progress: Progress, begun: bool) -> Callable[[], None]:
    """What to report between two tiles of others: nothing new once the picture has begun."""
    if begun:
        return lambda: progress.step(progress.done, progress.total, progress.note)
    return lambda: progress.step(0, 1, "waiting for the picture before")


def _is_memory(error: Exception) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or memory.lacking(error)
