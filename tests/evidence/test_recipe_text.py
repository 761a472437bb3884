"""A recipe survives every way it travels, and is believed in nothing."""

import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest

from enhancer.errors import BadRecipe
from enhancer.evidence.recipe import Fingerprint, Recipe, Step
from enhancer.evidence.recipe_text import MAX_LINK, from_json, from_link, to_json, to_link
from enhancer.media import embedded_recipe, encode
from enhancer.media.encode import MAX_RECIPE
from enhancer.models.contract import Origin
from enhancer.settings import VERSION
from tests.media.make import picture

SHA = "0123456789abcdef" * 4


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
