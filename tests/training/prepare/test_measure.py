"""Every fault of a tile is measured, and good tiles pass."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data as pictures

from enhancer.training.prepare import Plan
from enhancer.training.prepare.measure import fault, measure
from enhancer.training.prepare.read import read_picture, shrunken
from tests.training.prepare.conftest import as_jpeg, resized

PLAN = Plan()


@pytest.fixture(scope="module")
def tile(sharp: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(sharp[100:484, 60:444])


def reason(pixels: np.ndarray) -> str | None:
    found = fault(measure(pixels), PLAN)
    return found[0] if found else None


def test_a_good_tile_passes(tile: np.ndarray) -> None:
    assert reason(tile) is None


def test_faults_are_told_apart(tile: np.ndarray) -> None:
    noise = np.random.default_rng(0).normal(0, 15, tile.shape)
    soft = Image.fromarray(tile).filter(ImageFilter.GaussianBlur(3))
    ramp = np.repeat(np.linspace(40, 200, 384)[None, :, None], 384, 0).repeat(3, 2)
    assert reason(np.asarray(soft)) == "blurred"
    assert reason(as_jpeg(tile, 20)) == "blocky"
    assert reason((tile + noise).clip(0, 255).astype(np.uint8)) == "noisy"
    assert reason(ramp.astype(np.uint8)) == "flat"
    assert reason(np.zeros_like(tile)) == "flat"


def test_blocks_grow_with_compression_and_are_found_wherever_the_grid_lies(tile: np.ndarray) -> None:
    figures = [measure(as_jpeg(tile, q)).blocks for q in (95, 70, 40, 10)]
    assert figures == sorted(figures)
    whole = measure(as_jpeg(tile, 20)).blocks
    assert measure(as_jpeg(tile, 20)[3:, 5:]).blocks == pytest.approx(whole, rel=0.1)


def test_shrinking_hides_blocks_that_are_still_looked_for_at_their_new_size(tile: np.ndarray) -> None:
    """At three quarters the grid has 6 pixels; a measure of 8 would never see it."""
    before, after = measure(as_jpeg(tile, 20)).blocks, measure(shrunken(as_jpeg(tile, 20), 0.75), 0.75).blocks
    clean = measure(shrunken(tile, 0.75), 0.75).blocks
    assert clean + 0.15 < after < before


def test_noise_is_in_levels(tile: np.ndarray) -> None:
    quiet = np.full((256, 256, 3), 128.0)
    noisy = (quiet + np.random.default_rng(1).normal(0, 7, quiet.shape)).round().astype(np.uint8)
    assert measure(noisy).noise == pytest.approx(7, rel=0.05)


def test_fine_texture_is_not_noise(shared: Path) -> None:
    """Snow on firs and a lawn: each has more than 10 levels of what a measure of noise sees."""
    names = ("elementary--Snow_Forest__6865822d--0.webp", "CID22--3571065--0.webp")
    for name in names:
        tile = read_picture(shared / "data" / "train" / name)
        assert measure(tile).noise > PLAN.noise
        assert reason(tile) is None


def test_limits_are_those_of_the_plan(tile: np.ndarray) -> None:
    figures = measure(tile)
    assert fault(figures, replace(PLAN, detail=figures.detail + 1))[0] == "flat"  # type: ignore[index]
    assert fault(figures, replace(PLAN, blur=figures.blur - 0.01))[0] == "blurred"  # type: ignore[index]


def test_enlarged_pictures_are_blurred() -> None:
    small = resized(pictures.coffee(), 0.2)
    assert reason(resized(small, 5)[:384, :384]) == "blurred"


def test_live1_at_quality_20_is_blocky_and_the_originals_pass(shared: Path) -> None:
    files = sorted((shared / "data" / "bench" / "LIVE1" / "HR").glob("*.png"))[::3]
    originals = [read_picture(f)[:384, :384] for f in files]
    assert [reason(o) for o in originals] == [None] * len(files)
    assert min(measure(as_jpeg(o, 20)).blocks for o in originals) > PLAN.blocks
