"""A measurement gives the time and the memory that a network really takes, and is found again only where it holds."""

import logging
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from enhancer import memory
from enhancer.engine import Engine
from enhancer.errors import Cancelled
from enhancer.evidence import measure
from enhancer.evidence.measure import FILE, RUNS, Speed, known_speeds, measure_model
from enhancer.models.catalog import entry
from enhancer.models.contract import Model, Origin
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from tests.engine.test_tiling import Shelf

PAUSE = 0.1  # seconds
ORIGINS = (Origin("x2-fast", entry("x2-fast").sha256),)


class Slow(nn.Module):
    """Takes a known time and a known memory for every call."""

    def __init__(self, pause: float = 0.0, megabytes: int = 0) -> None:
        super().__init__()
        self.pause, self.megabytes, self.sides = pause, megabytes, list[int]()

    def forward(self, x: Tensor) -> Tensor:
        self.sides.append(x.shape[-1])
        time.sleep(self.pause)
        if self.megabytes and x.shape[-1] > 64:  # not for the probe of the engine
            torch.zeros(self.megabytes * 250_000).add_(1)
        return x


def hall(cache: Path, network: nn.Module, halo: int = 0, precision: str = "float32") -> Engine:
    probe = Model("x2-fast", network, 1, halo=halo, origins=ORIGINS)
    return Engine(Shelf(probe), Settings(device="cpu", precision=precision, cache=cache))


def test_the_time_is_that_of_the_network(tmp_path: Path) -> None:
    network = Slow(PAUSE)
    speed = measure_model("x2-fast", hall(tmp_path, network), Progress())
    assert network.sides == [64] + [speed.tile] * (RUNS + 1)
    pure = PAUSE * 1e6 / speed.tile**2
    assert pure <= speed.seconds_per_megapixel < 3 * pure
    assert speed.precision == "float32"


def test_what_tiles_overlap_is_counted(tmp_path: Path) -> None:
    speed = measure_model("x2-fast", hall(tmp_path, Slow(PAUSE), halo=64), Progress())
    assert speed.seconds_per_megapixel >= PAUSE * 1e6 / speed.tile**2 * ((speed.tile + 128) / speed.tile) ** 2


@pytest.mark.skipif(not memory.RESET.exists(), reason="only Linux tells the peak of memory")
def test_the_memory_is_that_of_the_network_each_time(tmp_path: Path) -> None:
    for _ in range(2):  # what was freed before must not hide what is taken again
        peak = measure_model("x2-fast", hall(tmp_path, Slow(megabytes=120)), Progress()).peak_megabytes
        assert peak is not None
        assert 110 < peak < 160


def test_no_figure_where_the_system_does_not_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "RESET", tmp_path / "absent")
    assert measure_model("x2-fast", hall(tmp_path, Slow()), Progress()).peak_megabytes is None
    monkeypatch.setattr(memory, "RESET", tmp_path)  # a folder, which cannot be written to
    assert measure_model("x2-fast", hall(tmp_path, Slow()), Progress()).peak_megabytes is None


def test_a_slow_network_runs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "LONG", PAUSE)
    network = Slow(PAUSE)
    measure_model("x2-fast", hall(tmp_path, network), Progress())
    assert len(network.sides) == 2


def test_it_is_remembered_for_these_weights_here(tmp_path: Path) -> None:
    engine = hall(tmp_path, Slow())
    assert known_speeds(engine) == {}
    speed = measure_model("x2-fast", engine, Progress())
    assert known_speeds(hall(tmp_path, Slow())) == {"x2-fast": speed}
    assert known_speeds(hall(tmp_path / "elsewhere", Slow())) == {}
    assert known_speeds(engine, (replace(entry("x2-fast"), sha256="0" * 64),)) == {}
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    try:
        assert known_speeds(engine) == {}
    finally:
        torch.set_num_threads(threads)


def test_precisions_are_remembered_side_by_side(tmp_path: Path) -> None:
    fine = measure_model("x2-fast", hall(tmp_path, Slow()), Progress())
    coarse = hall(tmp_path, Slow(), precision="bfloat16")
    assert known_speeds(coarse) == {"x2-fast": fine}  # perhaps it survives float32 only
    rough = measure_model("x2-fast", coarse, Progress())
    assert (fine.precision, rough.precision) == ("float32", "bfloat16")
    assert known_speeds(coarse) == {"x2-fast": rough}
    assert known_speeds(hall(tmp_path, Slow())) == {"x2-fast": fine}


@pytest.mark.parametrize("text", ["", "[]", '{"key": {"colour": 1}}', '{"key": 3}'])
def test_a_damaged_cache_is_said_and_written_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    engine = hall(tmp_path, Slow())
    with caplog.at_level(logging.WARNING):
        speed = measure_model("x2-fast", engine, Progress())
    assert "is not readable" in caplog.text
    assert known_speeds(engine) == {"x2-fast": speed}


def test_a_disk_that_takes_nothing_costs_the_memory_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        speed = measure_model("x2-fast", hall(tmp_path / "file", Slow()), Progress())
    assert isinstance(speed, Speed)
    assert "is not remembered" in caplog.text


def test_stop_ends_it(tmp_path: Path) -> None:
    network = Slow()
    with pytest.raises(Cancelled):
        measure_model("x2-fast", hall(tmp_path, network), Progress(lambda p: p.cancel()))
    assert network.sides == [64]
    assert not (tmp_path / FILE).exists()


def test_a_bundled_model(tmp_path: Path) -> None:
    settings = Settings(device="cpu", cache=tmp_path)
    engine = Engine(Store(settings), settings)
    speed = measure_model("x2-fast", engine, Progress())
    assert 0.01 < speed.seconds_per_megapixel < 300
    assert speed.peak_megabytes is None or speed.peak_megabytes > 5
    assert known_speeds(engine) == {"x2-fast": speed}
