"""Every way to wish for a size, in a real browser over the bundled weights."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.browser import PATIENCE, Visitor, scene

Visit = Callable[..., Visitor]
# The second comes while the first is still on its way to the server.
TWO_WIDTHS = """async (widths) => {
  const field = document.querySelector("#target-width input");
  for (const width of widths) {
    field.value = width;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    await new Promise(done => setTimeout(done, 100));
  }
}"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.png"
    scene(32, 24).save(file)
    return file


def test_automatic_enlarges_at_every_factor(real: Visitor, small: Path) -> None:
    page, crispness = real.page, real.page.locator("#option-crispness")
    real.give("enhance-picture", small)
    expect(page.locator("#enhance-hint")).to_contain_text("64 × 48", timeout=PATIENCE)
    expect(crispness).to_be_visible()
    for factor, size in (("3", "96 × 72"), ("4", "128 × 96")):
        real.images("preview", 2)
        before = page.locator("#preview img").nth(1).get_attribute("src") or ""
        page.locator("#target-scale input[type=number]").fill(factor)
        page.keyboard.press("Tab")
        expect(page.locator("#enhance-hint")).to_contain_text(f"32 × 24 → {size}", timeout=PATIENCE)
        expect(page.locator("#preview img").nth(1)).not_to_have_attribute("src", before, timeout=PATIENCE)
        expect(crispness).to_be_hidden()
        page.locator("#enhance-go").click()
        expect(page.locator("#facts")).to_contain_text(f"→ {size}", timeout=PATIENCE)
        real.says("enhance", "Done")
    page.locator("#target-scale input[type=number]").fill("2")
    page.keyboard.press("Tab")
    expect(crispness).to_be_visible(timeout=PATIENCE)


def test_an_exact_size_needs_one_number_and_leaves_nothing_broken(visit: Visit, small: Path) -> None:
    visitor = visit()
    page, hint = visitor.page, visitor.page.locator("#enhance-hint")
    width, height = (page.locator(f"#target-{name} input") for name in ("width", "height"))
    visitor.give("enhance-picture", small)
    visitor.images("preview", 2)
    page.locator("#target-scale input[type=number]").fill("1.5")
    page.keyboard.press("Tab")
    expect(hint).to_contain_text("32 × 24 → 48 × 36", timeout=PATIENCE)
    page.locator("#size-by label", has_text="Exact").click()
    expect(width).to_have_value("1920")
    expect(height).to_have_value("")
    width.fill("64")
    page.keyboard.press("Tab")
    expect(hint).to_contain_text("32 × 24 → 64 × 48", timeout=PATIENCE)
    height.fill("40")
    page.keyboard.press("Tab")
    expect(hint).to_contain_text("32 × 24 → 64 × 40", timeout=PATIENCE)
    page.locator("#size-by label", has_text="Factor").click()
    expect(hint).to_contain_text("32 × 24 → 48 × 36", timeout=PATIENCE)
    page.locator("#size-by label", has_text="Exact").click()
    expect(height).to_have_value("40")
    expect(hint).to_contain_text("32 × 24 → 64 × 40", timeout=PATIENCE)
    height.fill("")
    page.keyboard.press("Tab")
    expect(hint).to_contain_text("32 × 24 → 64 × 48", timeout=PATIENCE)
    page.locator("#size-by label", has_text="Factor").click()
    expect(hint).to_contain_text("32 × 24 → 48 × 36", timeout=PATIENCE)


def test_a_factor_beyond_the_slider_is_the_one_at_its_end(visit: Visit, small: Path) -> None:
    visitor = visit()
    page, factor = visitor.page, visitor.page.locator("#target-scale input[type=number]")
    visitor.give("enhance-picture", small)
    visitor.images("preview", 2)
    for typed, shown, size in (("99", "4", "128 × 96"), ("3", "3", "96 × 72"), ("0", "1", "32 × 24")):
        factor.fill(typed)
        page.keyboard.press("Tab")
        expect(page.locator("#enhance-hint b")).to_contain_text(size, timeout=PATIENCE)
        expect(factor).to_have_value(shown)
    expect(page.get_by_test_id("toast-body")).to_have_count(0)


def test_a_size_asked_for_while_one_that_cannot_be_is_refused_is_answered(visit: Visit, small: Path) -> None:
    visitor = visit()
    page, hint = visitor.page, visitor.page.locator("#enhance-hint")
    visitor.give("enhance-picture", small)
    visitor.images("preview", 2)
    page.locator("#size-by label", has_text="Exact").click()
    expect(hint).to_contain_text("more than 16 times a side", timeout=PATIENCE)
    page.route("**/queue/join*", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.evaluate(TWO_WIDTHS, ["9000", "64"])
    expect(hint).to_contain_text("32 × 24 → 64 × 48", timeout=PATIENCE)
