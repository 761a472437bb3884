"""The public face: three lines, light, and nothing more than it says."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from skimage import data as pictures

import enhancer
from enhancer.errors import BadRecipe
from enhancer.evidence.guard import Guard, pack
from enhancer.evidence.guard_words import BRUSH
from enhancer.evidence.recipe import record
from enhancer.evidence.recipe_files import beside, texts
from enhancer.hall import default_engine
from enhancer.tasks.chain import Step
from enhancer.tasks.resize import resize
from tests.conftest import ROOT


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    file = tmp_path / "cat.png"
    Image.fromarray(pictures.chelsea()[100:148, 100:164]).save(file)
    return file


def test_every_public_name_is_there() -> None:
    assert sorted(enhancer.__all__) == enhancer.__all__
    for name in enhancer.__all__:
        assert getattr(enhancer, name).__doc__


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'magic'"):
        _ = enhancer.magic


def test_naming_a_door_opens_no_other() -> None:
    program = "import enhancer, sys; print('torch' in sys.modules, 'enhancer.evidence' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "False"]


def test_a_picture_can_be_asked_how_far_to_trust_it(cat: Path) -> None:
    source = enhancer.open_picture(cat)
    result = enhancer.enhance(source, scale=2)
    found = enhancer.consistency(result, source)
    assert (len(found.map), found.figure > 30) == (48, True)
    fitted = enhancer.make_consistent(result, source)
    assert enhancer.consistency(fitted, source).figure > found.figure
    assert torch.equal(fitted.pixels, enhancer.enhance(source, scale=2, consistent=True).pixels)
    rows = enhancer.self_test(source).rows
    assert rows[0].method == "a plain resize"
    assert {"x2-fast", "x4-fast"} <= {row.method for row in rows[1:]}
    guess = enhancer.uncertainty(source)
    assert guess.calibrated
    assert guess.map.shape == (1, 96, 128)


def test_parts_of_a_picture_can_be_protected(cat: Path) -> None:
    source = enhancer.open_picture(cat)
    result = enhancer.enhance(source, scale=2)
    half = (torch.arange(64) < 32).float().expand(48, 64)
    kept = enhancer.protect(result, source, ["text", Guard(BRUSH, mask=pack(half))]).pixels
    plain = resize(source.pixels, 96, 128)
    assert torch.allclose(kept[..., :40], plain[..., :40], atol=1e-3)
    assert torch.equal(kept[..., 100:], result.pixels[..., 100:])
    assert enhancer.protect(result, source, []) is result
    with pytest.raises(enhancer.EnhancerError, match="Nothing is known that protects 'sky'"):
        enhancer.protect(result, source, ["sky"])


def test_under_transparency_colours_are_those_that_the_task_saw() -> None:
    alpha = (torch.arange(16) < 8).float().expand(1, 12, 16)
    source = enhancer.Picture(torch.rand(3, 12, 16, generator=torch.Generator().manual_seed(0)), alpha)
    fitted = enhancer.make_consistent(enhancer.enhance(source, scale=2), source)
    assert torch.equal(fitted.pixels, enhancer.enhance(source, scale=2, consistent=True).pixels)
    assert fitted.alpha is not None


def test_a_result_can_be_verified_with_its_recipe_inside_or_beside(cat: Path) -> None:
    done, recipe = record(enhancer.open_picture(cat), [Step("upscale", {"consistent": True})], default_engine())
    inside, carried = cat.with_name("a.png"), cat.with_name("b.webp")
    enhancer.save_picture(done, inside, recipe=texts(recipe, "png")[0])
    enhancer.save_picture(done, carried)
    with pytest.raises(BadRecipe, match="carries no recipe"):
        enhancer.verify(carried, cat)
    beside(carried).write_text(texts(recipe, "webp")[1] or "")
    for result in (inside, carried):
        assert enhancer.verify(str(result), str(cat)).outcome == "bit-identical"
