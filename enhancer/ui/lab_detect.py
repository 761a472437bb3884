"""The Detect tab of the Lab: what a detector finds before and after enhancement, and whether that helps it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gradio as gr

from enhancer.engine import Engine
from enhancer.errors import BadPicture
from enhancer.lab.detect import LEAST
from enhancer.lab.detectors import detectors_here
from enhancer.ui.display import run_folder
from enhancer.ui.enhance_desk import CROP
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.lab_detect_work import about, detected, first_way, table, ways
from enhancer.ui.numbers import SafeSlider
from enhancer.ui.parts import LOOK, QUIET, WORK, Toolbar
from enhancer.ui.picture_input import NO_PICTURE, PictureInput, Source, original
from enhancer.ui.words import bar, empty, said

BEGIN = "Does enhancement help recognition? Choose a picture, an enhancement and a detector."
COLOURS = "Blue: found in both. Orange: in one alone. Grey: below the score that counts."


class DetectTab:
    """Components and handlers of the tab."""

    def __init__(self, engine: Engine, samples: list[Path]) -> None:
        self.engine = engine
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self.entry = PictureInput("detect", engine.settings, CROP)
                self.entry.samples(samples)
                self._options()
                gr.HTML(about(engine.settings))
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self.toolbar = Toolbar("detect", "Detect", BEGIN)
                gr.HTML(empty("Nothing looked for yet", "Objects appear here, before and after."), elem_classes="blank")
                with gr.Row(elem_id="detect-pictures"):
                    self.before, self.after = _picture("Before"), _picture("After")
                self.told = gr.HTML(elem_id="detect-told")
        self.toolbar.blank = {self.before: None, self.after: None, self.told: ""}
        self._wire()

    def _options(self) -> None:
        detectors = detectors_here(self.engine.settings)
        with gr.Group(elem_classes="options"):
            self.way = gr.Dropdown(
                ways(),
                value=first_way(),
                label="Enhancement",
                filterable=False,
                elem_id="detect-way",
            )
            self.detector = gr.Dropdown(
                detectors,
                value=detectors[0][1] if detectors else None,
                label="Detector",
                filterable=False,
                elem_id="detect-detector",
            )
            self.least = SafeSlider(
                0.1, 0.95, LEAST, step=0.05, label="Counts as found from a score of", buttons=[], elem_id="detect-least"
            )

    def _wire(self) -> None:
        entry, toolbar = self.entry, self.toolbar
        wishes = [self.way, self.detector, self.least]
        toolbar.clears(entry.image, *wishes)
        entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
        run = toolbar.go.click(
            self.run,
            [entry.image, entry.source, *wishes],
            [*toolbar.blank, *toolbar.parts],
            **QUIET,
            **WORK,
        )
        toolbar.stops(run, saying=toolbar.stopped, outputs=toolbar.parts)

    def run(
        self, image: str | None, source: Source | None, way: str, detector: str | None, least: float
    ) -> Iterator[Update]:
        """Enhance, look at both pictures, and tell what changed."""
        with run_folder() as place:
            yield from guarded(self._run(image, source, (way, detector, least), place), self.toolbar.failed)

    def _run(
        self, image: str | None, source: Source | None, asked: tuple[str, str | None, float], place: Path
    ) -> Steps:
        if image is None:
            raise BadPicture(NO_PICTURE)
        yield self.toolbar.running()
        work = partial(detected, original(image, source), *asked, self.engine, place)
        done = yield from follow(work, lambda p: {self.toolbar.status: bar(p, "Enhancing")})
        yield {
            self.before: done.pair[0],
            self.after: done.pair[1],
            self.told: said(COLOURS) + table(done.found),
            self.toolbar.status: said(*done.verdict),
            **self.toolbar.ready(),
        }


def _picture(label: str) -> gr.Image:
    return gr.Image(
        label=label,
        type="filepath",
        format="png",
        interactive=False,
        min_width=220,
        buttons=["fullscreen"],
        elem_id=f"detect-{label.lower()}",
    )
