"""Every way to wish for a size, in a real browser over the bundled weights."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.browser import PATIENCE, Visitor, scene


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
