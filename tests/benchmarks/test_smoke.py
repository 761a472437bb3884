"""The comparison runs, and every peer that runs our weights draws what they draw."""

import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import torch

from enhancer.media import open_picture
from enhancer.networks import Generator
from enhancer.networks.initialise import initialise
from tests.benchmarks import large
from tests.benchmarks.__main__ import drawing
from tests.benchmarks.compare import OURS, QUALITY, Row, compare, fronts
from tests.benchmarks.peers import PEERS


@pytest.mark.parametrize("name", [name for name in PEERS if name != "Pillow Lanczos"])
def test_a_peer_draws_the_same(name: str) -> None:
    network = Generator(scale=4, channels=16, depth=3).eval()
    initialise(network, seed=0)
    x = torch.rand(1, 3, 24, 300, generator=torch.Generator().manual_seed(0))
    try:
        run = PEERS[name](network, 4)
    except ImportError as error:
        pytest.skip(str(error))
    tolerance = 0.03 if "bfloat16" in name else 1e-4
    assert (torch.as_tensor(run(x)) - network(x).detach()).abs().max() < tolerance


def test_a_small_comparison() -> None:
    rows = {row.name: row for row in compare((24, 32), 1, None, with_light=False)}
    assert {OURS, QUALITY, "PyTorch float32, whole picture", "Pillow Lanczos"} <= set(rows)
    assert rows[OURS].ratio == 1
    assert all(row.milliseconds > 0 for row in rows.values())
    assert rows[OURS].psnr is not None
    assert (rows[QUALITY].share or 0) > 0


def test_each_network_is_drawn_once_by_its_fastest_way() -> None:
    rows = [Row("a, slow", 9, 1, psnr=30), Row("a, fast", 3, 1, psnr=30), Row("b", 5, 1), Row("c", 7, 1, psnr=31)]
    assert [r.name for r in fronts(rows)] == ["a, fast", "c"]
    assert ET.fromstring(drawing(rows)).tag.endswith("svg")


def test_memory_and_time_of_large_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = {"BLOCK": 640, "LARGE": 1, "HUGE": 1, "JOBS": (("jpg", "png"),), "ROUNDS": 1, "TURNS": 2}
    for name, value in small.items():
        monkeypatch.setattr(large, name, value)
    large.sources(tmp_path, "x4-fast")
    idle, peak, *_ = large.memory(tmp_path, "x4-fast", huge=False)
    assert 0.1 < idle.value < 3
    assert peak.met
    assert open_picture(tmp_path / "made.png").width == 640
    limited = large.peak(tmp_path / "1.jpg", tmp_path / "failed.png", "x4-fast", limit=0.1)
    assert limited.complaint
    assert not (tmp_path / "failed.png").exists()
    pace, ratio = large.pace(tmp_path, "x4-fast", time.process_time)
    assert pace.value > 0
    assert ratio.value == pytest.approx(1, abs=0.8)
