"""Recognition learns, resumes, tells how sure it is, and its file names what it was taught."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from enhancer.errors import WeightsRefused
from enhancer.models.own import own_model
from enhancer.models.recogniser import open_recogniser
from enhancer.models.weights import read_weights
from enhancer.training.loop import Budget, follow
from enhancer.training.recognise import RECOGNITIONS, Course, Recognition
from enhancer.training.recognise.lesson import RULES, Names, calibration_error, moved, temperature
from enhancer.training.watchdog import TrainingStopped, Watchdog
from tests.conftest import ROOT
from tests.training.recognise.test_sources import classes
from tests.training.tiny import accelerator

COURSE = Course(
    network="tiny", side=16, batch=8, warmup=2, decay=0.01, lr=3e-3, shift=1, hold_out=4, report_every=10, smooth=0
)


def run(course: Course, data: Path, out: Path, steps: int) -> Path:
    return follow(Recognition(course, data, torch.device("cpu")), out, Budget(steps=steps), accelerator())


def rows(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "reports.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return classes(tmp_path_factory.mktemp("classes") / "c", ("cats", "dogs", "owls"), 8)


@pytest.mark.parametrize("network", ["tiny", "plain"])
def test_colours_are_learned_and_the_file_names_them(folder: Path, tmp_path: Path, network: str) -> None:
    run(replace(COURSE, network=network), folder, tmp_path, 60)
    assert rows(tmp_path)[-1]["accuracy"] == 1
    recogniser = open_recogniser(tmp_path / "best.safetensors")
    assert recogniser.names == ("cats", "dogs", "owls")
    for n, name in enumerate(recogniser.names):
        red = torch.tensor([(60 * n + 40) / 255, 0.1, 0]).view(3, 1, 1).expand(3, 30, 44)
        guesses = recogniser(red)
        assert guesses[0].name == name
        assert sum(guess.probability for guess in guesses) == pytest.approx(1, abs=1e-5)


def test_a_resumed_run_equals_an_uninterrupted_one(folder: Path, tmp_path: Path) -> None:
    course = replace(COURSE, report_every=1)
    run(course, folder, tmp_path / "whole", 6)
    run(course, folder, tmp_path / "parts", 3)
    run(course, folder, tmp_path / "parts", 6)
    whole, parts = ([row["loss"] for row in rows(tmp_path / name)] for name in ("whole", "parts"))
    assert whole == pytest.approx(parts, abs=1e-6)


def test_the_digits_are_learned_within_seconds(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    run(RECOGNITIONS["digits"], Path("digits"), tmp_path, 300)
    best = max(rows(tmp_path), key=lambda row: row["accuracy"])
    assert best["accuracy"] >= 0.98
    assert best["ece"] < 0.03


def test_pictures_move_by_whole_pixels_and_some_are_mirrored() -> None:
    x = torch.arange(36.0).view(1, 1, 6, 6).expand(40, 1, 6, 6)
    out = moved(x, 1, flip=True, source=torch.Generator().manual_seed(0))
    inner = out[:, 0, 2, 2]
    assert set(inner.tolist()) <= set(x[0, 0, 1:4, 1:5].flatten().tolist())
    assert len(inner.unique()) > 8
    assert torch.equal(moved(x, 0, flip=False, source=torch.Generator()), x)


def test_probabilities_are_brought_to_what_they_are_worth() -> None:
    source = torch.Generator().manual_seed(1)
    truth = torch.randn(4000, 3, generator=source)
    labels = torch.multinomial(truth.softmax(1), 1, generator=source)[:, 0]
    assert temperature(4 * truth, labels) == pytest.approx(4, rel=0.15)
    assert calibration_error((4 * truth).softmax(1), labels) > 0.15
    assert calibration_error(truth.softmax(1), labels) < 0.03


def test_the_watchdog_sees_a_run_that_learns_nothing() -> None:
    dog, poor = Watchdog(0.0, RULES), Names(1, 0.1, 1.1, 0.33, 1.0, 0.1, 0.34)
    for _ in range(RULES[1].patience - 1):
        dog.check(poor, "")
    with pytest.raises(TrainingStopped, match="no better than chance"):
        dog.check(poor, "")
    with pytest.raises(TrainingStopped, match="not a number"):
        Watchdog(0.0, RULES).check(replace(poor, loss=float("nan")), "")


def test_the_two_kinds_of_files_are_not_mistaken_for_each_other(folder: Path, tmp_path: Path) -> None:
    run(replace(COURSE, report_every=2), folder, tmp_path, 2)
    with pytest.raises(WeightsRefused, match="does not give out pictures"):
        own_model(read_weights(tmp_path / "best.safetensors"), "best", "best")
    with pytest.raises(WeightsRefused, match="what its classes are called"):
        open_recogniser(ROOT / "weights" / "x2-fast.safetensors")
