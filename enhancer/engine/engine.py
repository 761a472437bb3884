"""The hall where models run: device, precision, memory budget, and one lock for everybody."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Protocol

import torch
from torch import Tensor

from enhancer.engine.device import bytes_per_pixel, choose_device, choose_precision
from enhancer.engine.tiling import GRAIN, halvings, paste, spans
from enhancer.errors import OutOfMemory
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.settings import Settings

log = logging.getLogger(__name__)
LARGEST_CORE = {"cpu": 256, "cuda": 1024}  # input pixels a side; below, the halo costs more than the cache saves


class ModelSource(Protocol):
    """Where models come from: `enhancer.models.store.Store`, or anything alike."""

    def load(self, model_id: str, progress: Progress | None = None) -> Model:
        """The model with this id."""


class Engine:
    """Runs one model at a time, tile by tile; the canvas stays on the host."""

    def __init__(self, store: ModelSource, settings: Settings) -> None:
        self.settings = settings
        self.device = choose_device(settings.device)
        self.precision = choose_precision(settings.precision, self.device)
        self._store = store
        self._lock = threading.Lock()
        self._needs: dict[str, int] = {}

    def model(self, model_id: str, progress: Progress | None = None) -> Model:
        """The model with this id, fetched and verified if it must be. Raises what the store raises."""
        return self._store.load(model_id, progress)

    def run(self, model: Model, pixels: Tensor, progress: Progress) -> Tensor:
        """Enhance (3, H, W) float32 in [0, 1] on the host → (3, scale·H, scale·W) alike.

        Networks of one channel see the three colours as three grey pictures.
        Raises Cancelled at the next tile after a cancel, OutOfMemory when not even the smallest tile fits.
        """
        with self._turn(progress):
            model.network.to(self.device)
            sizes = list(halvings(self._largest_core(model)))
            for attempt, largest in enumerate(sizes):
                try:
                    return self._tiles(model, pixels, largest, progress)
                except (torch.OutOfMemoryError, RuntimeError) as error:
                    if not _is_memory(error):
                        raise
                    log.warning("a tile of %d pixels does not fit: %s", largest, error)
                if self.device.type == "cuda":  # outside the handler, whose traceback keeps the tile alive
                    torch.cuda.empty_cache()
                if attempt + 1 < len(sizes):
                    progress.step(0, 1, f"tiles of {largest} pixels do not fit, halving them")
            raise OutOfMemory(
                f"Not even a tile of {GRAIN} pixels fits into the memory of {self.device} with model {model.id}; "
                "choose a smaller model."
            )

    def _largest_core(self, model: Model) -> int:
        if model.id not in self._needs:
            self._needs[model.id] = bytes_per_pixel(model)
        side = int((self.settings.tile_memory / self._needs[model.id]) ** 0.5) - 2 * model.halo
        return max(GRAIN, min(side, LARGEST_CORE.get(self.device.type, LARGEST_CORE["cpu"])))

    def _tiles(self, model: Model, pixels: Tensor, largest: int, progress: Progress) -> Tensor:
        channels, height, width = pixels.shape
        plan = list(product(*(spans(side, largest, model.halo, model.multiple_of) for side in (height, width))))
        precision = self.precision if self.precision in model.precisions else torch.float32
        canvas = torch.empty(channels, model.scale * height, model.scale * width)
        progress.step(0, len(plan), model.id)
        for done, (rows, columns) in enumerate(plan, start=1):
            window = pixels[:, rows.low : rows.high, columns.low : columns.high]
            batch = window[None] if model.channels == channels else window[:, None]
            batch = batch.to(self.device, memory_format=torch.channels_last)
            result = model(batch, precision).cpu()
            paste(canvas, rows, columns, result.reshape(channels, *result.shape[-2:]), model.scale)
            progress.step(done, len(plan), model.id)
        return canvas

    @contextmanager
    def _turn(self, progress: Progress) -> Iterator[None]:
        """Hold the lock; whoever waits for it can still be cancelled."""
        while not self._lock.acquire(timeout=0.2):
            progress.step(0, 1, "waiting for the picture before")
        try:
            yield
        finally:
            self._lock.release()


def _is_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "not enough memory" in str(error)
