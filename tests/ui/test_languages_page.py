"""The page in the browser's own language, and in English for everybody else."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from enhancer.ui.languages import table
from tests.ui.browser import PATIENCE, Visitor, scene
from tests.ui.conftest import Server

Open = Callable[..., Visitor]
TABS = ["Enhance", "Batch", "Video", "Compare", "Metrics", "Models", "Lab", "Status"]
LAB = ["Repair", "Recognise", "Detect", "Synthesise", "Explain", "Medical", "Satellite"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b(?:the|of|and|is|it|picture|model|how|what|size|choose|press|not|with|for|this|here)\b", re.I)


@pytest.fixture
def speak(server: Server, browser: Browser) -> Open:
    """Open the page in a browser of this language."""

    def open_page(locale: str, width: int = 1280) -> Visitor:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": 900})
        return Visitor(context.new_page(), server.url)

    return open_page


def sentences(visitor: Visitor) -> list[str]:
    """What can be read on the page, and what tooltips would say; names of files and the like are left out."""
    script = """() => [...document.querySelectorAll("body *")]
        .filter(e => e.checkVisibility() && !e.closest("footer, [translate=no], code, script, style"))
        .flatMap(e => [e.matches("input, label") ? "" : e.title || "",
                       ...[...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data)])"""
    found: list[str] = visitor.page.evaluate(script)
    return [text.strip() for text in found if text.strip()]


def in_english(visitor: Visitor) -> list[str]:
    return [text for text in sentences(visitor) if ENGLISH.search(text)]


def test_a_chinese_browser_sees_no_english_in_any_tab(speak: Open) -> None:
    visitor, words = speak("zh-CN"), table("zh-CN")
    names = [words.text(tab) for tab in TABS]
    assert visitor.page.get_by_role("tab").all_inner_texts()[: len(TABS)] == names
    for name in names:
        visitor.tab(name)
        visitor.page.wait_for_timeout(500)
        panel = visitor.page.get_by_role("tabpanel").filter(visible=True).first
        expect(panel).to_contain_text(CHINESE, timeout=PATIENCE)
        if name == words.text("Models"):  # too large to be opened with; they come when the tab is seen
            expect(visitor.page.locator("#models-cards")).to_contain_text(CHINESE, timeout=PATIENCE)
        assert in_english(visitor) == []
        for room in LAB if name == words.text("Lab") else ():
            panel.get_by_role("tab", name=words.text(room)).click()
            visitor.page.wait_for_timeout(500)
            assert in_english(visitor) == []
    assert visitor.page.evaluate("document.documentElement.lang") == "zh-CN"
    assert visitor.problems == []
    visitor.page.context.close()


@pytest.mark.parametrize("locale", ["en-US", "de-DE", "zh-TW"])
def test_every_other_browser_sees_english(speak: Open, locale: str) -> None:
    visitor = speak(locale)
    assert visitor.page.get_by_role("tab").all_inner_texts()[: len(TABS)] == TABS
    expect(visitor.page.locator("#enhance-go")).to_have_text("Enhance")
    own = visitor.page.locator("#auto-go, .toolbar, #task, #model, #model-card").all_inner_texts()
    assert not CHINESE.search(" ".join(own))
    visitor.page.context.close()


def test_what_handlers_say_is_chinese_too(speak: Open, tmp_path: Path) -> None:
    visitor = speak("zh-CN", 390)
    page = visitor.page
    page.locator("#enhance-go").click()
    visitor.says("enhance", "请先选择一张图片")
    expect(page.get_by_test_id("toast-body")).to_have_count(0)
    file = tmp_path / "Result.png"
    scene(96, 72).save(file)
    visitor.give("enhance-picture", file)
    visitor.images("preview", 2)
    page.locator("#auto-go").click()
    expect(page.locator("#auto-status")).to_contain_text("已检查", timeout=PATIENCE)
    page.locator("#enhance-go").click()
    visitor.says("enhance", "完成，用时")
    expect(page.locator("#trust-fit")).to_contain_text("与原图相符吗？")
    before = "getComputedStyle(document.querySelector('#result'), '::before').content"
    assert page.evaluate(before) == '"处理前"'
    assert in_english(visitor) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    visitor.page.context.close()


def test_who_chooses_another_language_in_the_settings_is_answered_in_it(speak: Open) -> None:
    visitor = speak("zh-CN")
    page = visitor.page
    page.locator("footer button", has_text="设置").click()
    page.get_by_role("dialog").get_by_role("combobox").click()
    page.get_by_role("option", name="English", exact=True).click()
    expect(page.locator("#enhance-stop")).to_have_text("Stop", timeout=PATIENCE)
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector('#enhance-go').click()")
    visitor.says("enhance", "Please choose a picture first")
    expect(page.get_by_test_id("toast-body")).to_have_count(0)
    visitor.page.context.close()
