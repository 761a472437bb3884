"""The Status tab in a browser: it shows work as it happens, and asks for nothing when nobody looks at it."""

from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Request, expect

from tests.ui.browser import PATIENCE, Visitor
from tests.ui.conftest import Server

Visit = Callable[..., Visitor]
TICK = 5_000  # milliseconds


def done(visitor: Visitor) -> int:
    return int(visitor.page.locator("#status .facts dd").first.inner_text())


def test_work_is_seen_while_it_happens_and_nothing_is_asked_when_nobody_looks(
    visit: Visit, server: Server, cat: Path
) -> None:
    visitor = visit()
    visitor.tab("Status")
    expect(visitor.page.locator("#status .chart")).to_have_count(7, timeout=PATIENCE)
    before = done(visitor)
    with cat.open("rb") as file:
        assert httpx.post(f"{server.url}/v1/median", files={"file": file}).status_code == 200
    first = visitor.page.locator("#status .facts dd").first
    expect(first).to_have_text(str(before + 1), timeout=PATIENCE)
    expect(visitor.page.locator("#status rect.go").first).to_be_attached()
    asked = list[str]()
    visitor.tab("Models")
    expect(visitor.page.locator("#models-cards .model").first).to_be_visible(timeout=PATIENCE)
    visitor.page.wait_for_timeout(1000)

    def note(request: Request) -> None:
        if request.method == "POST":
            asked.append(request.url)

    visitor.page.on("request", note)
    visitor.page.wait_for_timeout(2 * TICK)
    assert asked == []


def test_failures_are_told_in_words(visit: Visit, server: Server) -> None:
    assert httpx.post(f"{server.url}/v1/median", content=b"no picture at all").status_code == 415
    visitor = visit(390)
    visitor.tab("Status")
    expect(visitor.page.locator(".wrongs")).to_contain_text("Files that were no pictures", timeout=PATIENCE)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
