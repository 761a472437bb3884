"""The Explain tab of the Lab: what an answer of the recogniser, or a pixel of an enhanced picture, came from."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gradio as gr

from enhancer.errors import BadPicture
from enhancer.lab.bundled import DIGITS
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.ui.display import run_folder
from enhancer.ui.enhance_desk import CROP
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.lab_explain_work import WAYS, Explained, answer_explained, askable, pixel_explained
from enhancer.ui.numbers import SafeSlider
from enhancer.ui.parts import LOOK, QUIET, WORK, Toolbar, before_after
from enhancer.ui.picture_input import NO_PICTURE, PictureInput, Source, clicked, original
from enhancer.ui.words import bar, empty, said

BEGIN = "Choose a picture and a network to ask."
POINT = "Click into the picture to choose the pixel, or set its place here."
HANDLE = 10  # percent of the width, so that it does not cover the pixel that is asked about
LIKELIEST = ("The likeliest", "")
ANSWERS = [LIKELIEST, *((digit, digit) for digit in "0123456789")]


class ExplainTab:
    """Components and handlers of the tab."""

    def __init__(self, settings: Settings, samples: list[Path]) -> None:
        self.settings = settings
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self.entry = PictureInput("explain", settings, CROP)
                self.entry.samples(samples)
                self._question()
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self.toolbar = Toolbar("explain", "Explain", BEGIN)
                gr.HTML(empty("Nothing explained yet", "A map of what counted appears here."), elem_classes="blank")
                self.result = before_after("explain-result", "why", at=HANDLE)
                self.told = gr.HTML(elem_id="explain-told")
        self.toolbar.blank = {self.result: None, self.told: ""}
        self._wire()

    def _question(self) -> None:
        with gr.Group(elem_classes="options"):
            self.model = gr.Dropdown(
                askable(), value=DIGITS, label="Network to ask", filterable=False, elem_id="explain-model"
            )
            with gr.Column() as self.answer:
                self.way = gr.Radio(
                    WAYS, value=WAYS[0][1], label="What to show", elem_id="explain-way", elem_classes="joined"
                )
                self.name = gr.Dropdown(
                    ANSWERS, value="", label="What speaks for", filterable=False, elem_id="explain-name"
                )
            with gr.Column(visible=False) as self.point:
                self.x = _place("Across (%)", POINT, "explain-x")
                self.y = _place("Down (%)", None, "explain-y")

    def _wire(self) -> None:
        entry, toolbar = self.entry, self.toolbar
        wishes = [self.model, self.way, self.name, self.x, self.y]
        toolbar.clears(entry.image, *wishes)
        entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
        entry.image.select(self.move, entry.source, [self.x, self.y], queue=False, **QUIET)
        self.model.change(self.chosen, self.model, [self.answer, self.point], queue=False, **QUIET)
        run = toolbar.go.click(
            self.run,
            [entry.image, entry.source, *wishes],
            [*toolbar.blank, *toolbar.parts],
            **QUIET,
            **WORK,
        )
        toolbar.stops(run, saying=toolbar.stopped, outputs=toolbar.parts)

    def chosen(self, model: str) -> Update:
        """What belongs to this network."""
        return {self.answer: gr.Column(visible=model == DIGITS), self.point: gr.Column(visible=model != DIGITS)}

    def move(self, source: Source | None, event: gr.SelectData) -> tuple[float, float]:
        """The place of a click in percent."""
        if source is None:
            return 50.0, 50.0
        across, down = clicked(source, event)
        return round(100 * across, 1), round(100 * down, 1)

    def run(
        self, image: str | None, source: Source | None, model: str, way: str, name: str, x: float, y: float
    ) -> Iterator[Update]:
        """Show what the answer, or the pixel, came from."""
        with run_folder() as place:
            question = (model, way, name, (x / 100, y / 100))
            yield from guarded(self._run(image, source, question, place), self.toolbar.failed)

    def _run(
        self,
        image: str | None,
        source: Source | None,
        question: tuple[str, str, str, tuple[float, float]],
        place: Path,
    ) -> Steps:
        if image is None:
            raise BadPicture(NO_PICTURE)
        yield self.toolbar.running()
        work = partial(self._explained, original(image, source), question, place)
        found = yield from follow(work, lambda p: {self.toolbar.status: bar(p, "Looking into the network")})
        yield {
            self.result: found.pair,
            self.told: said(found.reading),
            self.toolbar.status: said(found.sentence, "good"),
            **self.toolbar.ready(),
        }

    def _explained(
        self, path: Path, question: tuple[str, str, str, tuple[float, float]], place: Path, progress: Progress
    ) -> Explained:
        model, way, name, centre = question
        if model == DIGITS:
            return answer_explained(path, way, name, self.settings, place)
        return pixel_explained(path, model, centre, self.settings, place)


def _place(label: str, info: str | None, elem_id: str) -> gr.Slider:
    return SafeSlider(0, 100, value=50, step=0.1, label=label, info=info, buttons=[], elem_id=elem_id)
