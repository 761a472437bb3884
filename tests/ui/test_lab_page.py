"""The Lab in a real browser: a stroke is filled, a digit is named, digits are drawn; the strip of tabs scrolls."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from enhancer.evidence.recipe_text import from_json
from enhancer.lab.bundled import artist
from enhancer.lab.drawing import DrawOptions, drawn, sheet
from enhancer.media import decode, embedded_recipe, encode
from enhancer.settings import Settings
from tests.ui.browser import PATIENCE, Visitor, scene

Visit = Callable[..., Visitor]


def opened(visit: Visit, room: str, width: int = 1280) -> Visitor:
    visitor = visit(width)
    visitor.tab("Lab")
    visitor.tab(room)
    return visitor


def levels(file: Path) -> np.ndarray:
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def given(visitor: Visitor, file: Path) -> None:
    scene(120, 90).save(file)
    visitor.give("repair-picture", file)
    expect(visitor.page.locator("#repair-paint .painter")).to_be_visible(timeout=PATIENCE)
    visitor.page.wait_for_function("document.querySelector('#repair-paint canvas').width === 1000", timeout=PATIENCE)


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_painted_over_is_filled_and_nothing_else(visit: Visit, tmp_path: Path, width: int) -> None:
    visitor = opened(visit, "Repair", width)
    page, photo = visitor.page, tmp_path / "photo.png"
    given(visitor, photo)
    canvas = page.locator("#repair-paint canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"], steps=5)
    page.mouse.up()
    page.locator("#repair-go").click()
    visitor.says("repair", "Done")
    visitor.images("repair-result", 2)
    expect(page.locator("#repair-receipt")).to_contain_text("which are invented")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#repair-embed input").check()
    expect(page.locator("#repair-facts")).to_contain_text("in the file", timeout=PATIENCE)
    file = visitor.download("repair-download")
    before, after = levels(photo), levels(file)
    changed = (before != after).any(2)
    assert changed[42:48, 45:75].mean() > 0.5
    assert not changed[:30].any()
    assert not changed[60:].any()
    assert not changed[:, :25].any()
    recipe = from_json(embedded_recipe(file.read_bytes()) or "")
    assert recipe.steps[0].task == "repair"
    page.locator("#repair-format label", has_text="JPEG").click()
    expect(page.locator("#repair-facts")).to_contain_text("JPEG", timeout=PATIENCE)
    assert visitor.download("repair-download").suffix == ".jpg"


def test_an_uploaded_mask_counts_and_bad_ones_are_told(visit: Visit, tmp_path: Path) -> None:
    visitor = opened(visit, "Repair")
    page, photo = visitor.page, tmp_path / "photo.png"
    page.locator("#repair-go").click()
    visitor.says("repair", "Please choose a picture first")
    given(visitor, photo)
    page.locator("#repair-go").click()
    visitor.says("repair", "Please paint over what is to go first")
    hole = np.zeros((90, 120), np.uint8)
    hole[10:14, 20:60] = 255
    Image.fromarray(hole[:50]).save(tmp_path / "small.png")
    visitor.give("repair-mask", tmp_path / "small.png")
    expect(page.locator("#repair-mask")).to_contain_text("small", timeout=PATIENCE)
    page.locator("#repair-go").click()
    visitor.says("repair", "The mask has 120×50 pixels and the picture 120×90")
    page.locator("#repair-mask button[aria-label='Remove this file']").or_(
        page.locator("#repair-mask button[aria-label='Clear']")
    ).first.click()
    Image.fromarray(hole).save(tmp_path / "mask.png")
    visitor.give("repair-mask", tmp_path / "mask.png")
    expect(page.locator("#repair-mask")).to_contain_text("mask", timeout=PATIENCE)
    page.locator("#repair-go").click()
    visitor.says("repair", "Done")
    after = levels(visitor.download("repair-download"))
    assert np.array_equal(after[hole == 0], levels(photo)[hole == 0])


def test_a_digit_is_named_as_soon_as_it_is_there(visit: Visit, tmp_path: Path) -> None:
    visitor = opened(visit, "Recognise")
    page = visitor.page
    page.locator("#recognise-samples button").nth(0).click()
    visitor.says("recognise", "This is a 2.")
    rows = page.locator("#recognise-answer li")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("2")
    expect(page.locator("#recognise-answer")).to_contain_text("dark on light")
    visitor.images("recognise-answer", 1)
    Image.new("RGB", (30, 30), "teal").save(tmp_path / "flat.png")
    visitor.give("recognise-picture", tmp_path / "flat.png")
    page.locator("#recognise-go").click()
    visitor.says("recognise", "one tone all over")


def test_digits_are_drawn_and_taken_home(visit: Visit) -> None:
    visitor = opened(visit, "Synthesise")
    page = visitor.page
    page.locator("#draw-seed input").fill("5")
    visitor.choose("draw-name", "7")
    page.locator("#draw-go").click()
    visitor.says("draw", "Drawn.")
    visitor.images("draw-sheet", 1)
    expected = sheet(drawn(artist(Settings(), "gan-digits"), DrawOptions(seed=5, count=30, name="7")))
    assert visitor.download("draw-download").read_bytes() == encode(expected, "png")
    page.locator("#draw-wish label", has_text="From one to another").click()
    expect(page.locator("#draw-to")).to_be_visible(timeout=PATIENCE)
    page.locator("#draw-to input").fill("5")
    page.locator("#draw-go").click()
    visitor.says("draw", "choose two that differ")
    page.locator("#draw-wish label", has_text="Yours again").click()
    expect(page.locator("#again-picture")).to_be_visible(timeout=PATIENCE)
    page.locator("#again-samples button").nth(1).click()
    expect(page.locator("#again-source")).to_contain_text("160 × 120", timeout=PATIENCE)
    page.locator("#draw-go").click()
    expect(page.locator(".drawings.again img")).to_be_visible(timeout=PATIENCE)
    file = visitor.download("draw-download")
    assert (decode(file).width, decode(file).height) == (2 * 68, 68)


def test_textures_are_drawn_and_one_of_ones_own_again(visit: Visit, tmp_path: Path) -> None:
    visitor = opened(visit, "Synthesise")
    page = visitor.page
    visitor.choose("draw-subject", "Textures")
    expect(page.locator("#synthesise-form")).to_contain_text("squares of 32 pixels", timeout=PATIENCE)
    visitor.choose("draw-name", "Blue grain")
    page.locator("#draw-go").click()
    visitor.says("draw", "Drawn.")
    expected = sheet(drawn(artist(Settings(), "gan-textures"), DrawOptions("gan-textures", 1, 30, "blue grain")))
    assert visitor.download("draw-download").read_bytes() == encode(expected, "png")
    page.locator("#draw-wish label", has_text="Yours again").click()
    scene(120, 90).save(tmp_path / "photo.png")
    visitor.give("again-picture", tmp_path / "photo.png")
    expect(page.locator("#again-source")).to_contain_text("120 × 90", timeout=PATIENCE)
    page.locator("#draw-go").click()
    expect(page.locator(".drawings.again img")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".said", has_text="128 numbers")).to_be_visible(timeout=PATIENCE)
    file = visitor.download("draw-download")
    assert (decode(file).width, decode(file).height) == (2 * 260, 260)
    scene(50, 90).save(tmp_path / "small.png")
    visitor.give("again-picture", tmp_path / "small.png")
    expect(page.locator("#again-source")).to_contain_text("50 × 90", timeout=PATIENCE)
    page.locator("#draw-go").click()
    visitor.says("draw", "at least 64 pixels")


def test_the_strip_of_tabs_scrolls_to_the_chosen_one(visit: Visit) -> None:
    visitor = visit(390)
    strip = visitor.page.locator("#rooms > .tab-wrapper [role=tablist]")
    expect(strip.get_by_role("tab")).to_have_count(8)
    assert strip.evaluate("e => e.scrollLeft") == 0
    visitor.tab("Status")
    visitor.page.wait_for_function(
        "document.querySelector('#rooms > .tab-wrapper [role=tablist]').scrollLeft > 0", timeout=PATIENCE
    )
    box = strip.get_by_role("tab", name="Status").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_answer_and_a_pixel_are_explained(visit: Visit, tmp_path: Path) -> None:
    visitor = opened(visit, "Explain")
    page = visitor.page
    page.locator("#explain-samples button").nth(1).click()
    expect(page.locator("#explain-source")).to_contain_text("160 × 120", timeout=PATIENCE)
    for way, told in (("Which pixels counted", "add up to the answer"), ("Where it looked", "4 by 4 places")):
        page.locator("#explain-way label", has_text=way).click()
        page.locator("#explain-go").click()
        visitor.says("explain", "This is what speaks for a 5.")
        expect(page.locator("#explain-told")).to_contain_text(told, timeout=PATIENCE)
    visitor.images("explain-result", 2)
    scene(120, 90).save(tmp_path / "photo.png")
    visitor.choose("explain-model", "Fast ×2")
    visitor.give("explain-picture", tmp_path / "photo.png")
    expect(page.locator("#explain-source")).to_contain_text("120 × 90", timeout=PATIENCE)
    box = page.locator("#explain-picture img").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.45 * box["width"], box["y"] + 0.45 * box["height"])
    expect(page.locator("#explain-x input[type=number]")).not_to_have_value("50", timeout=PATIENCE)
    page.locator("#explain-go").click()
    visitor.says("explain", "x2-fast made at least half of this pixel from the very same one")
    visitor.images("explain-result", 2)


def test_objects_are_found_before_and_after(visit: Visit) -> None:
    visitor = opened(visit, "Detect")
    page = visitor.page
    page.locator("#detect-samples button").nth(0).click()
    expect(page.locator("#detect-source")).to_contain_text("192 × 144", timeout=PATIENCE)
    page.locator("#detect-go").click()
    visitor.says("detect", "Enhancement")
    visitor.says("detect", "Of the 5 objects drawn in this sample it finds")
    visitor.images("detect-pictures", 2)
    rows = page.locator("#detect-told tbody tr")
    expect(rows.first).to_contain_text("1", timeout=PATIENCE)
    expect(page.locator("#detect-told")).to_contain_text("A detector is no ground truth")
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
