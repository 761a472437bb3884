"""The diagnosis and the proposed chain as people type them, and from Python."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data as pictures

import enhancer
from enhancer.cli import DONE, WRONG_USAGE, main
from enhancer.evidence.recipe_text import from_json
from enhancer.media import embedded_recipe, open_picture


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    clean = pictures.chelsea()[100:164, 100:196]
    grain = np.random.default_rng(0).normal(0, 20, clean.shape)
    file = tmp_path / "noisy.png"
    Image.fromarray((clean + grain).round().clip(0, 255).astype(np.uint8)).save(file)
    return file


@pytest.fixture
def calm(tmp_path: Path) -> Path:
    file = tmp_path / "calm.png"
    Image.fromarray(pictures.coffee()[80:208, 150:310]).save(file)
    return file


def chain(file: Path, factor: float) -> list[str]:
    found = enhancer.diagnose(open_picture(file), file.read_bytes())
    return [step.task_id for step in enhancer.propose(found, factor).chain]


def test_diagnose_prints_figures_evidence_and_steps(noisy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", str(noisy)]) == DONE
    out = capsys.readouterr().out
    for text in (
        "Noise",
        "levels of 255",
        "neighbouring pixels scatter",
        f"1. {chain(noisy, 2)[0]}",
        "Enlarged 2 times",
    ):
        assert text in out
    assert main(["diagnose", str(noisy), "--scale", "1", "--json"]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert [step["step"]["task_id"] for step in found["steps"]] == chain(noisy, 1)
    assert {finding["id"] for finding in found["findings"]} >= {"noise", "jpeg", "softness"}


def test_diagnose_says_when_there_is_nothing_to_do(calm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", str(calm), "--scale", "1"]) == DONE
    assert "Nothing to do." in capsys.readouterr().out


def test_auto_does_what_was_proposed_and_verifies(noisy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = noisy.with_name("better.png")
    assert main(["enhance", str(noisy), str(target), "--auto", "--recipe", "--scale", "3"]) == DONE
    assert ", ".join(chain(noisy, 3)) in capsys.readouterr().out
    recipe = from_json(embedded_recipe(target.read_bytes()) or "")
    assert [step.task for step in recipe.steps] == chain(noisy, 3)
    assert main(["verify", str(target), "--source", str(noisy)]) == DONE
    plain = noisy.with_name("plain.png")
    assert main(["enhance", str(noisy), str(plain), "--auto"]) == DONE
    better = enhancer.auto(open_picture(noisy), file=noisy.read_bytes())
    assert (better.width, better.height) == (192, 128)
    assert torch.equal(open_picture(plain).pixels, (better.pixels * 255 + 0.5).floor() / 255)


def test_a_clean_picture_that_keeps_its_size_is_passed_on(calm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = calm.with_name("same.png")
    assert main(["enhance", str(calm), str(target), "--auto", "--scale", "1", "--recipe"]) == DONE
    assert "nothing to do" in capsys.readouterr().out
    assert torch.equal(open_picture(target).pixels, open_picture(calm).pixels)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--task", "gamma"], "leave --task out"),
        (["--model", "x2-fast"], "not --model"),
        (["--scale", "5"], "between 1 and 4"),
    ],
)
def test_auto_chooses_by_itself(
    noisy: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = noisy.with_name("never.png")
    assert main(["enhance", str(noisy), str(target), "--auto", *arguments]) == WRONG_USAGE
    assert told in capsys.readouterr().err
    assert not target.exists()


def test_a_wish_in_words_is_told_and_done(calm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, plain = calm.with_name("said.png"), calm.with_name("plain.png")
    assert main(["enhance", str(calm), str(target), "--say", "a little brighter"]) == DONE
    assert "1. gamma (gamma 1.15): 'brighter'" in capsys.readouterr().out
    assert main(["enhance", str(calm), str(plain), "--task", "gamma", "--gamma", "1.15"]) == DONE
    assert torch.equal(open_picture(target).pixels, open_picture(plain).pixels)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--say", "brighter, with a dog"], "Not understood: dog."),
        (["--say", "do not sharpen"], "Nothing is left to be done."),
        (["--say", "brighter", "--task", "gamma"], "leave --task and its options out"),
        (["--say", "brighter", "--scale", "2"], "leave --task and its options out"),
    ],
)
def test_a_wish_that_is_not_clear_is_not_done(
    arguments: list[str], told: str, calm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = calm.with_name("said.png")
    assert main(["enhance", str(calm), str(target), *arguments]) == WRONG_USAGE
    assert told in capsys.readouterr().err
    assert not target.exists()
