"""Sliders and boxes for numbers that take whatever is typed, where those of the page framework raise an error."""

from abc import ABCMeta
from typing import Any

import gradio as gr


def _slid(slider: gr.Slider, payload: float | None) -> float:
    """Where the slider stands: beyond its end is at its end, as the page shows it; an emptied box is where it began."""
    number = slider.value if payload is None else payload
    return gr.Number.round_to_precision(min(max(number, slider.minimum), slider.maximum), slider.precision)


def _typed(box: gr.Number, payload: float | None) -> float | None:
    """The number in the box, None where it holds none; who reads it says which are allowed.

    A box that was not seen before comes up with 0 for nothing; so 0 is nothing where the range begins above it.
    """
    if payload is None or (payload == 0 and (box.minimum or 0) > 0):
        return None
    return gr.Number.round_to_precision(payload, box.precision)


def _of(kind: type[Any], preprocess: Any) -> Any:
    """A component that reads what the browser sends in another way; made by hand as `SafeImage` is."""
    members = {"is_template": True, "preprocess": preprocess, "__module__": __name__}
    return ABCMeta.__new__(type(kind), f"Safe{kind.__name__}", (kind,), members)


SafeSlider: type[gr.Slider] = _of(gr.Slider, _slid)
SafeNumber: type[gr.Number] = _of(gr.Number, _typed)
