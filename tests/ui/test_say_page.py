"""Say what you want, in a real browser: steps are seen before they run, and what is not understood is told in place."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from enhancer.errors import BadOptions
from enhancer.tasks.chain import Step
from enhancer.tasks.spoken import Said, Understood, understand
from enhancer.ui.auto_plan import MOST
from enhancer.ui.say_desk import plan, told
from tests.ui.browser import PATIENCE, Visitor

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_wish_is_shown_as_steps_before_it_runs(visit: Visit, width: int) -> None:
    visitor = visit(width)
    page = visitor.page
    page.locator("#enhance-samples button").first.click()
    visitor.images("preview", 2)
    page.locator("#say-box :is(input, textarea)").fill("brighter, more contrast, twice the size")
    page.locator("#say-go").click()
    expect(page.locator("#say-status")).to_contain_text("Understood, see the steps below", timeout=PATIENCE)
    expect(page.locator("#auto .why")).to_have_count(3)
    expect(page.locator("#auto")).to_contain_text("You said “brighter”.")
    expect(page.locator("#enhance-hint")).to_contain_text("640", timeout=PATIENCE)
    expect(page.locator("#result img")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")
    expect(page.locator("#facts")).to_contain_text("Gamma")


def test_chinese_is_understood_and_errors_are_told_in_place(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    box = page.locator("#say-box :is(input, textarea)")
    for text, error in (
        ("", "Please write what is to be done"),
        ("brighter, and put a dog into the sky", "Not understood: put, dog, sky."),
        ("half the size", "not smaller"),
        ("do not sharpen", "Nothing is left to be done"),
    ):
        box.fill(text)
        page.locator("#say-go").click()
        expect(page.locator("#say-status .bad")).to_contain_text(error, timeout=PATIENCE)
    box.fill("变亮一点，放大两倍")
    box.press("Enter")
    expect(page.locator("#say-status .good")).to_contain_text("Gamma, Upscale", timeout=PATIENCE)
    expect(page.locator("#auto")).to_contain_text("What will be done, in this order")


def test_what_is_left_out_is_said() -> None:
    assert told(understand("brighter, do not sharpen")).endswith("steps below: Gamma. Left out: Sharpen.")


def test_more_steps_than_the_form_takes_are_refused() -> None:
    many = tuple(Said(Step("gamma"), "brighter") for _ in range(MOST + 1))
    with pytest.raises(BadOptions, match="the form takes"):
        plan(Understood(many))
