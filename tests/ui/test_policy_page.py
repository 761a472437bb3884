"""The page works under its own content policy, and the policy keeps out what is not ours."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.browser import Visitor

WATCH = "window.broken = []; addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective));"
ROOMS = ("Batch", "Compare", "Metrics", "Models", "Status", "Enhance")
LOAD = """url => new Promise(done => {
    const script = document.createElement('script');
    script.onload = () => done('loaded'); script.onerror = () => done('kept out');
    script.src = url; document.head.append(script); })"""
TELL = "url => fetch(url, {method: 'POST', mode: 'no-cors', body: 'x'}).then(() => 'sent', () => 'kept in')"


@pytest.mark.parametrize("width", [1280, 390])
def test_every_tab_works_under_the_policy(visit: Callable[..., Visitor], cat: Path, width: int) -> None:
    """Violations are errors in the console, too, which no test of the page lets pass."""
    visitor = visit(width)
    visitor.page.evaluate(WATCH)
    visitor.give("enhance-picture", cat)
    visitor.images("preview", 2)
    visitor.page.locator("#enhance-go").click()
    visitor.images("result", 2)
    for room in ROOMS:
        visitor.tab(room)
        expect(visitor.page.get_by_role("tab", name=room, exact=True)).to_have_attribute("aria-selected", "true")
        visitor.page.wait_for_timeout(300)
    assert visitor.page.evaluate("broken") == []


def test_nothing_of_others_is_loaded_and_nothing_is_told_to_others(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    for script, result in ((LOAD, "kept out"), (TELL, "kept in")):
        assert visitor.page.evaluate(script, "http://127.0.0.2:9/x.js") == result
    told = [problem for problem in visitor.problems if "Content Security Policy" in problem]
    assert len(told) >= 2
    visitor.problems.clear()
