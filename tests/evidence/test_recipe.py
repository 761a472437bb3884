"""A recipe says what really ran."""

import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data as pictures

from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadRecipe
from enhancer.evidence.recipe import Fingerprint, fingerprint, record
from enhancer.evidence.recipe_text import from_json, from_link, to_json, to_link
from enhancer.media import Picture, decode, encode
from enhancer.models.catalog import entry
from enhancer.models.contract import Origin
from enhancer.models.entry import Bundled
from enhancer.models.fetch import digest
from enhancer.models.store import Store
from enhancer.networks import Generator
from enhancer.progress import Progress
from enhancer.settings import VERSION, Settings
from enhancer.tasks import choose
from enhancer.tasks.chain import Step as Wish
from enhancer.tasks.chain import run_chain
from enhancer.training.checkpoint import export
from tests.conftest import ROOT
from tests.engine.test_tiling import Shelf, generator
from tests.media.make import picture
from tests.models.conftest import make_entry


def cat(height: int = 24, width: int = 32) -> Picture:
    crop = pictures.chelsea()[100 : 100 + height, 100 : 100 + width].copy()
    return Picture(torch.from_numpy(crop).permute(2, 0, 1) / 255)


@pytest.fixture(scope="module")
def hall() -> Engine:
    return Engine(Store(Settings()), Settings(device="cpu"))


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "enhancer.settings.VERSION"}


def test_a_fingerprint_can_be_made_by_anybody() -> None:
    pixels = (pictures.chelsea()[:9, :7].astype(int) + 256).astype(">u2")
    found = fingerprint(Picture(torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1) / 65535, depth=16))
    assert found == Fingerprint(hashlib.sha256(b"7x9 3 16\n" + pixels.tobytes()).hexdigest(), 7, 9, 16)


@pytest.mark.parametrize(("depth", "grey", "alpha"), [(8, False, False), (8, True, True), (16, True, False)])
def test_a_fingerprint_does_not_depend_on_the_format(depth: int, grey: bool, alpha: bool) -> None:
    before = picture(depth, grey, alpha)
    for kind in ("png", "tiff", *(["webp"] if depth == 8 else [])):
        assert fingerprint(decode(encode(before, kind))) == fingerprint(before), kind


def test_every_sample_counts() -> None:
    before = picture(alpha=True)
    prints = {fingerprint(before).sha256}
    assert before.alpha is not None
    for changed in (
        before.with_pixels(1 - before.pixels, before.alpha),
        before.with_pixels(before.pixels, 1 - before.alpha),
        before.with_pixels(before.pixels),
        before.with_pixels(before.pixels.transpose(1, 2), before.alpha.transpose(1, 2)),
    ):
        prints.add(fingerprint(changed).sha256)
    assert len(prints) == 5


def test_what_was_resolved_is_recorded(hall: Engine) -> None:
    source, file = cat(), b"the bytes of a file"
    result, recipe = record(source, [Wish("upscale", {"model": "x2-fast"})], hall, file=file)
    bundled = entry("x2-fast")
    assert (result.width, result.height) == (64, 48)
    (step,) = recipe.steps
    assert step.models == (Origin("x2-fast", bundled.sha256),)
    assert (step.options["model"], step.options["scale"], step.options["strength"]) == ("x2-fast", 2.0, 1.0)
    assert recipe.file == hashlib.sha256(file).hexdigest()
    assert recipe.source == fingerprint(source)
    assert recipe.result == fingerprint(result)
    assert (recipe.version, recipe.device, recipe.torch) == (VERSION, "cpu", torch.__version__)
    assert recipe.precision in ("bfloat16", "float32")
    assert recipe.drawn
    assert from_json(to_json(recipe)) == recipe
    assert from_link(to_link(recipe)) == recipe


def test_several_networks_in_one_run_are_all_named(hall: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enhancer.tasks.choose.CATALOG", (entry("x2-fast"), entry("x4-fast")))
    _, recipe = record(cat(8, 8), [Wish("upscale", {"width": 64})], hall)
    step = recipe.steps[0]
    assert [m.id for m in step.models] == ["x4-fast", "x2-fast"]
    assert (step.options["model"], step.options["scale"]) == ("auto", None)
    assert from_json(to_json(recipe)) == recipe


def test_a_chain_is_a_list(hall: Engine) -> None:
    wishes = [Wish("gamma", {"gamma": 1.5}), Wish("upscale", {"strength": 0})]
    result, recipe = record(cat(), wishes, hall)
    assert torch.equal(result.pixels, run_chain(cat(), wishes, hall, Progress()).pixels)
    assert [s.task for s in recipe.steps] == ["gamma", "upscale"]
    assert recipe.steps[0].options["gamma"] == 1.5
    assert recipe.steps[1].options["model"] == "auto"
    assert not recipe.drawn
    assert recipe.result == fingerprint(result)


def test_a_blend_names_both_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = []
    for name, twin in (("calm", ""), ("crisp", "calm")):
        file = tmp_path / f"{name}.safetensors"
        export(Generator(scale=2, channels=8, depth=2), "generator", {"scale": 2, "channels": 8, "depth": 2}, file)
        entries.append(replace(make_entry(Bundled(file.name), digest(file)), id=name, twin=twin))
    monkeypatch.setattr(choose, "CATALOG", tuple(entries))
    own = Settings(weights=tmp_path, device="cpu", precision="float32")
    hall = Engine(Store(own, tuple(entries)), own)
    for given, share in ((None, choose.CRISPNESS), (0.25, 0.25)):
        _, recipe = record(cat(8, 8), [Wish("upscale", {"crispness": given})], hall)
        (step,) = recipe.steps
        assert step.models == tuple(
            Origin(e.id, e.sha256, part) for e, part in zip(entries, (1 - share, share), strict=True)
        )
        assert (step.options["model"], step.options["crispness"]) == ("crisp", share)


def test_a_crispness_that_nobody_heard_is_not_recorded(hall: Engine) -> None:
    result, recipe = record(cat(8, 8), [Wish("upscale", {"scale": 3.0, "crispness": 0.7})], hall)
    (step,) = recipe.steps
    assert (step.options["model"], step.options["crispness"]) == ("photo-x4-faithful", None)
    again = record(cat(8, 8), [Wish(step.task, step.options)], hall)
    assert torch.equal(again[0].pixels, result.pixels)
    _, both = record(cat(8, 8), [Wish("upscale", {"width": 40, "crispness": 0.3})], hall)
    assert [m.id for m in both.steps[0].models] == ["photo-x4-faithful", "photo-x2-faithful", "photo-x2"]
    assert (both.steps[0].options["model"], both.steps[0].options["crispness"]) == ("auto", 0.3)


def test_the_place_of_a_local_file_stays_at_home(tmp_path: Path, hall: Engine) -> None:
    file = tmp_path / "mine.safetensors"
    export(Generator(scale=2, channels=8, depth=2), "generator", {"scale": 2, "channels": 8, "depth": 2}, file)
    _, recipe = record(cat(8, 8), [Wish("upscale", {"model": str(file)})], hall)
    assert recipe.steps[0].models == (Origin("mine.safetensors", digest(file)),)
    assert str(tmp_path) not in to_json(recipe)
    assert from_json(to_json(recipe)) == recipe


def test_weights_without_a_file_give_no_recipe() -> None:
    unknown = Engine(Shelf(generator(2)), Settings(device="cpu"))
    with pytest.raises(BadRecipe, match="No file is known that the weights of probe came from"):
        record(cat(8, 8), [Wish("upscale", {})], unknown)


@pytest.mark.parametrize("count", [0, 17])
def test_the_number_of_steps_is_bounded(count: int, hall: Engine) -> None:
    with pytest.raises(BadRecipe, match=f"1 to 16 steps, not {count}"):
        record(cat(), [Wish("gamma", {})] * count, hall)


def test_an_option_that_does_not_exist_is_refused_before_anything_runs(hall: Engine) -> None:
    with pytest.raises(BadOptions, match="magic"):
        record(cat(), [Wish("upscale"), Wish("gamma", {"magic": 1})], Engine(Shelf(generator(2)), Settings()))
