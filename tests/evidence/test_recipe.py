"""A recipe says what really ran, survives every way it travels, and is believed in nothing."""

import hashlib
import json
import tomllib
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from skimage import data as pictures

from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadRecipe
from enhancer.evidence.recipe import Fingerprint, Recipe, Step, fingerprint, record
from enhancer.evidence.recipe_text import MAX_LINK, from_json, from_link, to_json, to_link
from enhancer.media import Picture, decode, embedded_recipe, encode
from enhancer.media.encode import MAX_RECIPE
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

SHA = "0123456789abcdef" * 4


def cat(height: int = 24, width: int = 32) -> Picture:
    crop = pictures.chelsea()[100 : 100 + height, 100 : 100 + width].copy()
    return Picture(torch.from_numpy(crop).permute(2, 0, 1) / 255)


@pytest.fixture(scope="module")
def hall() -> Engine:
    return Engine(Store(Settings()), Settings(device="cpu"))


def example() -> Recipe:
    return Recipe(
        version=VERSION,
        steps=(
            Step("median", {"radius": 2}),
            Step("upscale", {"model": "crisp"}, (Origin("calm", SHA, 0.25), Origin("crisp", SHA[::-1], 0.75))),
        ),
        precision="bfloat16",
        device="cpu",
        torch="2.15.0+cpu",
        file=SHA,
        source=Fingerprint(SHA, 40, 30, 8),
        result=Fingerprint(SHA[::-1], 80, 60, 16),
        quality=95,
    )


def whole() -> Recipe:
    """With every option, as it is read back."""
    return from_json(to_json(example()))


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


@pytest.mark.parametrize("format", ["png", "jpeg"])
def test_a_recipe_travels_in_a_picture(format: str) -> None:
    text = to_json(whole().written_as(format, 80))
    found = embedded_recipe(encode(picture(), format, recipe=text))
    assert found == text
    assert from_json(found).quality == (None if format == "png" else 80)


def test_a_link_is_short_and_exact() -> None:
    link = to_link(whole())
    assert from_link(link) == whole()
    assert len(link) < 1000
    assert all(letter.isalnum() or letter in "-_" for letter in link)


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    values = json.loads(to_json(whole()))
    change(values)
    return json.dumps(values)


BAD: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda v: v.update(recipe=3), "version 3; this program reads versions 1 and 2"),
    (lambda v: v.update(recipe=True), "version True"),
    (lambda v: v.update(program="paint"), "another program, 'paint'"),
    (lambda v: v.pop("program"), "is not as a recipe of image-enhancer has it"),
    (lambda v: v.update(extra=1), "unknown key 'extra'"),
    (lambda v: v.pop("computed"), "lacks the key 'computed'"),
    (lambda v: v.update(version="1 2"), "version cannot be '1 2'"),
    (lambda v: v["computed"].update(precision="float8"), "precision cannot be 'float8'"),
    (lambda v: v["computed"].update(seed=1), "computed has the unknown key 'seed'"),
    (lambda v: v["input"].update(sha256="0"), "input sha256 cannot be '0'"),
    (lambda v: v["input"].update(sha256=SHA.upper()), "input sha256 cannot be"),
    (lambda v: v["input"].update(file=5), "input file cannot be 5"),
    (lambda v: v["input"].update(width=0), "input width must be a whole number"),
    (lambda v: v["output"].update(height=2.0), "output height must be a whole number"),
    (lambda v: v["output"].update(depth=12), "output depth must be 8 or 16, not 12"),
    (lambda v: v["output"].update(quality=101), "quality must be a whole number between 1 and 100"),
    (lambda v: v["output"].pop("quality"), "output lacks the key 'quality'"),
    (lambda v: v.update(steps=[]), "1 to 16 steps"),
    (lambda v: v.update(steps=v["steps"] * 9), "1 to 16 steps"),
    (lambda v: v["steps"].append("upscale"), "Step 3 is not as"),
    (lambda v: v["steps"][0].update(task="magic"), "Step 1 is the unknown task 'magic'; known: upscale"),
    (lambda v: v["steps"][0].update(task=["upscale"]), "unknown task"),
    (lambda v: v["steps"][0]["options"].update(magic=1), "Step 1: Unknown option 'magic'"),
    (lambda v: v["steps"][0]["options"].update(radius=99), "Step 1: radius must lie between"),
    (lambda v: v["steps"][0]["options"].update(radius="2"), "Step 1: radius cannot be '2'"),
    (lambda v: v["steps"][0]["options"].update(radius=True), "Step 1: radius cannot be True"),
    (lambda v: v["steps"][0]["options"].update(radius=[2]), "radius"),
    (lambda v: v["steps"][1]["options"].update(best="no"), "Step 2: best cannot be 'no'"),
    (lambda v: v["steps"][1]["options"].update(scale=float("1e999")), "read as JSON"),
    (lambda v: v["steps"][1]["options"].update(model="x2-fast"), "asks for the model 'x2-fast', whose weights"),
    (lambda v: v["steps"][1]["models"][0].update(id="/etc/passwd"), "id of a model, cannot be '/etc/passwd'"),
    (lambda v: v["steps"][1]["models"][0].update(id="a/../../b"), "id of a model, cannot be"),
    (lambda v: v["steps"][1]["models"][0].update(id="C:\\w.pth"), "id of a model, cannot be"),
    (lambda v: v["steps"][1]["models"][0].update(id="a" * 201), "at most 200 characters"),
    (lambda v: v["steps"][1]["models"][0].update(share=1.5), "share of a model lies between 0 and 1"),
    (lambda v: v["steps"][1].update(models=v["steps"][1]["models"] * 9), "at most 16 models"),
    (lambda v: v.update(recipe=1), "unknown key 'guards'"),
    (lambda v: v.update(guards={}), "guards must be a list"),
    (lambda v: v.update(guards=[{"what": "text", "strength": 0.0, "mask": ""}] * 9), "at most 8"),
    (lambda v: v.update(guards=[{"what": "text", "strength": 0.0}]), "Guard 1 lacks the key 'mask'"),
    (lambda v: v.update(guards=[{"what": "text", "strength": True, "mask": ""}]), "a strength is a number"),
    (lambda v: v.update(guards=[{"what": "text", "strength": 1.5, "mask": ""}]), "between 0 and 1, not 1.5"),
    (lambda v: v.update(guards=[{"what": "faces", "strength": 0.0, "mask": ""}]), "that protects 'faces', only text"),
    (lambda v: v.update(guards=[{"what": "brush", "strength": 0.0, "mask": "AAAA"}]), "not one that was painted here"),
]


@pytest.mark.parametrize(("change", "told"), BAD)
def test_what_is_wrong_is_named(change: Callable[[dict[str, Any]], object], told: str) -> None:
    with pytest.raises(BadRecipe, match=told.replace("(", r"\(")):
        from_json(changed(change))


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "[" * 30_000, '{"recipe": NaN}', '{"recipe": 1e999, "program": "image-enhancer"}'),
        '{"recipe": 1, "recipe": 1}',
        '{"recipe": ' + "9" * 5000 + "}",
        "x" * (MAX_RECIPE + 1),
    ],
)
def test_texts_that_are_no_recipe(text: str) -> None:
    with pytest.raises(BadRecipe):
        from_json(text)


def test_an_older_recipe_lacks_newer_options() -> None:
    assert from_json(changed(lambda v: v["steps"][1]["options"].pop("best"))) == whole()


def packed(data: bytes) -> str:
    packer = zlib.compressobj(9, wbits=-15)
    return urlsafe_b64encode(packer.compress(data) + packer.flush()).decode().rstrip("=")


def test_a_link_that_unpacks_without_end_is_refused() -> None:
    bomb = packed(b" " * 5_000_000)
    assert len(bomb) < MAX_LINK
    with pytest.raises(BadRecipe, match=f"at most {MAX_RECIPE} characters, not {MAX_RECIPE + 1}"):
        from_link(bomb)


@pytest.mark.parametrize("link", ["", "a", "a b", "äöü", "AAAA", to_link(example())[:-9], packed(b"\xff"), "A" * 9000])
def test_damaged_links_are_refused(link: str) -> None:
    with pytest.raises(BadRecipe):
        from_link(link)


def test_a_link_with_something_behind_it_is_refused() -> None:
    packer = zlib.compressobj(9, wbits=-15)
    data = packer.compress(to_json(whole()).encode()) + packer.flush() + b"more"
    with pytest.raises(BadRecipe, match="damaged"):
        from_link(urlsafe_b64encode(data).decode().rstrip("="))
