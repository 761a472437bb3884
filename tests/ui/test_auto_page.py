"""Auto in a real browser: one click from a damaged picture to steps that can be overruled; the result verifies."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from skimage import data as pictures

from enhancer.evidence.diagnosis import diagnose
from enhancer.evidence.propose import propose
from enhancer.evidence.recipe_text import from_json
from enhancer.media import decode, embedded_recipe
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import Entry
from enhancer.trust import verify
from tests.ui.browser import PATIENCE, Visitor
from tests.ui.conftest import Server
from tests.ui.serve import catalog_of

Visit = Callable[..., Visitor]


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A cat in noise, saved as JPEG."""
    clean = pictures.chelsea()[60:220, 90:330]
    grain = np.random.default_rng(0).normal(0, 20, clean.shape)
    file = tmp_path / "damaged.jpg"
    Image.fromarray((clean + grain).round().clip(0, 255).astype(np.uint8)).save(file, quality=85, subsampling=0)
    return file


@pytest.fixture
def calm(tmp_path: Path) -> Path:
    file = tmp_path / "calm.png"
    Image.fromarray(pictures.coffee()[80:280, 150:400]).save(file)
    return file


def looked_over(visitor: Visitor, file: Path) -> None:
    visitor.give("enhance-picture", file)
    visitor.images("preview", 2)
    visitor.page.locator("#auto-go").click()
    expect(visitor.page.locator("#auto-status")).to_contain_text("Looked over", timeout=PATIENCE)
    expect(visitor.page.locator("#auto-findings")).to_contain_text("What this picture has", timeout=PATIENCE)


def previewed(visitor: Visitor) -> None:
    expect(visitor.page.locator("#preview-facts")).to_contain_text("Preview of", timeout=PATIENCE)


def enhanced(visitor: Visitor) -> None:
    visitor.page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")
    visitor.images("result", 2)


def steps_of(file: Path, catalog: tuple[Entry, ...] = CATALOG) -> list[str]:
    """The tasks proposed for a picture that is to be twice as large, with the models of a catalogue."""
    return [s.task_id for s in propose(diagnose(decode(file), file.read_bytes()), 2, catalog).chain]


def test_one_click_finds_proposes_and_does_and_the_file_verifies(real: Visitor, damaged: Path) -> None:
    looked_over(real, damaged)
    card, chain = real.page.locator("#auto"), steps_of(damaged)
    assert len(chain) >= 2
    for finding in ("Noise", "JPEG compression"):
        expect(card.locator(".finding", has_text=finding)).to_be_visible()
    expect(card.locator(".finding summary").first).to_have_attribute("title", re.compile("scatter by"))
    expect(card.locator(".fine")).to_contain_text("Fine: ")
    expect(card.locator(".step:visible")).to_have_count(len(chain))
    expect(real.page.locator("#task input[role=combobox]")).to_have_value("Auto · the steps below")
    expect(real.page.locator("#model")).to_be_hidden()
    previewed(real)
    enhanced(real)
    expect(real.page.locator("#facts")).to_contain_text("→ Upscale")
    expect(real.page.locator("#trust-test-hint")).to_contain_text("the damage which was found")
    real.page.locator("#embed input").check()
    expect(real.page.locator("#facts")).to_contain_text("in the file", timeout=PATIENCE)
    file = real.download("download")
    recipe = from_json(embedded_recipe(file.read_bytes()) or "")
    assert [step.task for step in recipe.steps] == chain
    assert verify(file, damaged).outcome == "bit-identical"


def test_every_step_can_be_overruled_and_left(visit: Visit, server: Server, damaged: Path) -> None:
    visitor = visit()
    page, chain = visitor.page, steps_of(damaged, catalog_of(server.weights))
    looked_over(visitor, damaged)
    previewed(visitor)
    before = page.locator("#preview img").nth(1).get_attribute("src") or ""
    page.locator("#auto-tick-1 input").uncheck()
    expect(page.locator("#preview img").nth(1)).not_to_have_attribute("src", before, timeout=PATIENCE)
    figure = page.locator(f"#auto-figure-{len(chain)} input[type=number]")
    figure.fill("0.5")
    page.keyboard.press("Tab")
    page.locator("#auto-factor input[type=number]").fill("3")
    page.keyboard.press("Tab")
    expect(page.locator("#enhance-hint")).to_contain_text("240 × 160 → 720 × 480", timeout=PATIENCE)
    expect(page.locator("#auto-tick-1 input")).not_to_be_checked()
    previewed(visitor)
    enhanced(visitor)
    page.locator("#embed input").check()
    expect(page.locator("#facts")).to_contain_text("in the file", timeout=PATIENCE)
    recipe = from_json(embedded_recipe(visitor.download("download").read_bytes()) or "")
    assert [step.task for step in recipe.steps] == chain[1:]
    assert recipe.steps[-1].options["scale"] == 3
    assert recipe.steps[-1].options["strength"] == 0.5

    link = page.locator("#trust .link a").get_attribute("href")
    other = visit(at=f"/{link}")
    other.says("enhance", "The form is set as the link says")
    expect(other.page.locator("#task input[role=combobox]")).to_have_value(
        "Steps of the link" if len(chain) > 2 else "Upscale"
    )

    visitor.choose("task", "Classical · Median")
    expect(page.locator("#auto")).to_be_hidden()
    expect(page.locator("#median-radius")).to_be_visible()
    visitor.choose("task", "Auto · the steps below")
    expect(page.locator("#auto-tick-1 input")).not_to_be_checked(timeout=PATIENCE)
    expect(page.locator("#auto-tick-2 input")).to_be_checked()


def test_a_clean_picture_is_only_enlarged_and_only_on_wish(visit: Visit, calm: Path, damaged: Path) -> None:
    visitor = visit()
    page = visitor.page
    looked_over(visitor, calm)
    expect(page.locator("#auto-findings")).to_contain_text("Nothing to mend")
    expect(page.locator("#auto .step:visible")).to_have_count(1)
    page.locator("#auto-factor input[type=number]").fill("1")
    page.keyboard.press("Tab")
    expect(page.locator("#auto .step:visible")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator("#preview-facts")).to_contain_text("There is nothing to do", timeout=PATIENCE)
    page.locator("#enhance-go").click()
    visitor.says("enhance", "There is nothing to do")
    expect(page.get_by_test_id("toast-body")).to_have_count(0)

    page.get_by_label("Remove Image").click()
    visitor.give("enhance-picture", damaged)
    expect(page.locator("#auto")).to_be_hidden(timeout=PATIENCE)
    expect(page.locator("#task input[role=combobox]")).to_have_value("Upscale")
    page.locator("#task input[role=combobox]").click()
    expect(page.get_by_role("option", name="Auto")).to_have_count(0)


def test_auto_without_a_picture_says_what_to_do(visit: Visit) -> None:
    visitor = visit()
    visitor.page.locator("#auto-go").click()
    expect(visitor.page.locator("#auto-status")).to_contain_text("choose a picture first", timeout=PATIENCE)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_card_fits_a_phone(visit: Visit, damaged: Path, dark: bool) -> None:
    visitor = visit(390, dark)
    looked_over(visitor, damaged)
    visitor.page.locator("#auto .fine summary").click()
    told = visitor.page.locator("#auto .fine dd").first
    expect(told).to_be_visible()
    expect(told).to_have_css("font-weight", "400")
    whole, line = (found.bounding_box() for found in (visitor.page.locator("#auto .fine"), told))
    assert whole is not None
    assert line is not None
    assert line["width"] > 0.95 * whole["width"]  # a line of its own, not a column beside its name
    visitor.page.locator("#auto .finding summary").first.click()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    inside = visitor.page.locator("#auto").bounding_box()
    assert inside is not None
    assert inside["x"] >= 0
    assert inside["x"] + inside["width"] <= 390
