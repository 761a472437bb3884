"""Faults are learned from tiles, a run resumes, and the file that leaves it tells the faults of a picture."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from enhancer.errors import WeightsRefused
from enhancer.models.inspector import open_inspector
from enhancer.models.recogniser import open_recogniser
from enhancer.training.degradations.faults import FAULTS
from enhancer.training.loop import Budget, follow
from enhancer.training.recognise import INSPECTIONS, Inspecting, Inspection
from enhancer.training.recognise.faults import ROW, RULES, Seen, named
from enhancer.training.watchdog import TrainingStopped, Watchdog
from tests.conftest import ROOT
from tests.training.tiny import accelerator, make_tiles

SMALL = replace(
    INSPECTIONS["faults"],
    **{"batch": 12, "patch": 48, "width": 8, "warmup": 5, "ema": 0.9, "hold_out": 4, "report_every": 60},
    decay=0.5,
    precision="float32",
)


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiles(tmp_path_factory.mktemp("tiles"))


def run(recipe: Inspection, tiles: Path, out: Path, steps: int) -> list[dict[str, float]]:
    follow(Inspecting(recipe, tiles, torch.device("cpu")), out, Budget(steps=steps), accelerator())
    return [json.loads(line) for line in (out / "reports.jsonl").read_text().splitlines()]


def test_faults_are_learned_and_told_by_the_file(tiles: Path, tmp_path: Path) -> None:
    rows = run(SMALL, tiles, tmp_path, 120)
    assert max(row["macro"] for row in rows) > 2 / ROW  # chance is 1 / ROW
    inspector = open_inspector(tmp_path / "weights.safetensors")
    assert inspector.names == FAULTS
    noise = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))
    found, again = (inspector([noise, crop]) for crop in (noise, noise.flip(1)))
    assert set(found) == set(FAULTS)
    assert all(0 <= p <= 1 for p in found.values())
    assert found != again
    with pytest.raises(ValueError, match="at least one crop"):
        inspector([])


def test_a_resumed_run_equals_an_uninterrupted_one(tiles: Path, tmp_path: Path) -> None:
    recipe = replace(SMALL, report_every=1, decay=0.01)
    whole = run(recipe, tiles, tmp_path / "whole", 3)
    run(recipe, tiles, tmp_path / "parts", 1)
    parts = run(recipe, tiles, tmp_path / "parts", 3)
    assert [row["loss"] for row in whole] == pytest.approx([row["loss"] for row in parts], abs=1e-6)


def test_the_likeliest_fault_is_named_and_none_where_none_is_likely() -> None:
    class Bright(nn.Module):
        """Says what the first pixels say."""

        def __init__(self) -> None:
            super().__init__()
            self.unused = nn.Parameter(torch.zeros(1))  # says where the network lives

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, 0, 0, : len(FAULTS)] * 255 - 100

    pictures = torch.zeros(3, 3, 8, 8, dtype=torch.uint8)
    pictures[1, 0, 0, 4], pictures[2, 0, 0, 1] = 200, 101
    assert named(Bright(), pictures).tolist() == [0, 5, 2]


@pytest.mark.parametrize(("number", "wrong"), [(0, {"loss": float("nan")}), (1, {"macro": 0.1})])
def test_a_run_that_goes_wrong_is_stopped(number: int, wrong: dict[str, float]) -> None:
    fine = Seen(step=1, minutes=0.1, loss=0.5, macro=0.9, shares=(0.9,) * ROW)
    rule, dog = RULES[number], Watchdog(0.0, RULES)
    for _ in range(rule.patience - 1):
        dog.check(replace(fine, **wrong), "")
    with pytest.raises(TrainingStopped, match=rule.name):
        dog.check(replace(fine, **wrong), "")


def test_files_of_the_other_kind_are_refused(tiles: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsRefused, match="names one class of each picture"):
        open_inspector(ROOT / "weights" / "lab" / "digits.safetensors")
    run(replace(SMALL, report_every=1), tiles, tmp_path, 1)
    with pytest.raises(WeightsRefused, match="says which faults"):
        open_recogniser(tmp_path / "weights.safetensors")
