"""The Compare tab in a real browser."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from enhancer.hall import enhance
from enhancer.media import decode
from tests.ui.browser import PATIENCE, Visitor, scene
from tests.ui.conftest import Server
from tests.ui.serve import engine

Visit = Callable[..., Visitor]
TITLES = ["Plain resize", "Fast ×2", "Fast ×4"]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.png"
    scene(400, 300).save(file)
    return file


def _opened(visitor: Visitor, photo: Path) -> Visitor:
    """Open the tab and give the picture; its frame shows that it was taken."""
    visitor.tab("Compare")
    visitor.give("compare-picture", photo)
    visitor.images("compare-picture", 1)
    expect(visitor.page.locator("#compare-frame .mark")).to_have_count(1, timeout=PATIENCE)
    return visitor


def _compared(visitor: Visitor, photo: Path) -> Visitor:
    """And compare its smallest part."""
    _opened(visitor, photo).page.get_by_label("128 px").check(force=True)
    expect(visitor.page.locator("#compare-hint")).to_contain_text("128 × 128", timeout=PATIENCE)
    visitor.page.locator("#compare-go").click()
    visitor.says("compare", "3 pictures")
    visitor.images("compare-grid", 3)
    return visitor


def _cells(visitor: Visitor) -> Locator:
    return visitor.page.locator("#compare-grid figure")


def _looks(visitor: Visitor) -> list[list[float]]:
    """Zoom and looked-at point of every picture, as the browser draws it."""
    script = """all => all.map(i => { const s = getComputedStyle(i), box = i.parentElement.getBoundingClientRect();
        const [x, y] = s.transformOrigin.split(" ").map(parseFloat);
        return [s.transform === "none" ? 1 : new DOMMatrix(s.transform).a, x / box.width, y / box.height]; })"""
    found: list[list[float]] = visitor.page.locator("#compare-grid img").evaluate_all(script)
    assert len({tuple(round(n, 3) for n in look) for look in found}) == 1
    return found


def test_all_models_at_hand_show_what_the_whole_result_would(visit: Visit, server: Server, photo: Path) -> None:
    visitor = _compared(visit(), photo)
    expect(_cells(visitor).locator("figcaption b")).to_have_text(TITLES)
    expect(_cells(visitor).nth(1)).to_contain_text(re.compile(r"for this part · about .+ for the whole picture"))
    expect(visitor.page.locator("#compare-notes")).to_contain_text("Not on this machine: Real-ESRGAN ×4;")
    source = visitor.page.locator("#compare-grid img").nth(1).get_attribute("src")
    data = visitor.page.request.get(f"{visitor.url}/{source}").body()
    shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=float)
    whole = enhance(decode(photo), engine=engine(server.weights), model="x2-fast", scale=2).pixels
    part = whole[:, 172:428, 272:528].mul(255).round().permute(1, 2, 0).numpy()
    assert shown.shape == part.shape
    assert np.abs(shown - part).max() <= 1  # level of 255: where rounding falls the other way


def test_the_frame_follows_clicks_sizes_and_sliders(visit: Visit, photo: Path) -> None:
    visitor = _opened(visit(), photo)
    mark, image = visitor.page.locator("#compare-frame .mark"), visitor.page.locator("#compare-picture img")

    def share() -> list[float]:
        outer, inner = image.bounding_box(), mark.bounding_box()
        assert outer is not None
        assert inner is not None
        scale = min(outer["width"] / 400, outer["height"] / 300)
        left = outer["x"] + (outer["width"] - 400 * scale) / 2
        top = outer["y"] + (outer["height"] - 300 * scale) / 2
        return [
            (inner["x"] - left) / scale,
            (inner["y"] - top) / scale,
            inner["width"] / scale,
            inner["height"] / scale,
        ]

    def settles(*pixels: float) -> None:
        for _ in range(100):  # it glides, on a busy machine slowly
            visitor.page.wait_for_timeout(100)
            if share() == pytest.approx(pixels, abs=3):
                return
        assert share() == pytest.approx(pixels, abs=3)

    settles(72, 22, 256, 256)
    visitor.page.get_by_label("128 px").check(force=True)
    expect(mark).to_have_attribute("style", re.compile("width: 32"), timeout=PATIENCE)
    settles(136, 86, 128, 128)
    box = image.bounding_box()
    assert box is not None
    scale = min(box["width"] / 400, box["height"] / 300)
    image.click(position={"x": box["width"] / 2 - 100 * scale, "y": box["height"] / 2})
    expect(mark).to_have_attribute("style", re.compile("left: 9"), timeout=PATIENCE)
    settles(36, 86, 128, 128)
    visitor.page.get_by_role("button", name="Exact place of the part").click()
    visitor.page.locator("#compare-y input[type=number]").fill("100")
    visitor.page.keyboard.press("Tab")
    expect(mark).to_have_attribute("style", re.compile("top: 57"), timeout=PATIENCE)
    settles(36, 172, 128, 128)


def test_slider_wheel_drag_and_keys_move_all_pictures(visit: Visit, photo: Path) -> None:
    visitor = _compared(visit(), photo)
    page, view = visitor.page, visitor.page.locator("#compare-grid .view").first
    page.locator("#compare-zoom input[type=number]").fill("4")
    page.keyboard.press("Tab")
    expect(view.locator("img")).to_have_css("image-rendering", "pixelated")
    assert _looks(visitor)[0] == pytest.approx([4, 0.5, 0.5], abs=0.01)
    view.scroll_into_view_if_needed()
    box = view.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=5)
    page.mouse.up()
    moved = 0.5 + 60 / box["width"] / 3
    assert _looks(visitor)[0] == pytest.approx([4, moved, 0.5], abs=0.02)
    page.mouse.wheel(0, -100)
    expect(page.locator("#compare-zoom input[type=number]")).to_have_value("4.5")
    for _ in range(3):
        page.mouse.wheel(0, 100)
    expect(page.locator("#compare-zoom input[type=number]")).to_have_value("3")
    view.focus()
    before = _looks(visitor)[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("+")
    after = _looks(visitor)[0]
    assert after[0] == 3.5
    assert after[2] > before[2]


def test_a_blind_vote_hides_the_names_and_then_tells_them(visit: Visit, photo: Path) -> None:
    visitor = visit()
    _opened(visitor, photo)
    visitor.page.locator("#compare-blind input").check()
    _compared(visitor, photo)
    grid, tally = visitor.page.locator("#compare-grid"), visitor.page.locator("#compare-votes")
    expect(_cells(visitor).locator("figcaption b")).to_have_text(["Picture 1", "Picture 2", "Picture 3"])
    assert not re.search("fast|plain|resize|×", grid.inner_html(), re.IGNORECASE)
    view = grid.locator(".view").nth(1)
    view.drag_to(view, source_position={"x": 20, "y": 20}, target_position={"x": 90, "y": 60})
    visitor.page.wait_for_timeout(500)
    expect(tally).to_be_hidden()  # looking around is no vote
    view.click()
    expect(tally).to_contain_text("without seeing its name", timeout=PATIENCE)
    chosen = grid.locator(".won figcaption b").inner_text()
    assert f"You chose {chosen} without" in tally.inner_text()
    assert f"{chosen}: 1." in tally.inner_text()
    expect(_cells(visitor).locator("figcaption b")).to_have_text(TITLES)
    visitor.page.locator("#compare-go").click()
    again = grid.get_by_role("button", name="Picture 3 is the best")
    expect(again).to_be_visible(timeout=PATIENCE)
    again.focus()
    visitor.page.keyboard.press("Enter")
    expect(tally).to_contain_text("without seeing its name", timeout=PATIENCE)
    assert sum(map(int, re.findall(r": (\d)", tally.inner_text()))) == 2


@pytest.mark.parametrize(("suffix", "width"), [(".png", 390), (".tif", 1280)])
def test_the_winner_goes_to_the_whole_picture(visit: Visit, tmp_path: Path, suffix: str, width: int) -> None:
    photo = tmp_path / f"photo{suffix}"
    scene(400, 300).save(photo)
    visitor = _compared(visit(width), photo)
    _cells(visitor).nth(2).get_by_role("button", name="Use for the whole picture").click()
    visitor.says("enhance", "Fast ×4 is set, with your picture.")
    expect(visitor.page.get_by_role("tab", name="Enhance", exact=True)).to_have_attribute("aria-selected", "true")
    expect(visitor.page.locator("#model input")).to_have_value("Fast ×4")
    visitor.images("enhance-picture", 1)
    visitor.images("preview", 2)
    expect(visitor.page.locator("#stage")).to_be_in_viewport()
    expect(visitor.page.locator("#enhance-source")).to_contain_text("400 × 300")
    visitor.page.locator("#enhance-go").click()
    visitor.says("enhance", "Done in")
    expect(visitor.page.locator("#facts")).to_contain_text("400 × 300 → 800 × 600")


def test_the_preview_looks_where_the_frame_was(visit: Visit, photo: Path) -> None:
    picture = Image.open(photo)
    picture.paste((255, 0, 0), (0, 0, 120, 100))
    picture.resize((1600, 1200)).save(photo)
    visitor = _opened(visit(), photo)
    image = visitor.page.locator("#compare-picture img")
    box = image.bounding_box()
    assert box is not None
    scale = min(box["width"] / 4, box["height"] / 3)
    image.click(position={"x": box["width"] / 2 - 1.8 * scale, "y": box["height"] / 2 - 1.3 * scale})
    expect(visitor.page.locator("#compare-frame .mark")).to_have_attribute("style", re.compile("left: 0"))
    visitor.page.locator("#compare-go").click()
    visitor.says("compare", "3 pictures")
    _cells(visitor).nth(0).get_by_role("button").click()
    visitor.images("preview", 2)
    source = visitor.page.locator("#preview img").first.get_attribute("src")
    shown = np.asarray(Image.open(io.BytesIO(visitor.page.request.get(str(source)).body())).convert("RGB"))
    assert shown.reshape(-1, 3).mean(0) == pytest.approx([255, 0, 0], abs=2)


def test_a_model_that_cannot_be_fetched_says_so_in_its_cell_and_the_others_go_on(visit: Visit, photo: Path) -> None:
    visitor = _opened(visit(390), photo)
    visitor.page.locator("#compare-further input[role=combobox]").click()
    visitor.page.get_by_role("option", name=re.compile("HAT-S faithful ×4")).click()
    visitor.page.keyboard.press("Escape")
    visitor.page.locator("#compare-go").click()
    visitor.says("compare", "3 pictures; 1 could not be shown")
    expect(_cells(visitor)).to_have_count(4)
    expect(_cells(visitor).nth(3).locator(".said")).to_contain_text("HAT")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_task_without_a_model_at_hand_asks_to_fetch_one(visit: Visit, photo: Path) -> None:
    visitor = _opened(visit(), photo)
    visitor.choose("compare-task", "Deblur")
    expect(visitor.page.locator("#compare-scale")).to_be_hidden(timeout=PATIENCE)
    visitor.page.locator("#compare-go").click()
    visitor.says("compare", "No model for Deblur is on this machine yet; choose one under “Fetch these models too”.")
    expect(visitor.page.get_by_test_id("toast-body")).to_have_count(0)


def test_stop_leaves_what_is_there_and_nothing_that_turns(visit: Visit, photo: Path) -> None:
    visitor = _opened(visit(), photo)
    visitor.page.get_by_label("384 px").check(force=True)
    visitor.page.locator("#compare-go").click()
    expect(visitor.page.locator("#compare-grid img")).not_to_have_count(0, timeout=PATIENCE)
    visitor.page.locator("#compare-stop").click()
    visitor.says("compare", "Stopped.")
    expect(visitor.page.locator("#compare-grid .soon")).to_have_count(0)
    expect(_cells(visitor).first.get_by_role("button")).to_be_visible()


def test_without_a_picture_nothing_is_compared(visit: Visit) -> None:
    visitor = visit()
    visitor.tab("Compare")
    visitor.page.locator("#compare-go").click()
    visitor.says("compare", "Please choose a picture first.")
    expect(visitor.page.get_by_test_id("toast-body")).to_have_count(0)
