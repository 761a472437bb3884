"""The comparison runs, and every peer that runs our weights draws what they draw."""

import xml.etree.ElementTree as ET

import pytest
import torch

from enhancer.networks import Generator
from enhancer.networks.initialise import initialise
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
