"""What the tabs share in layout and wiring."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from enhancer.ui.words import said

HOUR = 3600  # seconds that the state of a visitor is kept
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
LOOK: dict[str, Any] = {"concurrency_limit": 4, "concurrency_id": "look"}  # small things: decoding, previews
WORK: dict[str, Any] = {"concurrency_limit": 16, "concurrency_id": "work"}  # long ones; those that wait say so
HEIGHT = 540  # pixels of height that a picture takes at most
DUPLICATE_HELP = (
    '<p class="promise">For many pictures, or for pictures that nobody else should hold, '
    "make a copy of this page under your own name.</p>"
)


def before_after(elem_id: str, *classes: str, at: int = 50) -> gr.ImageSlider:
    """Two pictures of one size under a handle, `at` percent of the width at first, with further style classes."""
    return gr.ImageSlider(
        slider_position=at,
        type="filepath",
        interactive=False,
        show_label=False,
        max_height=HEIGHT,
        buttons=["fullscreen"],
        elem_id=elem_id,
        elem_classes=["before-after", *classes],
    )


def reachable_head() -> str:
    """The script that lets keys move the handle, and has what is shown told, for the head of the page."""
    script = Path(__file__).with_name("reachable.js").read_text(encoding="utf-8")
    return f"<script>\n{script}</script>\n"


def duplicate() -> gr.DuplicateButton:
    """For those who want the page for themselves; it works on a Space alone."""
    with gr.Column(elem_id="duplicate", min_width=0):
        gr.HTML(DUPLICATE_HELP)
        return gr.DuplicateButton("Duplicate this Space", variant="secondary", elem_id="duplicate-go")


class Toolbar:
    """The line above a stage: what will be done, how far it is, Stop and the main button.

    Stop is never greyed out, so that no late update of another event can take it away while work goes on. `blank` is
    what the parts of an answer hold while there is none; a tab sets it, so that no answer stays beside a refusal.
    """

    def __init__(self, name: str, label: str, begin: str) -> None:
        self._name, self.blank = name, dict[Any, Any]()
        with gr.Row(elem_classes="toolbar"):
            with gr.Column(min_width=100):
                self.hint = gr.HTML(said(begin), elem_id=f"{name}-hint")
                self.status = gr.HTML(elem_id=f"{name}-status", elem_classes="status")
            self.stop = gr.Button("Stop", min_width=80, scale=0, elem_id=f"{name}-stop")
            self.go = gr.Button(label, variant="primary", min_width=150, scale=0, elem_id=f"{name}-go")
            self._end = gr.Button("", visible="hidden", elem_id=f"{name}-end")  # Stop, but nothing of the work stays

    @property
    def parts(self) -> list[Any]:
        """What running, ending and stopping change."""
        return [self.status, self.go]

    def running(self) -> dict[Any, Any]:
        """The main button while work goes on."""
        return {self.go: gr.Button(interactive=False)}

    def ready(self) -> dict[Any, Any]:
        """The main button when nothing goes on."""
        return {self.go: gr.Button(interactive=True)}

    def failed(self, text: str) -> dict[Any, Any]:
        """The line after an error, and no answer."""
        return {**self.blank, self.status: said(text, "bad"), **self.ready()}

    def cleared(self) -> dict[Any, Any]:
        """No answer, and nothing said of one."""
        return {**self.blank, self.status: "", **self.ready()}

    def clears(self, *asked: Any) -> None:
        """A change of any of these asks another question: the answer goes, and what `stops` knows of is ended.

        Whether any does is seen by the main button, so that work that begins right after a change is left alone. Of the
        events of one change the page begins the first wired first; this belongs before what looks at a picture.
        """
        end = f"() => {{ if ({self._button('go')}.disabled) {self._button('end')}.click(); }}"
        changed = gr.on([one.change for one in asked], None, None, None, js=end, queue=False, **QUIET)
        self._cleared_after(changed)

    def _cleared_after(self, event: Any) -> None:
        event.then(self.cleared, None, [*self.blank, *self.parts], **QUIET, concurrency_limit=None)

    def _button(self, which: str) -> str:
        return f"document.querySelector('#{self._name}-{which}')"

    def stops(
        self, *events: Any, saying: Callable[..., dict[Any, Any]], outputs: list[Any], inputs: Any = None
    ) -> None:
        """Let Stop end these events. What it says comes after, through the queue, so no late progress covers it."""
        ended = self.stop.click(None, None, None, cancels=list(events), queue=False, **QUIET)
        ended.then(saying, inputs, outputs, **QUIET)
        self._cleared_after(self._end.click(None, None, None, cancels=list(events), queue=False, **QUIET))

    def stopped(self) -> dict[Any, Any]:
        """The line after Stop: closing the handler has cancelled its token."""
        return {self.status: said("Stopped."), **self.ready()}
