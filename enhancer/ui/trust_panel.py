"""The section "How far can I trust this?" under a result: its components, and what they show at which time."""

from typing import Any

import gradio as gr

from enhancer.ui.enhance_work import Finished
from enhancer.ui.jobs import Update
from enhancer.ui.parts import HOUR, before_after
from enhancer.ui.protect_panel import ProtectPanel
from enhancer.ui.trust_trial import untested
from enhancer.ui.trust_words import fit_words, guess_words, heading, link_words, trial_hint
from enhancer.ui.trust_work import Proof, incurable, unfit, unguessed


class TrustPanel:
    """One card a question. Which of them are seen is decided by the style sheet, from what they hold."""

    def __init__(self) -> None:
        self.proof = gr.State(Proof(), time_to_live=HOUR)
        self.protect = ProtectPanel()
        with gr.Column(elem_id="trust"):
            gr.HTML(heading(), elem_classes="head")
            with gr.Column(elem_classes="card"):
                with gr.Row(elem_classes="asked"):
                    self.fit = gr.HTML(elem_id="trust-fit")
                    self.where = _button("Show where", "trust-where")
                    self.cure = _button("Make consistent", "trust-cure")
                self.fit_map = before_after("trust-fit-map", "over")
                self.fit_told = gr.HTML(elem_id="trust-fit-told")
            with gr.Column(elem_classes="card"):
                with gr.Row(elem_classes="asked"):
                    self.test_hint = gr.HTML(elem_id="trust-test-hint")
                    self.test = _button("Test it on my picture", "trust-test")
                self.tested = gr.HTML(elem_id="trust-tested")
            with gr.Column(elem_classes="card"):
                with gr.Row(elem_classes="asked"):
                    self.guess_hint = gr.HTML(elem_id="trust-guess-hint")
                    self.guess = _button("Where is it guessing?", "trust-guess")
                self.guess_map = before_after("trust-guess-map", "over")
                self.guessed = gr.HTML(elem_id="trust-guessed")
            with gr.Column(elem_classes="card"):
                self.receipt = gr.HTML(elem_id="trust-receipt")
            with gr.Column(elem_classes="card"):
                with gr.Row(elem_classes="asked"):
                    self.link = gr.HTML(elem_id="trust-link")
                    self.report = _button("Report", "trust-report")
                with gr.Row(elem_classes="asked"):
                    self.reported = gr.HTML(elem_id="trust-reported")
                    self.report_file = gr.DownloadButton(
                        "Download the report", size="sm", scale=0, min_width=130, elem_id="trust-report-file"
                    )

    @property
    def buttons(self) -> list[Any]:
        """What starts work."""
        return [self.where, self.cure, self.test, self.guess, self.report, self.protect.apply]

    @property
    def parts(self) -> list[Any]:
        """All that work on a result may change."""
        words = [self.fit, self.fit_told, self.test_hint, self.tested, self.guess_hint, self.guessed]
        words += [self.receipt, self.link, self.reported]
        files = [self.fit_map, self.guess_map, self.report_file]
        return list(dict.fromkeys([*words, *files, self.proof, *self.protect.parts, *self.buttons]))

    def cleared(self) -> Update:
        """Nothing is known about the next result."""
        words = (self.fit_told, self.tested, self.guessed, self.reported, self.receipt)
        maps = {self.fit_map: None, self.guess_map: None}
        return {**dict.fromkeys(words, ""), **maps, self.proof: Proof(), **self.working()}

    def about(self, done: Finished) -> Update:
        """What is known of a result at once, and what could be asked."""
        return {
            self.fit: fit_words(done),
            self.test_hint: trial_hint(done),
            self.guess_hint: guess_words(done),
            self.link: link_words(done),
            **self.protect.about(done),
        }

    def working(self) -> Update:
        """One question at a time."""
        return {button: gr.Button(interactive=False) for button in self.buttons}

    def ready(self, done: Finished | None) -> Update:
        """What can be asked about this result when nothing goes on."""
        if done is None:
            return self.working()
        able = {
            self.where: not unfit(done),
            self.cure: not incurable(done),
            self.test: not untested(done),
            self.guess: not unguessed(done),
            self.report: True,
            self.protect.apply: True,
        }
        return {button: gr.Button(interactive=can) for button, can in able.items()}


def _button(label: str, elem_id: str) -> gr.Button:
    return gr.Button(label, size="sm", scale=0, min_width=130, elem_id=elem_id)
