"""Sliders and boxes for numbers, as they read what a browser sends."""

import gradio as gr
import pytest

from enhancer.engine import Engine
from enhancer.tasks import task
from enhancer.ui import build
from enhancer.ui.numbers import SafeNumber, SafeSlider
from enhancer.ui.options_form import control
from tests.ui.finished import in_a_loop, on_a_page


@pytest.mark.parametrize(("sent", "read"), [(2.5, 2.5), (99, 4), (-1, 1), (None, 2)])
def test_a_slider_stands_somewhere_in_its_range_whatever_is_typed(sent: float | None, read: float) -> None:
    slider = on_a_page(lambda: SafeSlider(1, 4, 2, step=0.1))
    assert slider.preprocess(sent) == read  # type: ignore[arg-type]  # as an emptied box is sent


@pytest.mark.parametrize(("sent", "read"), [(7.0, 7), (None, None), (0, None), (-3, -3), (10**6, 10**6)])
def test_a_box_holds_the_number_or_nothing(sent: float | None, read: int | None) -> None:
    box = on_a_page(lambda: SafeNumber(None, minimum=1, maximum=30_000, precision=0))
    assert box.preprocess(sent) == read
    assert on_a_page(lambda: SafeNumber(5, minimum=0)).preprocess(0) == 0


def test_the_options_of_tasks_are_such_boxes() -> None:
    options = task("upscale").options
    made = on_a_page(lambda: [control(options, name, "target") for name in ("height", "strength")])
    assert [type(component) for component in made] == [SafeNumber, SafeSlider]


def test_every_slider_of_the_page_is_one_of_these(hall: Engine) -> None:
    page = in_a_loop(lambda: build(hall, hall.settings))
    sliders = [block for block in page.blocks.values() if isinstance(block, gr.Slider)]
    assert len(sliders) > 20
    assert [slider.label for slider in sliders if not isinstance(slider, SafeSlider)] == []
