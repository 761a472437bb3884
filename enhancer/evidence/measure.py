"""How fast is a model on this machine, and how much memory does it take? Measured in a moment, and remembered."""

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from enhancer import memory
from enhancer.engine import Engine
from enhancer.engine.apart import Elsewhere, weight_bytes
from enhancer.models.catalog import CATALOG, Entry
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.remembered import recall, remember

RUNS = 3  # that are timed, after one to get warm
LONG = 4.0  # seconds of the first run, from which getting warm is no matter and nobody wants to wait for three more
MB = 1e6
FILE = "speeds.json"
_WRITING = threading.Lock()


@dataclass(frozen=True)
class Speed:
    """What one model takes here.

    `seconds_per_megapixel` are for each million pixels of the picture that is put in. `peak_megabytes` is the working
    memory of one tile together with the weights, without the picture and its result; None where the system does not
    tell. `tile` is the side in input pixels of the tile that this holds for, `precision` the number format.
    """

    seconds_per_megapixel: float
    peak_megabytes: float | None
    tile: int
    precision: str


def measure_model(model_id: str, engine: Engine, progress: Progress) -> Speed:
    """Run one tile of noise once to get warm and three times for the clock; remember the result in the cache.

    The median is taken, and scaled by what the tiles of a large picture overlap. What others compute here at the same
    time counts in. Raises what `Engine.model` and `Engine.run` raise, and Cancelled.
    """
    model = engine.model(model_id, progress)
    side = engine.tile_side(model)
    pixels = torch.rand(3, side, side, generator=torch.Generator().manual_seed(0))

    def run(n: int) -> float:
        began = time.perf_counter()
        engine.run(model, pixels, progress.part(n, RUNS + 1))
        return time.perf_counter() - began

    first, growth = _watched(lambda: run(0), engine.device, model)
    seconds = first if first >= LONG else statistics.median(run(n) for n in range(1, RUNS + 1))
    progress.step(1, 1, model_id)
    overlap = ((side + 2 * model.halo) / side) ** 2
    weights = weight_bytes(model)
    peak = None if growth is None else round((growth * overlap + weights) / MB, 1)
    speed = Speed(round(seconds * overlap * 1e6 / side**2, 4), peak, side, precision_name(engine.precision_of(model)))
    if model.origins:
        file, key = _file(engine), _key(model.origins[0].sha256, engine, speed.precision)
        with _WRITING:
            remember(file, {name: asdict(kept) for name, kept in (recall(file, _opened) | {key: speed}).items()})
    return speed


def known_speeds(engine: Engine, catalog: tuple[Entry, ...] = CATALOG) -> dict[str, Speed]:
    """What was measured here before, by model id: same weights, device, precision and release of PyTorch."""
    found, speeds = recall(_file(engine), _opened), dict[str, Speed]()
    for entry in catalog:
        for precision in (torch.float32, engine.precision):  # some networks survive only the former
            speed = found.get(_key(entry.sha256, engine, precision_name(precision)))
            if speed is not None:
                speeds[entry.id] = speed
    return speeds


def _watched(run: Callable[[], float], device: torch.device, model: Model) -> tuple[float, float | None]:
    """What `run` returns, and by how many bytes the memory grew meanwhile, at the highest, where the network is."""
    if device.type == "cuda" and not isinstance(model.network, Elsewhere):
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        return run(), torch.cuda.max_memory_allocated(device) - before
    there = model.network if isinstance(model.network, Elsewhere) else memory
    low = there.low()
    result = run()
    high = None if low is None else there.peak()
    return result, None if low is None or high is None else float(max(0, high - low))


def precision_name(precision: torch.dtype) -> str:
    """As settings and figures name it."""
    return str(precision).removeprefix("torch.")


def _key(sha256: str, engine: Engine, precision: str) -> str:
    device = engine.device
    what = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{torch.get_num_threads()} threads"
    return f"{sha256} {device.type} ({what}) {precision} {torch.__version__}"


def _file(engine: Engine) -> Path:
    return engine.settings.cache / FILE


def _opened(values: dict[str, Any]) -> Speed:
    return Speed(**values)
