"""The Compare tab in a real browser."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from enhancer.hall import enhance
from enhancer.media import decode
from tests.ui.browser import PATIENCE, Visitor, scene
from tests.ui.conftest import Server
from tests.ui.serve import engine

Visit = Callable[..., Visitor]


def _drop(visitor: Visitor, title: str) -> None:
    """Take a model out of the list of chosen ones."""
    visitor.page.locator("#compare-models .token", has_text=title).get_by_role("button").click()


def _without_models(visitor: Visitor) -> None:
    """Open the tab and leave nothing but the plain resize in the list."""
    visitor.tab("Compare")
    _drop(visitor, "Fast ×4")
    _drop(visitor, "Fast ×2")


def _compare(visitor: Visitor, photo: Path) -> None:
    """Give the picture and start."""
    visitor.give("compare-picture", photo)
    visitor.images("compare-picture", 1)
    visitor.page.locator("#compare-go").click()


def test_two_models_show_two_lossless_cells_with_times(visit: Visit, server: Server, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    scene(120, 90).save(photo)
    visitor = visit()
    visitor.tab("Compare")
    _drop(visitor, "Fast ×4")
    _compare(visitor, photo)
    visitor.says("compare", "Done: 2 models")
    cells = visitor.page.locator("#compare-grid figure")
    expect(cells).to_have_count(2)
    expect(cells.nth(0)).to_contain_text("Plain resize (bicubic)")
    expect(cells.nth(1)).to_contain_text("per megapixel")
    source = cells.nth(1).locator("img").get_attribute("src")
    assert source is not None
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))))
    expected = enhance(decode(photo), engine=engine(server.weights), model="x2-fast", scale=2).pixels
    assert np.array_equal(shown, expected.mul(255).round().byte().permute(1, 2, 0).numpy())


def test_zoom_is_applied_and_dragging_moves_every_cell(visit: Visit, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    scene(120, 90).save(photo)
    visitor = visit()
    visitor.tab("Compare")
    _compare(visitor, photo)
    visitor.says("compare", "Done: 3 models")
    visitor.page.locator("#compare-zoom input[type=number]").fill("4")
    visitor.page.keyboard.press("Tab")
    grid, view = visitor.page.locator("#compare-grid"), visitor.page.locator("#compare-grid .view").first
    expect(view.locator("img")).to_have_css("image-rendering", "pixelated")
    view.scroll_into_view_if_needed()
    box = view.bounding_box()
    assert box is not None
    mouse = visitor.page.mouse
    mouse.move(box["x"] + 80, box["y"] + 60)
    mouse.down()
    mouse.move(box["x"] + 20, box["y"] + 60, steps=5)
    mouse.up()
    moved = grid.evaluate("e => parseFloat(getComputedStyle(e).getPropertyValue('--x'))")
    assert moved > 50


def test_a_model_that_cannot_be_had_says_so_in_its_cell_and_the_others_go_on(visit: Visit, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    scene(60, 50).save(photo)
    visitor = visit()
    _without_models(visitor)
    for title in ("HAT-S faithful ×4", "Fast ×2"):
        visitor.page.locator("#compare-models input[role=combobox]").click()
        visitor.page.get_by_role("option", name=title, exact=True).click()
    visitor.page.keyboard.press("Escape")
    _compare(visitor, photo)
    visitor.says("compare", "1 of 3 could not be had")
    cells = visitor.page.locator("#compare-grid figure")
    expect(cells.nth(1).locator(".bad")).to_have_count(1)
    expect(cells.nth(2).locator("img")).to_have_count(1)


def test_one_model_is_not_a_comparison(visit: Visit, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    scene(60, 50).save(photo)
    visitor = visit()
    _without_models(visitor)
    _compare(visitor, photo)
    expect(visitor.page.get_by_test_id("toast-body")).to_contain_text("choose 2 to 6 models", timeout=PATIENCE)
    visitor.says("compare", "choose 2 to 6 models")
