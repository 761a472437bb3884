"""Who computes chains of convolutions faster here, ncnn or PyTorch: measured once, and then remembered."""

import logging
import platform
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks import winograd
from enhancer.networks.winograd import Step
from enhancer.remembered import recall, remember

log = logging.getLogger(__name__)
CLOSE = 1e-4  # share of the largest result
WORTH, SLOPE = 0.9, 0.1  # of the time of PyTorch; of a leaky ReLU between the layers of a trial
SIDE, WIDE, LAYERS, ROUNDS = 128, 64, 12, 2  # of a trial, which takes a second: a picture, smaller for layers wider
# than this, a network, and how often
CPUINFO = Path("/proc/cpuinfo")
Ways = dict[str, Callable[[], Tensor]]
_trying = threading.Lock()


@dataclass(frozen=True)
class Trials:
    """What was measured, in `file` by processor, releases and width; so the choice stays, and with it every bit.

    Of processes that measure at once, the first to store its figure is believed.
    """

    file: Path

    def prefer_ncnn(self, channels: int) -> bool:
        """Whether ncnn is there, computes what it should, and is faster for layers of so many channels."""
        with _trying:
            return _tried(self.file, channels)


@cache
def _tried(file: Path, channels: int) -> bool:
    try:
        key = f"{channels} channels, {_processor()}, torch {torch.__version__}, ncnn {winograd.version()}"
        known = recall(file, float)
        if key not in known:
            known = {key: _trial(channels)} | recall(file, float)
            remember(file, known)
    except (ImportError, AttributeError, TypeError, IndexError, RuntimeError, MemoryError) as error:
        log.info("convolutions are computed by PyTorch alone: %s", error)
        return False
    return known[key] < WORTH


def _trial(channels: int) -> float:
    """The time of ncnn over that of PyTorch. Raises RuntimeError where the results differ."""
    dice = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        layers = [_layer(channels) for _ in range(LAYERS)]
        for layer in layers:
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=dice) * (2 / (9 * channels)) ** 0.5)
        side = min(SIDE, SIDE * WIDE // channels)
        x, plain = torch.randn(1, channels, side, side, generator=dice), nn.ModuleList(layers)
        plain.to(memory_format=torch.channels_last)
        net = winograd.net_of(_steps(layers), torch.get_num_threads())
        ways: Ways = {"ncnn": lambda: winograd.run(net, x), "torch": lambda: _plain(plain, x)}
        found, known = (way() for way in ways.values())
        apart = float((found - known).abs().max() / known.abs().max())
        if not apart < CLOSE:
            raise RuntimeError(f"ncnn gives other results, {apart:.1g} apart")
        seconds = {name: min(spent) for name, spent in _rounds(ways).items()}
    ratio = seconds["ncnn"] / seconds["torch"]
    log.info("ncnn takes %.2f of the time of PyTorch, results %.1g apart", ratio, apart)
    return ratio


def _layer(channels: int) -> nn.Conv2d:
    """Whose weights nobody has drawn yet, so that the dice of others stay as they are."""
    with torch.device("meta"):
        layer = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
    return layer.to_empty(device="cpu")


def _steps(layers: Sequence[nn.Conv2d]) -> list[Step]:
    return [*(Step(layer, SLOPE) for layer in layers[:-1]), Step(layers[-1])]


def _plain(layers: nn.ModuleList, x: Tensor) -> Tensor:
    x = x.contiguous(memory_format=torch.channels_last)
    for layer in layers[:-1]:
        x = F.leaky_relu(layer(x), SLOPE)
    result: Tensor = layers[-1](x)
    return result


def _rounds(ways: Ways) -> dict[str, list[float]]:
    """Seconds of each way, in turns."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            spent[name].append(time.perf_counter() - began)
    return spent


def _processor() -> str:
    """Its name, where the system tells it, and the units that PyTorch uses of it."""
    lines = CPUINFO.read_text().splitlines() if CPUINFO.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"{next(named, platform.processor())} {platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
