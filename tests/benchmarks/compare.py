"""Ours and others in turn on one picture: milliseconds for each megapixel of the result, medians, spread, ratios."""

import logging
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from enhancer.engine import Engine
from enhancer.evidence.benchmark import product_rate, work_of
from enhancer.models.catalog import entry
from enhancer.models.contract import Model
from enhancer.models.store import Store
from enhancer.networks import Generator
from enhancer.networks.initialise import initialise
from enhancer.progress import Progress
from enhancer.settings import Settings
from tests.benchmarks.light import BUILT, PUBLISHED, described, light
from tests.benchmarks.peers import PEERS, Runner

log = logging.getLogger(__name__)
OURS, QUALITY, SCALE = "x4-fast", "quality net (random weights)", 4
FIGURE = "Set5 Y-PSNR"


@dataclass(frozen=True)
class Row:
    """`milliseconds` for a megapixel of the result; `ratio` of them to those of our engine with the same network.

    `spread` is the slowest run over the fastest; `share` of the peak of products in our precision, for our networks;
    `psnr` in decibels on Set5, where it was measured or published.
    """

    name: str
    milliseconds: float
    spread: float
    ratio: float | None = None
    share: float | None = None
    psnr: float | None = None


def compare(
    size: tuple[int, int],
    rounds: int,
    weights: Path | None,
    with_light: bool = True,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Row]:
    """Time everything on a picture of `size` (height, width), in turn; `weights` is a folder of published files."""
    settings = Settings(device="cpu")
    engine = Engine(Store(settings), settings)
    ours, quality = engine.model(OURS), _quality()
    runners = {model.id: _engine(engine, model) for model in (ours, quality)}
    runners |= _peers(ours.network)
    if with_light:
        runners |= _light(weights)
    picture = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0))
    seconds, rates = _timed(runners, picture, rounds, engine, clock)
    rate, megapixels = statistics.median(rates), size[0] * size[1] * SCALE**2 / 1e6
    usual = {name: statistics.median(found) for name, found in seconds.items()}
    shares = {m.id: work_of(m) * size[0] * size[1] / usual[m.id] / rate for m in (ours, quality)}
    return [
        Row(
            name,
            round(1000 * usual[name] / megapixels, 2),
            round(max(found) / min(found), 2),
            round(usual[name] / usual[OURS], 2) if name in PEERS or name == OURS else None,
            round(shares[name], 3) if name in shares else None,
            _psnr(name),
        )
        for name, found in seconds.items()
    ]


def fronts(rows: Sequence[Row]) -> list[Row]:
    """One row for each network of which the PSNR is known: its fastest."""
    best: dict[str, Row] = {}
    for row in rows:
        key = row.name.split(",")[0]
        if row.psnr is not None and (key not in best or row.milliseconds < best[key].milliseconds):
            best[key] = row
    return list(best.values())


def _timed(
    runners: dict[str, Runner], picture: Tensor, rounds: int, engine: Engine, clock: Callable[[], float]
) -> tuple[dict[str, list[float]], list[float]]:
    """Seconds of every run by name, and the rate of products in each round; one round before to get warm."""
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    rates = []
    for n in range(rounds + 1):
        rates.append(product_rate(engine.precision, engine.device, clock))
        for name, run in runners.items():
            began = clock()
            run(picture)
            if n:
                seconds[name].append(clock() - began)
    return seconds, rates[1:]


def _engine(engine: Engine, model: Model) -> Runner:
    return lambda x: engine.run(model, x[0], Progress())


def _quality() -> Model:
    """The size of network that quality needs; what it draws does not matter here."""
    network = Generator(scale=SCALE, channels=64, depth=12, blocks=10)
    initialise(network, seed=0)
    return Model(QUALITY, network.eval().requires_grad_(False), SCALE, halo=network.halo)


def _peers(network: nn.Module) -> dict[str, Runner]:
    found: dict[str, Runner] = {}
    for name, make in PEERS.items():
        try:
            found[name] = make(network, SCALE)
        except ImportError as error:
            log.warning("%s is left out: %s", name, error)
    return found


def _light(weights: Path | None) -> dict[str, Runner]:
    networks: dict[str, Callable[[], Any]] = {name: lambda name=name: light(name) for name in BUILT}
    if weights is not None:
        networks["DCTLSA"] = lambda: described(weights / "DCTLSA_x4.pt")
    found: dict[str, Runner] = {}
    for name, make in networks.items():
        network = make()
        found[f"{name}, float32"] = PEERS["PyTorch float32, whole picture"](network, SCALE)
        found[f"{name}, bfloat16"] = _autocast(network)
    return found


def _autocast(network: nn.Module) -> Runner:
    """The best that plain PyTorch can do for them."""

    def run(x: Tensor) -> Any:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            return network(x.contiguous(memory_format=torch.channels_last))

    return run


def _psnr(name: str) -> float | None:
    if name == OURS:
        return float(dict(entry(OURS).figures)[FIGURE].split()[0])
    return PUBLISHED.get(name.split(",")[0])
