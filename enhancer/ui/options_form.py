"""Page controls made from a task's options dataclass, so that a new option needs no page code."""

from collections.abc import Iterable
from dataclasses import Field, fields
from typing import Any

import gradio as gr
from gradio.components import Component

from enhancer.options import limits_of, value_type
from enhancer.tasks import Task
from enhancer.ui.numbers import SafeNumber, SafeSlider

MOST_STEPS = 2000  # a slider with more cannot be set to a chosen value by hand
DEFAULT: Any = object()  # stands for "the option's own default", because None is a value


def form(task: Task, names: Iterable[str]) -> dict[str, Component]:
    """A control for each of these options of the task, by option name."""
    return {name: control(task.options, name, task.id) for name in names}


def control(options: type, name: str, prefix: str, value: Any = DEFAULT, label: str | None = None) -> Component:
    """The control for one option: check box, list, slider, number or text, with the help of the option beneath it."""
    field = _field(options, name)
    limits, kind = limits_of(field), value_type(options, name)
    common: dict[str, Any] = {
        "label": label or name.replace("_", " ").capitalize(),
        "value": field.default if value is DEFAULT else value,
        "elem_id": f"{prefix}-{name.replace('_', '-')}",
    }
    info = limits.help[:1].upper() + limits.help[1:]
    if kind is bool:
        return gr.Checkbox(info=info, **common)
    if limits.choices is not None:
        return gr.Dropdown(list(limits.choices), info=info, filterable=False, **common)
    if kind not in (int, float):
        return gr.Textbox(info=info, **common)
    bounds: dict[str, Any] = {"minimum": limits.minimum, "maximum": limits.maximum}
    step = limits.step or (1 if kind is int else None)
    if None in (*bounds.values(), common["value"], step) or _steps(bounds, step) > MOST_STEPS:
        precision = 0 if kind is int else None
        return SafeNumber(info=info, precision=precision, placeholder="automatic", **bounds, **common)
    return SafeSlider(info=info, step=step, buttons=[], **bounds, **common)


def _steps(bounds: dict[str, Any], step: float | None) -> float:
    low, high = bounds["minimum"], bounds["maximum"]
    return 0.0 if low is None or high is None or step is None else (high - low) / step


def _field(options: type, name: str) -> "Field[Any]":
    return next(f for f in fields(options) if f.name == name)
