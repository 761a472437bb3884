"""A GAN and a VAE learn digits, resume, and are stopped where they collapse."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from enhancer.training.loop import Budget, follow
from enhancer.training.synthesise import DRAFTS, Draft, Synthesis
from enhancer.training.synthesise.lesson import RULES, Drawings
from enhancer.training.watchdog import TrainingStopped, Watchdog
from tests.conftest import ROOT
from tests.training.tiny import accelerator

pytest.importorskip("sklearn", reason="scikit-learn, which carries the digits, is not installed")
JUDGE = ROOT / "weights" / "lab" / "digits.safetensors"
FINE = Drawings(step=1, minutes=0.1, loss=1.0, frechet=3.0, sure=0.9, variety=0.9, copied=0.0)


def run(recipe: Draft, out: Path, steps: int) -> list[dict[str, float]]:
    lesson = Synthesis(recipe, Path("digits"), JUDGE, torch.device("cpu"))
    follow(lesson, out, Budget(steps=steps), accelerator())
    return [json.loads(line) for line in (out / "reports.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("name", ["gan-digits", "vae-digits"])
def test_drawings_come_nearer_to_real_digits(name: str, tmp_path: Path) -> None:
    narrow = 0.1  # so few channels draw so much alike in the beginning that the watch-dog would bark
    recipe = replace(DRAFTS[name], width=16, report_every=40, lr=1e-3, ema=0.95, slack=narrow)
    rows = run(recipe, tmp_path, 200)
    assert rows[-1]["frechet"] < 0.7 * rows[0]["frechet"]
    if recipe.kind == "vae":
        assert rows[-1]["psnr"] > rows[0]["psnr"] + 1
        assert rows[-1]["elbo"] > rows[0]["elbo"]
    assert len(list((tmp_path / "samples").glob("*.png"))) == 5


@pytest.mark.parametrize("name", ["gan-digits", "vae-digits"])
def test_a_resumed_run_equals_an_uninterrupted_one(name: str, tmp_path: Path) -> None:
    recipe = replace(DRAFTS[name], width=8, report_every=2, decay=0.01)
    whole = run(recipe, tmp_path / "whole", 4)
    run(recipe, tmp_path / "parts", 2)
    parts = run(recipe, tmp_path / "parts", 4)
    assert [row["loss"] for row in whole] == pytest.approx([row["loss"] for row in parts], abs=1e-6)


@pytest.mark.parametrize(("number", "wrong"), [(0, {"loss": float("nan")}), (1, {"variety": 0.1})])
def test_a_run_that_goes_wrong_is_stopped(number: int, wrong: dict[str, float]) -> None:
    rule, dog = RULES[number], Watchdog(DRAFTS["gan-digits"].slack, RULES)
    for _ in range(rule.patience - 1):
        dog.check(replace(FINE, **wrong), "")
    with pytest.raises(TrainingStopped, match=rule.name):
        dog.check(replace(FINE, **wrong), "")


def test_every_fault_has_its_case() -> None:
    assert len(RULES) == 2
