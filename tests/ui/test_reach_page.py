"""The page for those who use keys, who hear it, and who see little contrast."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from enhancer.progress import Progress
from enhancer.ui.languages import table
from enhancer.ui.words import bar
from tests.ui.browser import PATIENCE, Visitor

Visit = Callable[..., Visitor]
READABLE = 4.5  # times as bright at least, WCAG 2.2 AA
CONTRAST = """selector => {
    const numbers = text => text.match(/[\\d.]+/g).map(Number);
    const light = rgb => rgb.slice(0, 3).map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
    const ground = e => { const c = numbers(getComputedStyle(e).backgroundColor);
        return c.length === 4 && c[3] === 0 ? ground(e.parentElement) : c; };
    const seen = [...document.querySelectorAll(selector)].find(e => e.checkVisibility());
    const both = [light(numbers(getComputedStyle(seen).color)), light(ground(seen))];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05); }"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_is_chosen_can_be_read(visit: Visit, dark: bool) -> None:
    visitor = visit(1280, dark)
    page = visitor.page
    page.wait_for_function("document.querySelector('#rooms [role=tab][aria-selected=true]')")
    for selector in ("#rooms [role=tab][aria-selected=true]", "#rooms .joined label.selected"):
        assert page.evaluate(CONTRAST, selector) >= READABLE, selector
    visitor.tab("Models")
    expect(page.locator(".act.first").first).to_be_visible(timeout=PATIENCE)
    assert page.evaluate(CONTRAST, ".act.first") >= READABLE


def test_keys_move_the_handle_between_two_pictures(visit: Visit, cat: Path) -> None:
    visitor = visit()
    visitor.give("enhance-picture", cat)
    visitor.images("preview", 2)
    handle = visitor.page.locator("#preview").get_by_role("slider", name="Before / After")
    expect(handle).to_have_attribute("aria-valuenow", "50", timeout=PATIENCE)
    handle.focus()
    for key, percent in (("ArrowLeft", "48"), ("PageUp", "58"), ("End", "100"), ("ArrowRight", "100"), ("Home", "0")):
        visitor.page.keyboard.press(key)
        expect(handle).to_have_attribute("aria-valuenow", percent)
    place = "e => new DOMMatrix(getComputedStyle(e).transform).e"
    first = handle.evaluate(place)
    visitor.page.keyboard.press("PageUp")
    expect(handle).to_have_attribute("aria-valuenow", "10")
    assert handle.evaluate(place) > first + 10
    alts = [image.get_attribute("alt") for image in visitor.page.locator("#preview img").all()]
    assert alts == ["Before", "After"]


def test_samples_have_names_and_status_lines_are_told(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    page.locator("#enhance-samples").get_by_role("button", name="A cup of coffee", exact=True).click()
    expect(page.locator("#enhance-source")).to_contain_text("320 × 213", timeout=PATIENCE)
    told = page.locator("#enhance-status")
    expect(told).to_have_attribute("role", "status", timeout=PATIENCE)
    expect(told).to_have_attribute("aria-busy", "false")
    visitor.tab("Lab")
    visitor.tab("Detect")
    expect(page.locator("#detect-samples").get_by_role("button", name="Shapes in strong noise")).to_be_visible()
    assert table("zh-CN").text("The digit 5") == "数字 5"


def test_a_bar_of_progress_has_a_name() -> None:
    progress = Progress()
    progress.step(1, 4, "tile")
    assert 'role="progressbar"' in bar(progress, "Enhancing")
    assert 'aria-label="Enhancing · tile · 1 of 4 tiles"' in bar(progress, "Enhancing")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_box_for_wishes_shows_its_example(visit: Visit, width: int) -> None:
    page: Page = visit(width).page
    box = page.locator("#say-box :is(input, textarea)")
    expect(box).to_be_visible(timeout=PATIENCE)
    assert box.evaluate("e => e.scrollHeight - e.clientHeight") <= 4
