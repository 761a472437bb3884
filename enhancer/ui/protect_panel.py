"""The card "Protect parts of the picture" under a result: what can be ticked and painted, and what was found."""

from html import escape
from typing import Any

import gradio as gr

from enhancer.evidence.guard import MASK_SIDE
from enhancer.evidence.guard_words import MISFIT
from enhancer.ui.enhance_work import Finished
from enhancer.ui.jobs import Update
from enhancer.ui.numbers import SafeSlider
from enhancer.ui.painter import painter
from enhancer.ui.parts import before_after
from enhancer.ui.protect_work import COLOURS, Protected
from enhancer.ui.words import said

TITLE = "Protect parts of the picture"
LEAD = (
    "What you protect shows your own picture, plainly resized: nothing is drawn anew there. Tick what is to be found "
    "by itself, or paint over it, a face or a sign for example, and press Apply."
)
CHAINED = "There every step is undone, also what brightened the picture or freed it of noise."
RULES = {
    "text": ("Small text and drawings", "so that no letter is turned into another"),
    "calm": ("Flat or blurred background", "so that sky and blur get no false detail"),
    MISFIT: ("Where the result does not fit my picture", "where it strays when shrunk back"),
}
PAINT = "Paint over what is to stay as it is"
NOTHING = "Nothing is protected in this result."
TOLD = "What is protected in this result:"
HAND_OVER = "(_, ...others) => [paintedMask('protect'), ...others]"  # what was painted stays in the browser until then


class ProtectPanel:
    """`wishes` are the inputs of Apply, after the hidden one that carries what was painted."""

    def __init__(self) -> None:
        with gr.Accordion(TITLE, open=False, elem_id="protect"):
            self.lead = gr.HTML(said(LEAD))
            with gr.Row(elem_classes="rules"):
                self.ticks = {what: _tick(what) for what in RULES}
            self.painter = gr.HTML(elem_id="protect-painter", js_on_load=None)
            self.painted = gr.Textbox(visible=False)
            with gr.Row(elem_classes="applied"):
                self.strength = SafeSlider(
                    0,
                    100,
                    value=0,
                    step=5,
                    label="How much of the enhancement is let through there (%)",
                    buttons=[],
                    elem_id="protect-strength",
                )
                self.apply = gr.Button("Apply", variant="primary", scale=0, min_width=130, elem_id="protect-apply")
            self.told = gr.HTML(elem_id="protect-told")
            self.map = before_after("protect-map", "over")

    @property
    def wishes(self) -> list[Any]:
        """The share that is let through, and the ticks in the order of `RULES`."""
        return [self.strength, *self.ticks.values()]

    @property
    def parts(self) -> list[Any]:
        """All that a result changes."""
        return [self.lead, *self.wishes, self.painter, self.told, self.map, self.apply]

    def about(self, done: Finished) -> Update:
        """The form as it is for a result: ticked is what is protected in it."""
        guards = {guard.what: guard.strength for guard in done.recipe.guards}
        ticks = {box: gr.Checkbox(value=what in guards) for what, box in self.ticks.items()}
        alone = len(done.recipe.steps) == 1  # several steps are meant to stray
        ticks[self.ticks[MISFIT]] = gr.Checkbox(value=MISFIT in guards, visible=alone and done.fit is not None)
        return {
            self.lead: said(LEAD if alone else f"{LEAD} {CHAINED}"),
            **ticks,
            self.strength: round(100 * max(guards.values(), default=0)),
            self.painter: _painter(done),
            **self.found(Protected(done)),
        }

    def found(self, protected: Protected) -> Update:
        """What each protection found, in words and on the map."""
        lines = "".join(
            f"<li><i style='background: rgb{COLOURS[what]}'></i>{escape(sentence)}</li>"
            for what, sentence in protected.told
        )
        told = f"<p>{TOLD}</p><ul>{lines}</ul>" if lines else f"<p>{NOTHING}</p>"
        return {self.told: told, self.map: protected.pair}


def _tick(what: str) -> gr.Checkbox:
    label, info = RULES[what]
    return gr.Checkbox(label=label, info=info, min_width=180, elem_id=f"protect-{what}")


def _painter(done: Finished) -> str:
    """The picture with a canvas over it."""
    return painter(done.recipe.source.sha256, done.source_size, done.small, COLOURS["brush"], MASK_SIDE, PAINT)
