"""The loop learns, resumes to the step, and leaves files that rebuild their own network."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors import safe_open
from skimage import data as pictures

from enhancer.networks import Generator
from enhancer.training.checkpoint import export, warm_start
from enhancer.training.data import Pairs, dihedral, hold_out, picture_files
from enhancer.training.degradations import bicubic
from enhancer.training.loop import begin, silent_channels, step, train, validate
from enhancer.training.recipes import RECIPES, Recipe

TINY = Recipe(scale=2, network={"channels": 16, "depth": 3}, batch=4, patch=16, final_patch=16, warmup=5, hold_out=4)


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiles")
    astronaut = pictures.astronaut()
    for n in range(8):
        y, x = 128 * (n // 4), 128 * (n % 4)
        Image.fromarray(astronaut[y : y + 128, x : x + 128]).save(folder / f"{n}.png")
    return folder


@pytest.fixture(scope="module")
def pairs(tiles: Path) -> Pairs:
    return Pairs.load(picture_files(tiles), 2)


def test_pairs_are_aligned_under_every_turn(pairs: Pairs) -> None:
    """A crop from the inside, shrunk again, is the small crop: the two never slip against each other."""
    small, sharp = pairs.batch(16, 32, torch.Generator().manual_seed(0))
    again = torch.stack([bicubic(s, 2) for s in sharp])
    inside = slice(4, -4)
    levels = (again - small)[:, :, inside, inside].abs() * 255
    assert levels.max() < 2.1  # a quarter turn swaps which direction is rounded first
    assert levels.mean() < 0.3


def test_the_eight_turns_are_different() -> None:
    x = torch.arange(9.0).reshape(1, 3, 3)
    assert len({tuple(dihedral(x, turn).flatten().tolist()) for turn in range(8)}) == 8


def test_held_out_files_are_never_trained_on(tiles: Path) -> None:
    files = picture_files(tiles)
    training, validation = hold_out(files, 4)
    assert len(validation) == 2
    assert set(training) | set(validation) == set(files)
    assert not set(training) & set(validation)


def test_training_learns(pairs: Pairs) -> None:
    state = begin(TINY, None)
    before = validate(state.network, pairs)
    losses = [step(state, TINY, pairs, 0.0) for _ in range(40)]
    assert validate(state.network, pairs) > before + 0.5
    assert sum(losses[-10:]) < sum(losses[:10])
    assert len(silent_channels(state.network, pairs)) == 3


def test_a_resumed_run_equals_an_uninterrupted_one(pairs: Pairs, tmp_path: Path) -> None:
    whole = begin(TINY, None)
    expected = [step(whole, TINY, pairs, 0.0) for _ in range(8)]
    broken = begin(TINY, None)
    seen = [step(broken, TINY, pairs, 0.0) for _ in range(3)]
    broken.save(tmp_path / "checkpoint.pt")
    resumed = begin(TINY, None)
    resumed.load(tmp_path / "checkpoint.pt")
    seen += [step(resumed, TINY, pairs, 0.0) for _ in range(5)]
    assert seen == pytest.approx(expected, abs=1e-6)


def test_train_writes_weights_with_their_architecture(tiles: Path, tmp_path: Path) -> None:
    file = train(TINY, tiles, tmp_path / "run", minutes=0.02, report_every=2)
    with safe_open(file, "pt") as opened:
        header = opened.metadata()
    assert header["architecture"] == "generator"
    Generator(**json.loads(header["hyperparameters"]))
    assert (tmp_path / "run" / "checkpoint.pt").exists()


def test_a_tail_for_another_scale_starts_from_the_sub_pixels_it_covers(tmp_path: Path) -> None:
    torch.manual_seed(0)
    small = Generator(scale=2, channels=8, depth=1)
    export(small, "generator", {}, tmp_path / "x2.safetensors")
    large = Generator(scale=4, channels=8, depth=1)
    warm_start(large, tmp_path / "x2.safetensors")
    x = torch.rand(1, 3, 6, 6)
    twice = torch.nn.functional.interpolate(small(x), scale_factor=2.0, mode="nearest")
    assert torch.allclose(large(x), twice, atol=2e-3)


def test_rates_rise_stay_and_fall_to_zero() -> None:
    recipe = replace(TINY, warmup=10, decay=0.5)
    assert recipe.rate(0, 0.0) == pytest.approx(0.1)
    assert recipe.rate(100, 0.4) == 1
    assert recipe.rate(100, 0.75) == pytest.approx(0.5)
    assert recipe.rate(100, 1.0) == 0


def test_recipes_match_their_names() -> None:
    assert all(f"x{recipe.scale}" in name for name, recipe in RECIPES.items())


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no picture"):
        picture_files(tmp_path)


def test_tiles_of_different_sizes_are_refused(tmp_path: Path) -> None:
    for side in (16, 32):
        Image.new("RGB", (side, side)).save(tmp_path / f"{side}.png")
    with pytest.raises(ValueError, match="one size"):
        Pairs.load(picture_files(tmp_path), 2)
