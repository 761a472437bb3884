"""The benchmark counts what there is to count, and the command writes what it prints."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import torch
from torch import nn

from enhancer.cli import DONE, WRONG_USAGE, main
from enhancer.engine import Engine
from enhancer.evidence import benchmark as room
from enhancer.evidence.benchmark import Benchmark, FileTime, Pace, benchmark, product_rate, work_of
from enhancer.models.contract import Model
from enhancer.models.store import Store
from enhancer.networks.generator import Generator
from enhancer.progress import Progress
from enhancer.settings import Settings

DONE_RUN = Benchmark(
    {"device": "a processor", "threads": "2"},
    {"float32": 0.2, "bfloat16": 0.4},
    {"help": 0.2},
    (
        Pace("x4-fast", 4, 150.0, 1.1, 0.8, 90.0, 384, "bfloat16"),
        Pace("denoise", 1, 300.0, 1.2, 0.7, None, 640, "float32"),
    ),
    (FileTime("png", 5.0, 0.9),),
)


def test_work_is_two_operations_for_each_product() -> None:
    pointwise = Model("n", nn.Conv2d(3, 7, 1), 1)
    assert work_of(pointwise) == 2 * 3 * 7
    grey = Model("n", nn.Conv2d(1, 5, 1), 1, channels=1)
    assert work_of(grey) == 3 * 2 * 5  # three grey pictures


def test_work_in_fused_convolutions_counts_too() -> None:
    """Where two are computed in one pass, no counter sees them."""
    generator = Generator(scale=2, channels=8, depth=3, blocks=2).eval()
    products = 9 * (3 * 8 + 3 * 8 * 8 + 2 * 2 * 8 * 8 + 8 * 12)
    with torch.inference_mode():
        assert work_of(Model("n", generator, 2)) == 2 * products


def test_the_rate_follows_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SIDES_ELSEWHERE", (4, 8))
    ticks = iter(range(100))
    assert product_rate(torch.float32, torch.device("cpu"), lambda: float(next(ticks))) == 2 * 8**3


def test_a_small_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PHOTO", (24, 32))
    monkeypatch.setattr(room, "STARTS", {"nothing": ["-c", "pass"]})
    settings = Settings(device="cpu", cache=tmp_path)
    done = benchmark(["x2-fast"], Engine(Store(settings), settings), Progress(), rounds=1)
    (pace,) = done.models
    assert (pace.model, pace.scale, pace.spread) == ("x2-fast", 2, 1.0)
    assert pace.milliseconds > 0
    assert pace.share > 0
    assert [f.format for f in done.files] == ["png", "jpeg"]
    assert all(0 < f.network < 1 for f in done.files)
    assert done.start["nothing"] > 0


def test_the_command_prints_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from enhancer.cli import benchmark as command

    asked = list[tuple[object, ...]]()

    def measured(ids: list[str], _engine: Engine, _progress: Progress, rounds: int) -> Benchmark:
        asked.append((tuple(ids), rounds))
        return DONE_RUN

    monkeypatch.setattr(command, "benchmark", measured)
    figures, plot = tmp_path / "new" / "b.json", tmp_path / "newer" / "b.svg"
    assert (
        main(["benchmark", "x4-fast", "denoise", "--rounds", "2", "--json", str(figures), "--plot", str(plot)]) == DONE
    )
    assert asked == [(("x4-fast", "denoise"), 2)]
    printed = capsys.readouterr().out
    assert "2 MP JPEG → x2 PNG: 5.00 s, of which the network 90 %" in printed
    assert "150.0" in printed
    assert json.loads(figures.read_text())["models"][0]["share"] == 0.8
    assert "x4-fast" in "".join(ET.parse(plot).getroot().itertext())
    assert main(["benchmark", "--rounds", "0"]) == WRONG_USAGE
