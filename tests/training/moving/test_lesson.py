"""A memory is learned, resumed, and worth more than the same network without it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from enhancer.errors import WeightsRefused
from enhancer.training.loop import Budget, follow
from enhancer.training.moving import VIDEOS, Reel, Video
from enhancer.training.moving.lesson import RULES, Moving, flicker
from enhancer.training.start import seeded, warm_start
from enhancer.training.watchdog import TrainingStopped, Watchdog
from tests.training.tiny import accelerator, make_tiles

REEL = replace(
    VIDEOS["video"], batch=2, patch=32, frames=4, warmup=5, decay=0.01, hold_out=4, report_every=100, slack=40.0,
    muon_lr=0.005, precision="float32", memory=4, still=1.0, things=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiles(tmp_path_factory.mktemp("tiles"))


def run(reel: Reel, tiles: Path, out: Path, steps: int) -> list[dict[str, float]]:
    follow(Video(reel, tiles, None, torch.device("cpu")), out, Budget(steps=steps), accelerator())
    return [json.loads(line) for line in (out / "reports.jsonl").read_text().splitlines()]


def test_a_memory_is_learned_and_used(tiles: Path, tmp_path: Path) -> None:
    rows = run(REEL, tiles, tmp_path, 200)
    assert rows[-1]["psnr"] > rows[0]["psnr"] + 0.5
    assert rows[-1]["psnr"] > rows[-1]["first"] + 0.3
    assert rows[-1]["flicker"] < rows[-1]["input_flicker"]
    assert (tmp_path / "samples" / "0000200.png").is_file()


def test_without_memory_every_frame_stands_alone(tiles: Path) -> None:
    lesson = Video(replace(REEL, recurrent=False), tiles, None, torch.device("cpu"))
    state, frames = lesson.begin(accelerator()), torch.rand(3, 1, 3, 32, 32)
    with torch.no_grad():
        together, alone = lesson.run(state.network, frames), lesson.run(state.network, frames[2:])
    assert torch.equal(together[2], alone[0])


def test_a_run_starts_from_weights_that_fit(tiles: Path, tmp_path: Path) -> None:
    run(REEL, tiles, tmp_path, 2)
    weights = tmp_path / "weights.safetensors"
    state = Video(replace(REEL, seed=9), tiles, weights, torch.device("cpu")).begin(accelerator())
    saved = load_file(weights)
    assert all(torch.equal(tensor.half(), saved[name]) for name, tensor in state.network.state_dict().items())
    with pytest.raises(WeightsRefused, match="does not fit"):
        Video(replace(REEL, memory=5), tiles, weights, torch.device("cpu")).begin(accelerator())


def test_a_larger_scale_begins_where_the_smaller_one_ended(tmp_path: Path) -> None:
    shape = {"memory": 3, "widths": [4, 6], "blocks": [1, 1]}
    small, large = seeded("recurrent-unet", shape, 0), seeded("recurrent-unet", shape | {"scale": 2}, 1)
    save_file(small.state_dict(), tmp_path / "small.safetensors")
    warm_start(large, tmp_path / "small.safetensors")
    frames, states = torch.rand(3, 1, 3, 16, 16), [None, None]
    with torch.no_grad():
        for frame in frames:
            (plain, states[0]), (wide, states[1]) = small(frame, states[0]), large(frame, states[1])
            assert torch.allclose(F.interpolate(plain, scale_factor=2), wide, atol=1e-5)


@pytest.mark.parametrize("name", sorted(VIDEOS))
def test_a_resumed_run_equals_an_uninterrupted_one(name: str, tiles: Path, tmp_path: Path) -> None:
    reel = replace(VIDEOS[name], batch=1, patch=32, frames=2, decay=0.01, hold_out=4, report_every=1, slack=40.0)
    whole = run(reel, tiles, tmp_path / "whole", 3)
    run(reel, tiles, tmp_path / "parts", 1)
    parts = run(reel, tiles, tmp_path / "parts", 3)
    assert [row["loss"] for row in whole] == pytest.approx([row["loss"] for row in parts], abs=1e-6)


def test_flicker_is_change_that_the_truth_does_not_have() -> None:
    truth = torch.rand(1, 3, 4, 4).expand(5, 3, 4, 4)
    steady, off = truth + 0.1, torch.tensor([0.0, 0.02, 0.0, 0.02, 0.0]).view(5, 1, 1, 1)
    assert flicker(steady, truth) == pytest.approx(0, abs=1e-4)
    assert flicker(truth + off, truth) == pytest.approx(0.02 * 255, rel=1e-3)


@pytest.mark.parametrize(("number", "wrong"), [(0, {"loss": float("nan")}), (1, {"psnr": 20.0})])
def test_a_run_that_goes_wrong_is_stopped(number: int, wrong: dict[str, float]) -> None:
    fine = Moving(1, 0.1, 0.1, 30.0, 28.0, 25.0, 2.0, 4.0)
    rule, dog = RULES[number], Watchdog(0.0, RULES)
    for _ in range(rule.patience - 1):
        dog.check(replace(fine, **wrong), "")
    with pytest.raises(TrainingStopped, match=rule.name):
        dog.check(replace(fine, **wrong), "")
