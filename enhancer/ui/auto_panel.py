"""The card of a plan: what the picture has, then the steps, each with a tick box and the one figure that can be set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from enhancer.ui.auto_plan import MOST, Plan
from enhancer.ui.auto_words import findings, help_of, name, order, reason
from enhancer.ui.choice import Chain
from enhancer.ui.jobs import Update
from enhancer.ui.numbers import SafeSlider
from enhancer.ui.parts import HOUR


@dataclass(frozen=True)
class Slot:
    """The components of one step; seen only where `why` says something."""

    tick: gr.Checkbox
    why: gr.HTML
    figure: gr.Slider


class AutoPanel:
    """Shown in the place of the ordinary form while that stands on a plan."""

    def __init__(self) -> None:
        self.plan = gr.State(None, time_to_live=HOUR)
        with gr.Column(visible=False, elem_id="auto", elem_classes="card") as self.place:
            self.findings = gr.HTML(elem_id="auto-findings")
            self.order = gr.HTML(elem_id="auto-order")
            self.slots = [_slot(n) for n in range(MOST)]
            self.factor = SafeSlider(
                1, 4, 1, step=0.1, label="Enlarge by", info="1 keeps the size.", buttons=[], elem_id="auto-factor"
            )

    @property
    def set(self) -> list[Any]:
        """What a visitor sets for the steps."""
        return [part for slot in self.slots for part in (slot.tick, slot.figure)]

    @property
    def inputs(self) -> list[Any]:
        """What `read` wants the values of."""
        return [self.plan, *self.set]

    @property
    def parts(self) -> list[Any]:
        """What `filled` changes."""
        whys = [slot.why for slot in self.slots]
        return [self.plan, self.findings, self.order, self.factor, *self.set, *whys]

    def read(self, values: Sequence[Any]) -> Chain:
        """The chain that these values of `inputs` mean; an empty one without a plan."""
        plan, *settings = values
        return Chain(()) if plan is None else plan.chain(settings[::2], settings[1::2])

    def filled(self, plan: Plan, old: Plan | None = None) -> Update:
        """Show a plan; what was set for steps of the `old` one stays where the same task stands in the same place."""
        update = {self.plan: plan, self.findings: findings(plan), self.order: order(plan)}
        if old is None:
            update[self.factor] = plan.factor
        for number, slot in enumerate(self.slots):
            shown = _shown(slot, plan, number)
            kept = (slot.tick, slot.figure) if old is not None and _alike(plan, old, number) else ()
            update |= {component: value for component, value in shown.items() if component not in kept}
        return update


def _slot(number: int) -> Slot:
    with gr.Column(elem_classes="step"):
        tick = gr.Checkbox(True, label="Step", container=False, elem_id=f"auto-tick-{number + 1}")
        why = gr.HTML()
        figure = SafeSlider(
            0, 1, 1, label="Strength", buttons=[], elem_id=f"auto-figure-{number + 1}", elem_classes="figure"
        )
    return Slot(tick, why, figure)


def _alike(plan: Plan, old: Plan, number: int) -> bool:
    """Whether both have the same task at this place, so that what was set for it still means the same."""
    ids = [[step.task_id for step in one.proposal.chain[number : number + 1]] for one in (plan, old)]
    return ids[0] == ids[1]


def _shown(slot: Slot, plan: Plan, number: int) -> Update:
    if number >= len(plan.proposal.steps):
        return {slot.why: ""}
    update: Update = {
        slot.tick: gr.Checkbox(value=True, label=name(plan, number)),
        slot.why: reason(plan, number),
    }
    figure = plan.figures[number]
    if figure is not None:
        bounds: dict[str, Any] = {"minimum": figure.minimum, "maximum": figure.maximum, "step": figure.step}
        update[slot.figure] = gr.Slider(value=figure.value, label=figure.label, info=help_of(figure), **bounds)
    return update
