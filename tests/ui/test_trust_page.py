"""How far can I trust this? Asked in a real browser, from the verdict to the report, with Stop and two visitors."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from enhancer.evidence.recipe import fingerprint
from enhancer.evidence.recipe_text import from_json
from enhancer.media import decode, embedded_recipe
from tests.ui.browser import PATIENCE, Visitor, scene, stopped_at
from tests.ui.conftest import Server

Visit = Callable[..., Visitor]
BUTTONS = ("trust-where", "trust-cure", "trust-test", "trust-guess", "trust-report")


def enhanced(visitor: Visitor, photo: Path) -> None:
    visitor.give("enhance-picture", photo)
    visitor.images("preview", 2)
    visitor.page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")
    visitor.images("result", 2)
    expect(visitor.page.locator("#trust-report")).to_be_enabled(timeout=PATIENCE)


def taken(visitor: Visitor) -> Path:
    """The report, once it is there and nothing goes on."""
    expect(visitor.page.locator("#trust-report-file")).to_be_visible(timeout=PATIENCE)
    expect(visitor.page.locator("#trust-report")).to_be_enabled(timeout=PATIENCE)
    return visitor.download("trust-report-file")


def picture(file: Path, seed: int = 0) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    scene(150, 110, seed).save(file, dpi=(300, 300))
    return file


def test_every_question_is_answered_and_all_of_it_can_be_taken_home(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    page = visitor.page
    trust = page.locator("#trust")
    expect(trust).to_be_hidden()
    enhanced(visitor, picture(tmp_path / "photo.png"))
    expect(page.locator("#trust-fit")).to_contain_text("Shrunk back, the result")
    expect(page.locator("#trust-receipt")).to_contain_text("Kept: print resolution")
    for hidden in ("trust-tested", "trust-guess-map", "trust-fit-map", "trust-report-file", "recipe-file"):
        expect(page.locator(f"#{hidden}")).to_be_hidden()

    page.locator("#trust-cure").click()
    expect(page.locator("#trust-fit")).to_contain_text(re.compile(r"Made consistent: from .* dB"), timeout=PATIENCE)
    expect(page.locator("#facts")).to_contain_text("made consistent", timeout=PATIENCE)
    expect(page.locator("#trust-where")).to_be_enabled(timeout=PATIENCE)
    expect(page.locator("#trust-cure")).to_be_disabled()
    page.locator("#trust-test").click()
    told = page.locator("#trust-tested")
    expect(told).to_contain_text("Plain resize", timeout=PATIENCE)
    expect(told.locator(".said.bad").first).to_contain_text("Fast ×2: Worse than a plain resize")
    page.locator("#trust-guess").click()
    visitor.images("trust-guess-map", 2)
    page.locator("#trust-where").click()
    visitor.images("trust-fit-map", 2)
    expect(page.locator("#trust-fit-told .scale")).to_contain_text("of 255 levels")

    page.locator("#embed input").check()
    expect(page.locator("#facts")).to_contain_text("in the file", timeout=PATIENCE)
    expect(page.locator("#recipe-file")).to_be_hidden()
    file = visitor.download("download")
    recipe = from_json(embedded_recipe(file.read_bytes()) or "")
    assert recipe.steps[0].options["consistent"] is True
    assert fingerprint(decode(file)) == recipe.result
    page.locator("#format label", has_text="WebP").click()
    expect(page.locator("#facts")).to_contain_text("beside it", timeout=PATIENCE)
    beside = visitor.download("recipe-file")
    assert beside.name == "photo-x2.webp.recipe.json"
    assert from_json(beside.read_text()) == recipe

    page.locator("#trust-report").click()
    report = taken(visitor)
    assert report.name == "photo-x2-report.html"
    for text in ("Tested on this picture", "photo-x2.webp", "How it was made", recipe.result.sha256):
        assert text in report.read_text()


def test_a_link_holds_the_settings_and_sets_the_form(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    visitor.choose("model", "Fast ×2")
    visitor.page.locator("#size-by label", has_text="Exact").click()
    visitor.page.locator("#target-width input").fill("190")
    visitor.page.locator("#target-height input").fill("160")
    visitor.page.keyboard.press("Tab")
    enhanced(visitor, picture(tmp_path / "photo.png"))
    link = visitor.page.locator("#trust .link a").get_attribute("href")
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.locator("#trust .copy").click()
    expect(visitor.page.locator("#trust .copy")).to_have_text("Copied")
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{visitor.url}/{link}"

    other = visit(at=f"/{link}")
    other.says("enhance", "The form is set as the link says")
    expect(other.page.locator("#model input[role=combobox]")).to_have_value("Fast ×2")
    expect(other.page.locator("#target-width input")).to_have_value("190")
    expect(other.page.locator("#target-height input")).to_have_value("160")
    expect(other.page.locator("#target-scale")).to_be_hidden()
    visit(at="/?recipe=broken").says("enhance", "copy the whole link again")


def test_stop_ends_a_question_within_a_tile_and_the_next_can_be_asked(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    big = tmp_path / "big.jpg"
    scene(1600, 1200).save(big)
    visitor = visit()
    enhanced(visitor, big)
    visitor.page.locator("#trust-guess").click()
    status = visitor.page.locator("#enhance-status")
    expect(status).to_contain_text(re.compile(r"Looking eight times.* [1-9]\d* of \d+ tiles"), timeout=PATIENCE)
    for button in BUTTONS:
        expect(visitor.page.locator(f"#{button}")).to_be_disabled()
    seen = re.search(r"(\d+) of (\d+) tiles", status.inner_text())
    assert seen is not None
    visitor.page.locator("#enhance-stop").click()
    visitor.says("enhance", "Stopped.")
    done, total = stopped_at(server.log, int(seen[2]))
    assert int(seen[1]) <= done < total
    expect(visitor.page.locator("#trust-guess-map")).to_be_hidden()
    visitor.page.locator("#trust-where").click()
    visitor.images("trust-fit-map", 2)


def test_two_visitors_see_their_own_evidence(visit: Visit, tmp_path: Path) -> None:
    visitors = [visit(), visit()]
    for seed, visitor in enumerate(visitors, start=3):
        enhanced(visitor, picture(tmp_path / str(seed) / f"mine-{seed}.png", seed))
    first, second = visitors
    first.page.locator("#trust-test").click()
    expect(first.page.locator("#trust-tested table")).to_be_visible(timeout=PATIENCE)
    expect(second.page.locator("#trust-tested")).to_be_hidden()
    for visitor in visitors:
        visitor.page.locator("#trust-report").click()
    for seed, visitor in enumerate(visitors, start=3):
        report = taken(visitor)
        assert report.name == f"mine-{seed}-x2-report.html"
        assert ("Tested on this picture" in report.read_text()) == (visitor is first)


def test_what_cannot_be_asked_says_why(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    visitor.choose("task", "Classical · Median")
    enhanced(visitor, picture(tmp_path / "photo.png"))
    expect(visitor.page.locator("#trust-fit")).to_contain_text("not larger than your picture")
    expect(visitor.page.locator("#trust-guess-hint")).to_contain_text("No network drew")
    for button in BUTTONS[:-1]:
        expect(visitor.page.locator(f"#{button}")).to_be_disabled()
    expect(visitor.page.locator("#trust-report")).to_be_enabled()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_open_section_does_not_scroll_sideways_on_a_phone(visit: Visit, tmp_path: Path, dark: bool) -> None:
    visitor = visit(390, dark)
    enhanced(visitor, picture(tmp_path / "photo.png"))
    for button, shown in (("trust-test", "#trust-tested table"), ("trust-where", "#trust-fit-told .scale")):
        visitor.page.locator(f"#{button}").click()
        expect(visitor.page.locator(shown)).to_be_visible(timeout=PATIENCE)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
