"""The Models tab in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from enhancer.evidence.measure import FILE
from enhancer.models.catalog import HUB_ENTRIES, entry
from enhancer.models.entry import VIDEO, Entry
from tests.ui.browser import PATIENCE, Visitor
from tests.ui.conftest import Server
from tests.ui.serve import SIZES, catalog_of

Visit = Callable[..., Visitor]
LONG = 3 * PATIENCE


@pytest.fixture
def models(visit: Visit, server: Server) -> Callable[..., Visitor]:
    """Open the tab on a server where nothing was measured yet."""
    (server.weights / "cache" / FILE).unlink(missing_ok=True)

    def open_tab(width: int = 1280) -> Visitor:
        visitor = visit(width)
        visitor.tab("Models")
        expect(card(visitor, "x2-fast")).to_contain_text("not measured here yet")
        return visitor

    return open_tab


def card(visitor: Visitor, model_id: str) -> Locator:
    return visitor.page.locator(f"#models-cards [data-id='{model_id}']")


def shown(visitor: Visitor, *ids: str) -> None:
    """Wait until exactly these cards are shown, in this order."""
    script = "ids => [...document.querySelectorAll('#models-cards [data-id]')].map(e => e.dataset.id).join() === ids"
    visitor.page.wait_for_function(script, arg=",".join(ids), timeout=PATIENCE)


@pytest.fixture
def catalog(server: Server) -> tuple[Entry, ...]:
    """What the server has for pictures, whatever else the program bundles; models for video have a tab of their own."""
    return tuple(e for e in catalog_of(server.weights) if e.purpose != VIDEO)


def ids(catalog: tuple[Entry, ...], *purposes: str) -> list[str]:
    return [e.id for e in catalog if e.purpose in purposes or not purposes]


def test_every_model_has_a_card_the_bundled_ones_first(models: Visit, catalog: tuple[Entry, ...]) -> None:
    visitor = models()
    shown(visitor, *ids(catalog))
    fast, public = card(visitor, "x2-fast"), card(visitor, HUB_ENTRIES[0].id)
    for text in ("37.61 dB", "plain resize 33.67", "3.94 dB better", "Commercial use: yes", "Apache-2.0", "Bundled"):
        expect(fast).to_contain_text(text)
    expect(public).to_contain_text("On the Hub")
    expect(public).to_contain_text("Commercial use: no")
    expect(public.get_by_role("button", name="Measure")).to_have_count(0)
    here = len(SIZES)
    expect(visitor.page.locator("#models-hint")).to_contain_text(f"{len(catalog)} models shown, {here} of them on this")
    expect(visitor.page.locator("#models-plot")).to_contain_text("Press “Measure on this machine”")


def test_filters(models: Visit, catalog: tuple[Entry, ...]) -> None:
    visitor = models()
    visitor.choose("models-for", "Deblur")
    shown(visitor, *ids(catalog, "deblur"))
    expect(visitor.page.locator("#models-plot")).to_contain_text("nothing to draw")
    visitor.choose("models-for", "Upscale")
    shown(visitor, *ids(catalog, "upscale"))
    visitor.page.get_by_label("Only models that allow commercial use").check()
    shown(visitor, *(i for i in ids(catalog, "upscale") if i != HUB_ENTRIES[0].id))
    visitor.page.get_by_label("On the Hub", exact=True).uncheck()
    shown(visitor, *SIZES)
    visitor.page.get_by_label("Bundled", exact=True).uncheck()
    expect(visitor.page.locator("#models-cards")).to_contain_text("No model is like this")
    visitor.page.locator("#models-go").click()
    visitor.says("models", "nothing is fetched for it")


def test_orders(models: Visit, catalog: tuple[Entry, ...]) -> None:
    visitor = models()
    visitor.choose("models-order", "File, smallest first")
    sized = sorted((e for e in catalog if e.bytes), key=lambda e: e.bytes or 0)
    shown(visitor, *(e.id for e in sized), *(e.id for e in catalog if not e.bytes))
    visitor.choose("models-order", "Name")
    shown(visitor, *(e.id for e in sorted(catalog, key=lambda e: e.title.casefold())))
    visitor.choose("models-order", "Set5 likeness, best first")
    expect(visitor.page.locator("#models-cards [data-id]").first).to_have_attribute("data-id", "x2-fast")
    visitor.choose("models-order", "Bundled first")
    shown(visitor, *ids(catalog))


def test_models_are_measured_drawn_and_remembered(
    models: Visit, visit: Visit, server: Server, catalog: tuple[Entry, ...]
) -> None:
    visitor = models()
    badly = card(visitor, "x4-fast").get_by_text("What it does badly")
    badly.click()
    visitor.page.locator("#models-go").click()
    expect(card(visitor, "x2-fast")).to_contain_text(re.compile(r"s a megapixel"), timeout=LONG)  # x4-fast takes longer
    expect(visitor.page.locator("#models-status")).to_contain_text("Measured, and remembered", timeout=LONG)
    expect(card(visitor, "x4-fast")).to_contain_text(re.compile(r"[\d.]+ (ms|s|min) a megapixel"))
    expect(card(visitor, "x4-fast").get_by_text("Text much smaller than 8 pixels")).to_be_visible()  # still unfolded
    drawn = visitor.page.locator("#models-plot svg[role=img]")
    expect(drawn.locator("circle")).to_have_count(1)
    expect(drawn.locator(".name")).to_have_text("Fast ×2")
    visitor.choose("models-figure", "Upscale ×4: Set14 likeness")
    expect(drawn.locator(".name")).to_have_text("Fast ×4")
    visitor.choose("models-order", "Time here, shortest first")
    shown(visitor, *ids(catalog))  # the network of the fast one is the smaller one here
    assert (server.weights / "cache" / FILE).is_file()
    later = visit()
    later.tab("Models")
    expect(card(later, "x2-fast")).to_contain_text("a megapixel", timeout=PATIENCE)


def test_one_model_is_measured_and_the_filters_of_the_moment_stay(models: Visit, catalog: tuple[Entry, ...]) -> None:
    visitor = models()
    card(visitor, "x4-fast").get_by_role("button", name="Measure").click()
    visitor.choose("models-for", "Upscale")
    expect(visitor.page.locator("#models-status")).to_contain_text("Measured, and remembered", timeout=LONG)
    expect(card(visitor, "x4-fast")).to_contain_text("a megapixel")
    shown(visitor, *ids(catalog, "upscale"))
    expect(card(visitor, "x2-fast")).to_contain_text("not measured here yet")


def test_stop_ends_a_measurement(models: Visit, server: Server) -> None:
    visitor = models()
    card(visitor, "x4-fast").get_by_role("button", name="Measure").click()
    visitor.says("models", "Measuring Fast ×4")
    visitor.page.locator("#models-stop").click()
    visitor.says("models", "Stopped")
    visitor.page.wait_for_timeout(1000)
    expect(card(visitor, "x4-fast")).to_contain_text("not measured here yet")
    expect(visitor.page.locator("#models-go")).to_be_enabled()


@pytest.mark.parametrize("model_id", ["x4-fast", "nafnet-denoise-64"])
def test_a_model_is_taken_to_the_enhance_tab(models: Visit, model_id: str) -> None:
    visitor, chosen = models(), entry(model_id)
    use = card(visitor, model_id).get_by_role("button", name=f"Use this model: {chosen.title}")
    use.focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("#enhance-go")).to_be_visible()
    expect(visitor.page.locator("#model input")).to_have_value(chosen.title)
    expect(visitor.page.locator("#task input")).to_have_value(
        {"upscale": "Upscale", "denoise": "Denoise"}[chosen.purpose]
    )
    visitor.says("enhance", f"with {chosen.title}")
    if chosen.scale > 1:
        expect(visitor.page.locator("#target-scale input[type=number]")).to_have_value(str(chosen.scale))
    visitor.page.wait_for_function("scrollY === 0")


def test_the_keyboard_reaches_every_part_of_a_card(models: Visit) -> None:
    visitor = models()
    card(visitor, "x2-fast").get_by_role("button", name="Measure").focus()
    told = []
    for _ in range(4):
        told.append(visitor.page.evaluate("document.activeElement.textContent"))
        visitor.page.keyboard.press("Tab")
    assert told == ["Measure", "Use this model", "What it does badly", "Fingerprint of the file"]
    visitor.page.keyboard.press("Shift+Tab")
    visitor.page.keyboard.press("Enter")
    expect(card(visitor, "x2-fast").locator("code")).to_be_visible()


def test_a_phone_shows_whole_cards(models: Visit) -> None:
    visitor = models(390)
    box = card(visitor, "x2-fast").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    inside = """e => [...e.querySelectorAll('td, th, dd, button')].every(c =>
        c.getBoundingClientRect().right <= e.getBoundingClientRect().right)"""
    assert card(visitor, "x2-fast").evaluate(inside)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
