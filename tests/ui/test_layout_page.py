"""The page at two widths, light and dark, and the program that serves it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.browser import Visitor
from tests.ui.conftest import free_port, serving

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_tab_scrolls_sideways_and_the_scheme_is_followed(visit: Visit, width: int, dark: bool) -> None:
    visitor = visit(width, dark)
    for tab in ("Batch", "Video", "Compare", "Metrics", "Models", "Lab", "Status", "Enhance"):
        visitor.tab(tab)
        visitor.page.wait_for_timeout(200)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    red = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
    assert (int(red) < 60) == dark


def test_an_example_is_taken_with_one_click(visit: Visit) -> None:
    visitor = visit()
    visitor.page.locator("#enhance-samples button").nth(1).click()
    visitor.images("preview", 2)


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_app_py_serves_the_page_where_it_is_told_to(tmp_path: Path, by: str) -> None:
    port, log = free_port(), tmp_path / "log"
    environment = {"ENHANCER_WORK": str(tmp_path / "work"), "PYTHONUNBUFFERED": "1"}
    environment |= {"GRADIO_SERVER_PORT": str(port)} if by == "environment" else {}
    arguments = ["--port", str(port)] if by == "argument" else []
    with serving(["app.py", *arguments], port, log, environment) as url:
        assert url in log.read_text()
    assert os.environ.get("GRADIO_SERVER_PORT") != str(port)


def test_on_a_phone_the_preview_stands_right_below_the_picture(visit: Visit) -> None:
    tops: dict[int, list[float]] = {}
    for width in (390, 1280):
        visitor = visit(width)
        visitor.page.locator("#enhance-samples button").nth(1).click()
        visitor.images("preview", 2)
        boxes = [visitor.page.locator(f"#{part}").bounding_box() for part in ("enhance-go", "preview", "task")]
        tops[width] = [box["y"] for box in boxes if box]
    assert tops[390][0] < tops[390][1] < 844 < tops[390][2]
    assert tops[1280][0] < tops[1280][1] < tops[1280][2]
