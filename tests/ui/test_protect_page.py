"""Parts of a picture are protected in a real browser: ticked and painted, applied, taken home, and given up again."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import expect

from enhancer.evidence.guard import Guard, unpack
from enhancer.evidence.recipe import Recipe, fingerprint
from enhancer.evidence.recipe_text import from_json
from enhancer.evidence.verify import IDENTICAL, verify
from enhancer.media import Picture, decode, embedded_recipe
from enhancer.tasks.resize import resize
from tests.ui.browser import PATIENCE, Visitor, scene
from tests.ui.conftest import Server
from tests.ui.serve import catalog_of, engine
from tests.ui.test_trust_page import enhanced, taken

Visit = Callable[..., Visitor]
WORDS = (8, 110, 150, 146)  # left, top, right, bottom of the lettering, in pixels of the picture
SEEN = 1000  # pixels that the canvas is wide
STROKE = ((0.25, 0.25), (0.75, 0.25))  # from where to where the brush goes, in shares of width and height


def letter(file: Path) -> Path:
    """A colourful picture with small print."""
    image = scene(200, 150)
    draw = ImageDraw.Draw(image)
    draw.rectangle(WORDS, "white")
    for row, words in enumerate(("The quick brown fox", "over the lazy dog 47")):
        draw.text((WORDS[0] + 4, WORDS[1] + 3 + 15 * row), words, "black", ImageFont.load_default(12))
    image.save(file)
    return file


def paint(visitor: Visitor) -> None:
    """One stroke with the mouse."""
    canvas = visitor.page.locator(".painter canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    (left, top), (right, bottom) = ((box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in STROKE)
    visitor.page.mouse.move(left, top)
    visitor.page.mouse.down()
    visitor.page.mouse.move(right, bottom, steps=6)
    visitor.page.mouse.up()


def opened(visitor: Visitor) -> None:
    visitor.page.locator("#protect > button").click()
    expect(visitor.page.locator("#protect-told")).to_contain_text("Nothing is protected", timeout=PATIENCE)
    visitor.page.wait_for_function(f"document.querySelector('.painter canvas').width === {SEEN}", timeout=PATIENCE)


def apply(visitor: Visitor, told: str) -> None:
    visitor.page.locator("#protect-apply").click()
    expect(visitor.page.locator("#protect-told")).to_contain_text(told, timeout=PATIENCE)
    expect(visitor.page.locator("#protect-apply")).to_be_enabled(timeout=PATIENCE)


def home(visitor: Visitor) -> tuple[Picture, Recipe]:
    file = visitor.download("download")
    return decode(file), from_json(embedded_recipe(file.read_bytes()) or "")


def painted(visitor: Visitor) -> int:
    """Pixels of the canvas that hold colour."""
    link = visitor.page.evaluate("document.querySelector('.painter canvas').toDataURL()")
    with Image.open(io.BytesIO(base64.b64decode(link.partition(",")[2]))) as image:
        return int((np.asarray(image)[..., 3] > 127).sum())


def test_text_and_a_painted_place_stay_and_the_rest_is_enhanced(
    visit: Visit, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, photo = visit(), letter(tmp_path / "photo.png")
    page = visitor.page
    expect(page.locator("#protect")).to_be_hidden()
    enhanced(visitor, photo)
    page.locator("#embed input").check()
    expect(page.locator("#facts")).to_contain_text("in the file", timeout=PATIENCE)
    bare, first = home(visitor)
    assert first.guards == ()

    opened(visitor)
    page.locator("#protect-text input").check()
    page.get_by_label("Size of the brush").fill("12")
    paint(visitor)
    apply(visitor, "You painted over")
    expect(page.locator("#facts")).to_contain_text("text and painted places protected")
    expect(page.locator("#protect-told")).to_contain_text("Small text or line drawing was found")
    visitor.images("protect-map", 2)
    kept, recipe = home(visitor)
    assert [guard.what for guard in recipe.guards] == ["text", "brush"]
    assert fingerprint(kept) == recipe.result
    source = decode(photo)
    plain, level = resize(source.pixels, 300, 400), 1 / 255
    (x0, y), (x1, _) = STROKE
    under = slice(round(300 * y) - 4, round(300 * y) + 4), slice(round(400 * x0), round(400 * x1))
    assert torch.allclose(kept.pixels[:, *under], plain[:, *under], atol=level)
    assert not torch.allclose(bare.pixels[:, *under], plain[:, *under], atol=3 * level)
    words = slice(2 * WORDS[1] + 8, 2 * WORDS[3] - 12), slice(2 * WORDS[0] + 10, 2 * WORDS[2] - 60)
    off, was = ((p.pixels[:, *words] - plain[:, *words]).abs().mean() for p in (kept, bare))
    assert off < was / 10
    beyond = slice(128, 144), slice(0, 400)
    assert torch.equal(kept.pixels[:, *beyond], bare.pixels[:, *beyond])
    assert torch.equal(kept.pixels[:, :20], bare.pixels[:, :20])
    here = engine(server.weights)
    monkeypatch.setattr("enhancer.evidence.verify.CATALOG", catalog_of(server.weights))
    assert verify(recipe, photo.read_bytes(), here, result=kept).outcome == IDENTICAL
    page.locator("#trust-report").click()
    assert "text and painted places" in taken(visitor).read_text()

    page.locator("#trust-cure").click()
    expect(page.locator("#facts")).to_contain_text("made consistent, text and painted", timeout=PATIENCE)
    expect(page.locator("#protect-apply")).to_be_enabled(timeout=PATIENCE)
    both, combined = home(visitor)
    assert combined.guards == recipe.guards
    assert combined.steps[0].options["consistent"] is True
    assert torch.allclose(both.pixels[:, *under], plain[:, *under], atol=level)
    assert verify(combined, photo.read_bytes(), here, result=both).outcome == IDENTICAL


def test_with_nothing_ticked_the_bare_result_comes_back(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    page = visitor.page
    enhanced(visitor, letter(tmp_path / "photo.png"))
    page.locator("#embed input").check()
    expect(page.locator("#facts")).to_contain_text("in the file", timeout=PATIENCE)
    bare, first = home(visitor)
    opened(visitor)
    page.locator("#protect-calm input").check()
    page.locator("#protect-strength input[type=number]").fill("40")
    page.keyboard.press("Tab")
    apply(visitor, "background")
    assert home(visitor)[1].guards == (Guard("calm", 0.4),)
    expect(page.locator("#facts")).to_contain_text("background (40% let through) protected")
    page.locator("#protect-calm input").uncheck()
    apply(visitor, "Nothing is protected")
    expect(page.locator("#facts")).not_to_contain_text("protected", timeout=PATIENCE)
    expect(page.locator("#protect-map")).to_be_hidden()
    back, last = home(visitor)
    assert torch.equal(back.pixels, bare.pixels)
    assert last == first

    page.locator("#protect-text input").check()
    apply(visitor, "Small text")
    page.locator("#enhance-go").click()  # what is ticked is what is protected: in a new result, nothing
    expect(page.locator("#protect-told")).to_contain_text("Nothing is protected", timeout=PATIENCE)
    expect(page.locator("#protect-text input")).not_to_be_checked()


def test_painting_can_be_undone_rubbed_out_and_found_again(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    page = visitor.page
    enhanced(visitor, letter(tmp_path / "photo.png"))
    opened(visitor)
    assert (painted(visitor), page.evaluate("paintedMask('protect')")) == (0, "")
    paint(visitor)
    once = painted(visitor)
    assert once > 0
    for key in ("Control+z", None):
        if key:
            page.keyboard.press(key)
        else:
            page.locator(".painter [data-do=undo]").press("Enter")
        assert painted(visitor) == 0
        paint(visitor)
    page.locator(".painter [data-do=clear]").press("Space")
    assert painted(visitor) == 0
    page.locator(".painter [data-do=undo]").click()
    assert painted(visitor) == once
    page.locator(".painter [data-do=erase]").click()
    page.get_by_label("Size of the brush").fill("20")
    paint(visitor)
    assert painted(visitor) == 0
    apply(visitor, "Nothing is protected")
    page.locator(".painter [data-do=undo]").click()
    apply(visitor, "You painted over")
    page.locator("#enhance-go").click()
    expect(page.locator("#protect-told")).to_contain_text("Nothing is protected", timeout=PATIENCE)
    page.wait_for_function(f"document.querySelector('.painter canvas').width === {SEEN}", timeout=PATIENCE)
    assert painted(visitor) == once  # the same picture keeps what was painted over it


def test_an_edit_of_the_same_size_offers_no_misfit(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    visitor.choose("task", "Classical · Median")
    enhanced(visitor, letter(tmp_path / "photo.png"))
    opened(visitor)
    expect(visitor.page.locator("#protect-text")).to_be_visible()
    expect(visitor.page.locator("#protect-misfit")).to_be_hidden()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_finger_paints_on_a_phone(visit: Visit, tmp_path: Path, dark: bool) -> None:
    visitor = visit(390, dark)
    page = visitor.page
    enhanced(visitor, letter(tmp_path / "photo.png"))
    opened(visitor)
    canvas = page.locator(".painter canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    assert box["width"] > 250
    finger = page.context.new_cdp_session(page)
    spots = [(box["x"] + x * box["width"], box["y"] + box["height"] / 4) for x in np.linspace(0.25, 0.75, 6)]
    for kind, spot in zip(["touchStart", *["touchMove"] * 5], spots, strict=True):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": spot[0], "y": spot[1]}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert painted(visitor) > 0
    page.locator("#embed input").check()
    expect(page.locator("#facts")).to_contain_text("in the file", timeout=PATIENCE)
    apply(visitor, "You painted over")
    (guard,) = home(visitor)[1].guards
    mask = unpack(guard.mask)
    height, width = mask.shape
    assert bool(mask[round(0.25 * height), round(0.3 * width) : round(0.7 * width)].all())
    assert not bool(mask[round(0.4 * height) :].any())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
