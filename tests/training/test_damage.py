"""Every recipe's pictures: the right shapes, a map that tells the truth, and a network that learns from them."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from enhancer.networks.unet import UNKNOWN
from enhancer.training.damage import DAMAGES, jpeg, noise
from enhancer.training.data import picture_files
from enhancer.training.feed import feed
from enhancer.training.judge import run
from enhancer.training.recipes import RECIPES
from enhancer.training.start import begin
from enhancer.training.update import step
from tests.training.tiny import accelerator, make_tiles

SMALL = {"batch": 2, "patch": 32, "final_patch": 32, "hold_out": 4, "warmup": 2, "discriminator_width": 8}


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiles(tmp_path_factory.mktemp("tiles"))


@pytest.mark.parametrize("name", sorted(RECIPES.keys() - {"finetune"}))
def test_every_recipe_makes_a_finite_step(tiles: Path, name: str) -> None:
    patch = 64 // RECIPES[name].scale
    recipe = replace(RECIPES[name], **(SMALL | {"patch": patch, "final_patch": patch}))
    pairs = feed(picture_files(tiles), recipe, torch.device("cpu"))
    sample = pairs.batch(2, recipe.patch, torch.Generator().manual_seed(0))
    assert sample.sharp.shape[-1] == recipe.scale * sample.small.shape[-1] == recipe.scale * recipe.patch
    state = begin(recipe, None, accelerator())
    figures = step(state, recipe, pairs, 0.0, accelerator())
    assert all(bool(torch.isfinite(value)) for value in figures.values())
    assert ("real" in figures) == bool(recipe.adversarial)


def test_the_noise_map_is_the_deviation_that_each_picture_received() -> None:
    sharp = torch.full((32, 3, 64, 64), 0.5)
    sample = noise(1)(sharp, torch.Generator().manual_seed(1))
    assert sample.plane is not None
    measured = (sample.small - sharp).flatten(1).std(1)
    assert torch.allclose(sample.plane[:, 0, 0, 0], measured)
    assert sample.plane.shape == (32, 1, 64, 64)
    assert float(measured.max()) > 0.12  # up to 55 of 255
    assert float(sample.small.max()) > 1  # unclipped


def test_half_of_strong_jpeg_is_below_quality_22() -> None:
    x = torch.rand(400, 3, 16, 16, generator=torch.Generator().manual_seed(2))
    shares = []
    for name in ("jpeg", "strong-jpeg"):
        make = DAMAGES[name]
        assert make is not None
        plane = make(1)(x, torch.Generator().manual_seed(3)).plane
        assert plane is not None
        strength = plane[:, 0, 0, 0]
        shares.append(float((strength[strength >= 0] > 0.78).float().mean()))
    assert shares == pytest.approx([0.19, 0.5], abs=0.08)


def test_the_jpeg_map_is_unknown_where_the_picture_was_saved_twice() -> None:
    sample = jpeg(1)(torch.rand(64, 3, 32, 32, generator=torch.Generator().manual_seed(2)), torch.Generator())
    assert sample.plane is not None
    levels = sample.plane[:, 0, 0, 0]
    assert 0 < int((levels == UNKNOWN).sum()) < 32
    known = levels[levels != UNKNOWN]
    assert float(known.min()) >= 0.05 - 1e-6
    assert float(known.max()) <= 0.95 + 1e-6


def test_grey_pictures_are_as_frequent_as_asked(tiles: Path) -> None:
    recipe = replace(RECIPES["deblock"], **SMALL, grey=0.5)
    sharp = feed(picture_files(tiles), recipe, torch.device("cpu")).batch(200, 16, torch.Generator()).sharp
    grey = (sharp - sharp.mean(1, keepdim=True)).abs().amax((1, 2, 3)) < 1e-5
    assert float(grey.float().mean()) == pytest.approx(0.5, abs=0.12)


def test_denoising_learns(tiles: Path) -> None:
    recipe = replace(RECIPES["denoise"], **SMALL)
    pairs = feed(picture_files(tiles), recipe, torch.device("cpu"))
    state = begin(recipe, None, accelerator())
    sample = pairs.batch(32, 16, torch.Generator().manual_seed(9))

    def error() -> float:
        with torch.no_grad():
            return float((run(state.network, sample, bfloat16=False) - sample.sharp).abs().mean())

    before = error()
    for _ in range(40):
        step(state, recipe, pairs, 0.0, accelerator())
    assert error() < 0.7 * before


def test_every_damage_belongs_to_a_recipe() -> None:
    assert {recipe.degradation for recipe in RECIPES.values()} == DAMAGES.keys()
