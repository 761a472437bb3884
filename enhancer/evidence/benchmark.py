"""How fast is this machine with our networks: time, share of what it can multiply, memory, start-up, files."""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from enhancer.engine import Engine
from enhancer.evidence.measure import Speed, measure_model, precision_name
from enhancer.media import Picture, decode, encode
from enhancer.models.contract import Model
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import ROOT, Settings
from enhancer.tasks import task
from enhancer.tasks.upscale_options import UpscaleOptions

ROUNDS = 3
SIDES = {"cuda": (4096, 8192)}  # of the matrices whose products are timed; the fastest is the peak
SIDES_ELSEWHERE = (512, 1024, 2048)
PRODUCTS = 5  # of each size
PROBE = 64  # pixels a side of the picture that work is counted on
PHOTO = (1224, 1632)  # two megapixels
FILE_MODEL = "x2-fast"
KINDS = ("png", "jpeg")
STARTS = {
    "help of the command line": ["-m", "enhancer", "--help"],
    "import torch": ["-c", "import torch"],
    "a model ready": ["-c", f"from enhancer.hall import default_engine as e; e().model({FILE_MODEL!r})"],
}


@dataclass(frozen=True)
class Pace:
    """What one model takes. `milliseconds` are for a megapixel of the result, the median of the rounds.

    `spread` is the slowest round over the fastest; `share` the useful multiplications a second, those in the overlap
    of tiles left out, over what large matrix products of the same precision reach in the same rounds.
    """

    model: str
    scale: int
    milliseconds: float
    spread: float
    share: float
    peak_megabytes: float | None
    tile: int
    precision: str


@dataclass(frozen=True)
class FileTime:
    """A JPEG of two megapixels, enlarged twice into a file: `network` is its part of the `seconds`."""

    format: str
    seconds: float
    network: float


@dataclass(frozen=True)
class Benchmark:
    """One run. `teraflops` by precision are those of large matrix products, `start` in seconds by what starts."""

    machine: dict[str, str]
    teraflops: dict[str, float]
    start: dict[str, float]
    models: tuple[Pace, ...]
    files: tuple[FileTime, ...]


def benchmark(model_ids: Sequence[str], engine: Engine, progress: Progress, rounds: int = ROUNDS) -> Benchmark:
    """Measure each model `rounds` times in turn with the products, so that what else runs here hits all alike.

    Raises what `measure_model` raises.
    """
    models = [engine.model(i, progress) for i in model_ids]
    precisions = {torch.float32, *(engine.precision_of(m) for m in models)}
    speeds: dict[str, list[Speed]] = {m.id: [] for m in models}
    rates: dict[torch.dtype, list[float]] = {p: [] for p in precisions}
    for _ in range(rounds):
        for precision, found in rates.items():
            found.append(product_rate(precision, engine.device))
        for model in models:
            speeds[model.id].append(measure_model(model.id, engine, progress))
    reached = {p: statistics.median(found) for p, found in rates.items()}
    return Benchmark(
        machine_of(engine),
        {precision_name(p): round(rate / 1e12, 4) for p, rate in reached.items()},
        {what: start_time(arguments) for what, arguments in STARTS.items()},
        tuple(_pace(m, speeds[m.id], reached[engine.precision_of(m)]) for m in models),
        file_times(engine.settings),
    )


def machine_of(engine: Engine) -> dict[str, str]:
    """What the figures hold for."""
    cuda = engine.device.type == "cuda"
    units: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return {
        "device": torch.cuda.get_device_name(engine.device) if cuda else str(units.get("cpu_name", platform.machine())),
        "bfloat16 units": ", ".join(u for u in ("amx_bf16", "avx512_bf16") if units.get(u)) or "none",
        "threads": str(torch.get_num_threads()),
        "torch": torch.__version__,
    }


def product_rate(precision: torch.dtype, device: torch.device, clock: Callable[[], float] = time.perf_counter) -> float:
    """Floating point operations a second of large square matrix products, at their fastest."""
    rates = []
    for side in SIDES.get(device.type, SIDES_ELSEWHERE):
        a = torch.ones(side, side, dtype=precision, device=device)
        for _ in range(PRODUCTS):
            began = clock()
            (a @ a)[0, 0].item()  # waits for devices that compute behind our back
            rates.append(2 * side**3 / (clock() - began))
    return max(rates)


def work_of(model: Model) -> float:
    """Floating point operations for each pixel that is put in."""
    side = -(-max(PROBE, model.minimum) // model.multiple_of) * model.multiple_of
    weight = next(model.network.parameters())
    batch = 3 if model.channels == 1 else 1
    x = torch.zeros(batch, model.channels, side, side, device=weight.device)
    # with gradients nothing is fused; the counter does not know fused convolutions
    with FlopCounterMode(display=False) as counter, torch.enable_grad():
        model.network(x)
    return float(counter.get_total_flops()) / side**2


def start_time(arguments: Sequence[str]) -> float:
    """Seconds until a new Python has done this; the second of two, so that the files are in the system's cache."""
    took = 0.0
    for _ in range(2):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, capture_output=True, env=dict(os.environ))
        took = time.perf_counter() - began
    return round(took, 3)


def file_times(settings: Settings) -> tuple[FileTime, ...]:
    """The medians of `ROUNDS` runs from the bytes of a JPEG to the bytes of the result, in each of `KINDS`."""
    source, engine = _photo(), _Watched(Store(settings), settings)
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    options = UpscaleOptions(scale=2, model=FILE_MODEL)
    engine.tiles(engine.model(FILE_MODEL), *PHOTO)  # opens the model before the clock starts
    for _ in range(ROUNDS):
        engine.seconds, began = 0.0, time.perf_counter()
        result = task("upscale").run(decode(source, settings), options, engine, Progress())
        drawn = time.perf_counter()
        for kind, times in found.items():
            at = time.perf_counter()
            encode(result, kind)
            times.append((drawn - began + time.perf_counter() - at, engine.seconds))
    usual = {kind: sorted(times)[ROUNDS // 2] for kind, times in found.items()}
    return tuple(FileTime(k, round(whole, 3), round(network / whole, 3)) for k, (whole, network) in usual.items())


class _Watched(Engine):
    """An engine that knows how long its networks ran."""

    seconds = 0.0

    def run(self, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None = None) -> Tensor:
        began = time.perf_counter()
        try:
            return super().run(model, pixels, progress, plane)
        finally:
            self.seconds += time.perf_counter() - began


def _photo() -> bytes:
    """A JPEG with soft shapes and a little grain, as photographs have them."""
    source = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 34, 46, generator=source)
    shapes = torch.nn.functional.interpolate(coarse, PHOTO, mode="bicubic")[0]
    grain = torch.randn(3, *PHOTO, generator=source) * 0.01
    return encode(Picture((shapes + grain).clamp(0, 1)), "jpeg", quality=92)


def _pace(model: Model, speeds: Sequence[Speed], rate: float) -> Pace:
    seconds = [s.seconds_per_megapixel for s in speeds]
    usual = statistics.median(seconds)
    peaks = [s.peak_megabytes for s in speeds if s.peak_megabytes is not None]
    return Pace(
        model.id,
        model.scale,
        round(1000 * usual / model.scale**2, 2),
        round(max(seconds) / min(seconds), 3),
        round(work_of(model) * 1e6 / usual / rate, 3),
        max(peaks, default=None),
        speeds[0].tile,
        speeds[0].precision,
    )
