"""Say what you want: a wish in plain words becomes steps on the form, which are seen before anything runs."""

import gradio as gr

from enhancer.errors import BadOptions, EnhancerError
from enhancer.tasks import task
from enhancer.tasks.spoken import LONGEST, Understood, understand
from enhancer.ui.auto_desk import on_steps
from enhancer.ui.auto_plan import MOST, Plan, spoken_plan
from enhancer.ui.controls import Controls
from enhancer.ui.jobs import Update, sentence
from enhancer.ui.words import said

LABEL = "Or say what you want"
EXAMPLE = "brighter, twice the size"


class SayDesk:
    """The box with its button and its line, and what it does to the form."""

    def __init__(self) -> None:
        with gr.Column(elem_id="say"):
            with gr.Row(elem_classes="say"):
                self.box = gr.Textbox(
                    label=LABEL, placeholder=EXAMPLE, max_lines=3, max_length=LONGEST, min_width=160, elem_id="say-box"
                )
                self.go = gr.Button("Propose", size="md", scale=0, min_width=90, elem_id="say-go")
            self.status = gr.HTML(elem_id="say-status")

    def over(self, controls: Controls) -> None:
        """The form that is set; built after the box, which stands higher."""
        self.controls = controls
        self.outputs = list(dict.fromkeys([*controls.auto.parts, *controls.places, self.status]))

    def hear(self, text: str, model: str | None) -> Update:
        """Put the form on the steps that a wish means, or say why not."""
        try:
            found = understand(text)
            return {**on_steps(self.controls, plan(found), model), self.status: said(told(found), "good")}
        except EnhancerError as error:
            return {self.status: said(sentence(error), "bad")}


def plan(found: Understood) -> Plan:
    """The steps of a wish, each with the words that asked for it.

    Raises BadOptions for words that nothing stands for, for no steps, and for more than the form takes.
    """
    if found.unknown:
        raise BadOptions(f"Not understood: {', '.join(found.unknown)}. Please say it in other words, or leave it out.")
    if not found.said:
        raise BadOptions("Nothing is left to be done; please say what is.")
    if len(found.said) > MOST:
        raise BadOptions(f"That makes {len(found.said)} steps, and the form takes {MOST}; please leave some out.")
    return spoken_plan([(one.step, one.words) for one in found.said])


def told(found: Understood) -> str:
    """What was understood, in one line."""
    titles = ", ".join(task(step.task_id).title for step in found.steps)
    left = f" Left out: {', '.join(task(name).title for name in found.left_out)}." if found.left_out else ""
    return f"Understood, see the steps below: {titles}.{left}"
