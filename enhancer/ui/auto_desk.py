"""The handlers of Auto: look the picture over, put the form on the proposed steps, forget them with the picture."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from enhancer.errors import BadPicture
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.ui.auto_plan import PLANNED, Plan, plan_for
from enhancer.ui.auto_words import told
from enhancer.ui.controls import Controls, offered
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.picture_input import NO_PICTURE, Source, original
from enhancer.ui.words import bar, said


class AutoDesk:
    """The button under the picture with its line, and what it does to the form."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with gr.Column(elem_id="auto-start"):
            self.go = gr.Button("Auto: look it over and propose what to do", elem_id="auto-go")
            self.status = gr.HTML(elem_id="auto-status")

    def over(self, controls: Controls) -> None:
        """The form that is set; built after the button, which stands higher."""
        self.controls = controls
        form = [*controls.auto.parts, *controls.places]
        self.outputs = list(dict.fromkeys([*form, self.status]))

    def look_over(self, image: str | None, source: Source | None, model: str | None) -> Iterator[Update]:
        """Diagnose the picture and put the form on what is proposed for it."""
        yield from guarded(self._look_over(image, source, model), self._failed)

    def _look_over(self, image: str | None, source: Source | None, model: str | None) -> Steps:
        if image is None:
            raise BadPicture(NO_PICTURE)
        path = original(image, source)
        plan = yield from follow(lambda progress: plan_for(path, self.settings, progress), self._looking)
        yield {**on_steps(self.controls, plan, model), self.status: said(told(plan), "good")}

    def _looking(self, progress: Progress) -> Update:
        return {self.status: bar(progress, "Looking it over", "measurements")}

    def _failed(self, text: str) -> Update:
        return {self.status: said(text, "bad")}

    def wish(self, plan: Plan | None, factor: float) -> Update:
        """Propose for the same findings and another size."""
        if plan is None or factor is None or not 1 <= factor <= 4:
            return {self.status: ""}
        return self.controls.auto.filled(plan.enlarging(factor), plan)

    def forget(self, plan: Plan | None, task_id: str, model: str | None) -> Any:
        """Another picture came: what was proposed for the one before is no longer offered. A link stays."""
        if plan is None or plan.diagnosis is None:
            return {self.status: ""}
        update: Update = {self.status: "", self.controls.auto.plan: None}
        tasks = offered()
        if task_id != PLANNED:
            return {**update, self.controls.task: gr.Dropdown(choices=tasks)}
        form = self.controls.task_chosen(tasks[0][1], model)
        chosen = gr.Dropdown(choices=tasks, value=tasks[0][1], **form[self.controls.task].constructor_args)
        return {**update, **form, self.controls.task: chosen}


def on_steps(controls: Controls, plan: Plan, model: str | None) -> Update:
    """The form standing on a plan."""
    form = controls.task_chosen(PLANNED, model)
    tasks = [(plan.title, PLANNED), *offered()]
    chosen = gr.Dropdown(choices=tasks, value=PLANNED, **form[controls.task].constructor_args)
    return {**form, **controls.auto.filled(plan), controls.task: chosen}
