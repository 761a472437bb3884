"""No answer stays beside another question: it goes with a change of picture, network or wish, and with a refusal."""

from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from enhancer.settings import Settings
from enhancer.ui.jobs import Update
from enhancer.ui.lab_recognise import RecogniseTab
from tests.lanes.make import body, dicom
from tests.ui.browser import PATIENCE, Visitor, scene
from tests.ui.finished import on_a_page

Visit = Callable[..., Visitor]


def opened(visit: Visit, *tabs: str) -> Visitor:
    visitor = visit()
    for tab in tabs:
        visitor.tab(tab)
    return visitor


def gone(visitor: Visitor, tab: str, answer: str) -> None:
    """Neither the answer is there nor what was said of it, and one may ask again."""
    expect(visitor.page.locator(answer)).to_have_count(0, timeout=PATIENCE)
    expect(visitor.page.locator(f"#{tab}-status")).to_have_text("", timeout=PATIENCE)
    expect(visitor.page.locator(f"#{tab}-go")).to_be_enabled()


def removed(visitor: Visitor, box: str) -> None:
    visitor.page.locator(f"#{box}").get_by_label("Remove Image").click()


def sample(visitor: Visitor, tab: str, number: int, told: str) -> Locator:
    visitor.page.locator(f"#{tab}-samples button").nth(number).click()
    expect(visitor.page.locator(f"#{tab}-source")).to_contain_text(told, timeout=PATIENCE)
    return visitor.page.locator(f"#{tab}-go")


def test_a_digit_that_was_named_goes_with_its_picture(visit: Visit, tmp_path: Path) -> None:
    visitor = opened(visit, "Lab", "Recognise")
    sample(visitor, "recognise", 0, "160 × 120")
    visitor.says("recognise", "This is a 2.")
    removed(visitor, "recognise-picture")
    gone(visitor, "recognise", ".answer")
    sample(visitor, "recognise", 1, "160 × 120")
    visitor.says("recognise", "This is a 5.")
    removed(visitor, "recognise-picture")
    Image.new("RGB", (60, 60), "white").save(tmp_path / "white.png")
    visitor.give("recognise-picture", tmp_path / "white.png")
    visitor.says("recognise", "one tone all over")
    expect(visitor.page.locator(".answer")).to_have_count(0)


def test_a_refused_picture_leaves_no_answer_of_the_one_before(tmp_path: Path) -> None:
    Image.new("RGB", (60, 60), "white").save(tmp_path / "white.png")
    room = on_a_page(lambda: RecogniseTab(Settings(), []))
    seen: list[Update] = []

    def asked() -> None:
        for update in room.run(str(tmp_path / "white.png"), None):
            seen.append(update)

    with pytest.raises(gr.Error, match="one tone all over"):
        asked()
    assert seen[-1][room.answer] == ""


def test_boxes_go_with_their_picture_and_with_another_enhancement(visit: Visit) -> None:
    visitor = opened(visit, "Lab", "Detect")
    go, found = sample(visitor, "detect", 1, "96 × 72"), visitor.page.locator(".objects")
    visitor.choose("detect-way", "Upscale ×2")
    go.click()
    expect(found).to_be_visible(timeout=PATIENCE)
    visitor.images("detect-pictures", 2)
    visitor.choose("detect-way", "Upscale ×4")
    gone(visitor, "detect", ".objects")
    expect(visitor.page.locator("#detect-pictures img")).to_have_count(0)
    visitor.choose("detect-way", "Upscale ×2")
    go.click()
    expect(found).to_be_visible(timeout=PATIENCE)
    sample(visitor, "detect", 2, "320 × 213")
    gone(visitor, "detect", ".objects")


def test_a_map_goes_with_its_point_and_with_its_network(visit: Visit, tmp_path: Path) -> None:
    visitor = opened(visit, "Lab", "Explain")
    go, shown = sample(visitor, "explain", 0, "160 × 120"), "#explain-result img"
    go.click()
    visitor.says("explain", "speaks for a 2")
    visitor.images("explain-result", 2)
    visitor.choose("explain-model", "Fast ×2")
    gone(visitor, "explain", shown)
    go.click()
    visitor.says("explain", "this pixel")
    visitor.images("explain-result", 2)
    visitor.page.locator("#explain-x input[type=number]").fill("20")
    visitor.page.keyboard.press("Tab")
    gone(visitor, "explain", shown)


def test_a_sheet_goes_with_another_seed_and_with_a_refusal(visit: Visit) -> None:
    visitor = opened(visit, "Lab", "Synthesise")
    page = visitor.page
    for change in (page.locator("#draw-dice"), page.locator("#draw-wish label", has_text="Yours again")):
        page.locator("#draw-go").click()
        visitor.says("draw", "Drawn.")
        expect(page.locator("#draw-download")).to_be_visible(timeout=PATIENCE)
        change.click()
        gone(visitor, "draw", ".drawings")
        expect(page.locator("#draw-download")).to_be_hidden()
    sample(visitor, "again", 0, "160 × 120")
    page.locator("#draw-go").click()
    expect(page.locator(".drawings.again")).to_be_visible(timeout=PATIENCE)
    removed(visitor, "again-picture")
    gone(visitor, "draw", ".drawings")
    page.locator("#draw-go").click()
    visitor.says("draw", "Please choose a picture first")


def test_a_grid_goes_with_another_picture_and_with_another_part(visit: Visit, tmp_path: Path) -> None:
    visitor = opened(visit, "Compare")
    page = visitor.page
    for name in ("a.png", "b.png"):
        scene(400, 300, seed=ord(name[0])).save(tmp_path / name)
    page.get_by_label("128 px").check(force=True)
    visitor.give("compare-picture", tmp_path / "a.png")
    expect(page.locator("#compare-hint")).to_contain_text("128 × 128", timeout=PATIENCE)
    for change in (lambda: page.get_by_label("256 px").check(force=True), lambda: removed(visitor, "compare-picture")):
        page.locator("#compare-go").click()
        visitor.says("compare", "3 pictures")
        change()
        gone(visitor, "compare", "#compare-grid figure")


def test_another_picture_ends_the_work_on_the_one_before(visit: Visit, tmp_path: Path) -> None:
    visitor = opened(visit, "Compare")
    page = visitor.page
    scene(800, 600).save(tmp_path / "a.png")
    page.get_by_label("384 px").check(force=True)
    visitor.give("compare-picture", tmp_path / "a.png")
    expect(page.locator("#compare-hint")).to_contain_text("384 × 384", timeout=PATIENCE)
    page.locator("#compare-go").click()
    expect(page.locator("#compare-grid figure")).not_to_have_count(0, timeout=PATIENCE)
    removed(visitor, "compare-picture")
    expect(page.locator("#compare-grid figure")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator("#compare-go")).to_be_enabled(timeout=PATIENCE)
    page.wait_for_timeout(1000)
    expect(page.locator("#compare-grid figure")).to_have_count(0)
    expect(page.locator("#compare-status")).not_to_contain_text("Done")


@pytest.mark.parametrize("failing", [False, True])
def test_a_scene_goes_with_its_file_and_with_its_factor(visit: Visit, tmp_path: Path, failing: bool) -> None:
    visitor = opened(visit, "Lab", "Medical")
    page = visitor.page
    visitor.give("medical-file", dicom(tmp_path / "scan.dcm", body(32, 40)))
    page.locator("#medical-doubt input").uncheck()
    page.locator("#medical-go").click()
    expect(page.locator("#medical-status")).to_contain_text("Done: 80 × 64", timeout=3 * PATIENCE)
    visitor.images("medical-result", 2)
    if failing:
        page.locator("#medical-file").get_by_label("Clear").or_(
            page.locator("#medical-file").get_by_label("Remove this file")
        ).first.click()
    else:
        visitor.choose("medical-factor", "3")
    gone(visitor, "medical", "#medical-result img")
    expect(page.locator("#medical-download")).to_be_hidden()
