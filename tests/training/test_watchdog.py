"""The watch-dog stops what has gone wrong, and lets go on what has not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from enhancer.training import update
from enhancer.training.loop import Budget, train
from enhancer.training.watchdog import RULES, Report, TrainingStopped, Watchdog
from tests.training.tiny import TINY, make_tiles

FINE = Report(step=2000, minutes=0.1, loss=0.1, psnr=30, haarpsi=0.9, untouched=28, contrast=0.98, drift=0.2)
WRONG: dict[str, dict[str, Any]] = {
    "the loss is not a number": {"loss": float("nan")},
    "the output turns grey": {"contrast": 0.3},
    "the colours drift": {"drift": 9.0},
    "worse than the untouched input": {"psnr": 27.0},
    "the discriminator has collapsed": {"real": 0.5, "fake": 0.5},
}


def test_every_rule_has_a_case() -> None:
    assert WRONG.keys() == {rule.name for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_broken_rule_ends_the_run_when_its_patience_is_over(rule: Any) -> None:
    dog, wrong = Watchdog(0.0), replace(FINE, **WRONG[rule.name])
    for _ in range(rule.patience - 1):
        dog.check(wrong, "")
    dog.check(FINE, "")  # one good report calms it
    for _ in range(rule.patience - 1):
        dog.check(wrong, "")
    with pytest.raises(TrainingStopped, match=rf"Stopped at step 2000: {rule.name}\. kept"):
        dog.check(wrong, "kept")


def test_a_discriminator_that_is_never_fooled_has_collapsed_too_and_a_fair_game_has_not() -> None:
    dog = Watchdog(0.0)
    for _ in range(10):
        dog.check(replace(FINE, real=0.7, fake=0.3), "")
    certain = replace(FINE, real=1.0, fake=0.0)
    for _ in range(3):
        dog.check(certain, "")
    with pytest.raises(TrainingStopped, match="collapsed"):
        dog.check(certain, "")


def test_a_discriminator_that_has_not_learned_yet_has_not_collapsed() -> None:
    dog = Watchdog(0.0)
    for _ in range(10):
        dog.check(replace(FINE, step=40, real=0.06, fake=0.06), "")


def test_slack_lets_adversarial_runs_fall_a_little_below_the_input() -> None:
    dog = Watchdog(1.5)
    for _ in range(10):
        dog.check(replace(FINE, psnr=27.0), "")


def test_a_run_that_goes_wrong_keeps_its_best_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiles, out = make_tiles(tmp_path / "tiles"), tmp_path / "run"
    train(TINY, tiles, out, Budget(steps=20))
    best, checkpoint = ((out / name).read_bytes() for name in ("best.safetensors", "checkpoint.pt"))
    spoilt = update.pixel_distance
    monkeypatch.setattr(update, "pixel_distance", lambda *a: spoilt(*a) * torch.tensor(float("nan")))
    with pytest.raises(TrainingStopped, match=r"not a number\. The weights of step \d+ are in .+best\.safetensors"):
        train(TINY, tiles, out, Budget(steps=40))
    assert (out / "best.safetensors").read_bytes() == best
    assert (out / "checkpoint.pt").read_bytes() == checkpoint
