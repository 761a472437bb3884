"""The Compare tab: one region of a picture through several models, side by side."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gradio as gr

from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture
from enhancer.models.catalog import CATALOG, Bundled, entry
from enhancer.progress import Progress
from enhancer.ui.compare_work import PLAIN, Cell, fill, grid, plain_title, purposes, rows_for
from enhancer.ui.controls import UPSCALE
from enhancer.ui.crop import Crop, cut
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.parts import LOOK, QUIET, WORK, Toolbar
from enhancer.ui.picture_input import PictureInput, Source, original, read
from enhancer.ui.words import bar, empty, said, size_of

REGION = (256, 256)  # pixels of the source that every model works on
FEWEST, MOST = 2, 6
BEGIN = "Choose a picture and two to six models."
SET_ZOOM = "zoom => { const g = document.getElementById('compare-grid'); g.style.setProperty('--zoom', zoom); \
g.classList.toggle('zoomed', zoom > 1); }"


class CompareTab:
    """Components and handlers of the tab."""

    def __init__(self, engine: Engine, examples: list[Path]) -> None:
        self.engine = engine
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self.input = PictureInput("compare", engine.settings, REGION, examples)
                self._choices()
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self.toolbar = Toolbar("compare", "Compare", BEGIN)
                self.zoom = gr.Slider(
                    1,
                    8,
                    value=1,
                    step=0.5,
                    label="Zoom",
                    info="Drag inside a picture to move all.",
                    elem_id="compare-zoom",
                )
                self.grid = gr.HTML(
                    empty("Nothing compared yet", "Every model works on the same region of your picture."),
                    elem_id="compare-grid",
                )
        self._wire()

    def _choices(self) -> None:
        tasks = purposes()
        first = tasks[0][1]
        self.purpose = gr.Dropdown(tasks, value=first, label="What to do", filterable=False, elem_id="compare-task")
        self.models = gr.Dropdown(
            rows_for(first),
            value=_start(first),
            multiselect=True,
            max_choices=MOST,
            label="Models",
            info="Two to six. Those from the Hub are fetched on first use.",
            elem_id="compare-models",
        )
        self.scale = gr.Slider(1, 4, value=2, step=0.5, label="Enlarge by", elem_id="compare-scale", buttons=[])
        with gr.Row(elem_classes="targets"):
            across = "Percent from the left, or click into the picture"
            self.x = gr.Slider(
                0, 100, value=50, step=1, label="Region, across", info=across, elem_id="compare-x", buttons=[]
            )
            down = "Percent from the top"
            self.y = gr.Slider(
                0, 100, value=50, step=1, label="Region, down", info=down, elem_id="compare-y", buttons=[]
            )

    def _wire(self) -> None:
        entry, bar = self.input, self.toolbar
        entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
        entry.image.select(self.move, entry.source, [self.x, self.y], queue=False, **QUIET)
        self.purpose.change(self.choose, self.purpose, [self.models, self.scale], queue=False, **QUIET)
        self.zoom.change(None, self.zoom, None, js=SET_ZOOM, **QUIET)
        run = bar.go.click(
            self.run,
            [entry.image, self.purpose, self.models, self.scale, self.x, self.y, entry.source],
            [self.grid, bar.hint, *bar.parts],
            **QUIET,
            **WORK,
        )
        bar.stops(run, saying=bar.stopped, outputs=bar.parts)

    def move(self, source: Source | None, event: gr.SelectData) -> tuple[float, float]:
        """Put the region where the picture was clicked."""
        if source is None:
            return 50, 50
        return round(100 * event.index[0] / source.shown_width), round(100 * event.index[1] / source.shown_height)

    def choose(self, purpose: str) -> tuple[gr.Dropdown, gr.Slider]:
        """Offer the models of another purpose."""
        models = gr.Dropdown(choices=rows_for(purpose), value=_start(purpose))
        return models, gr.Slider(visible=purpose == UPSCALE.id)

    def run(
        self,
        image: str | None,
        purpose: str,
        models: list[str],
        scale: float,
        x: float,
        y: float,
        source: Source | None,
    ) -> Iterator[Update]:
        """Run every chosen model on the region, one after the other, and show each as soon as it is there."""
        yield from guarded(self._run(image, purpose, models, scale, (x / 100, y / 100), source), self.toolbar.failed)

    def _run(
        self,
        image: str | None,
        purpose: str,
        models: list[str],
        scale: float,
        centre: tuple[float, float],
        source: Source | None,
    ) -> Steps:
        if image is None:
            raise BadPicture("Please choose a picture first.")
        if not FEWEST <= len(models) <= MOST:
            raise BadOptions(f"Please choose {FEWEST} to {MOST} models, not {len(models)}.")
        titles = [plain_title(purpose) if m == PLAIN else entry(m).title for m in models]
        yield {self.grid: grid([], titles), **self.toolbar.running()}
        crop = yield from follow(
            lambda _: self._region(original(image, source), centre), partial(self._working, "Reading")
        )
        yield {self.toolbar.hint: said(f"Every model works on the same {size_of((crop.width, crop.height))} pixels.")}
        cells: list[Cell] = []
        for done, row in enumerate(models):
            what = f"{titles[done]}, {done + 1} of {len(models)}"
            work = partial(fill, row, purpose, scale, crop, self.engine)
            cells.append((yield from follow(work, partial(self._working, what))))
            yield {self.grid: grid(cells, titles[done + 1 :])}
        missing = sum(bool(c.error) for c in cells)
        told = f"Done; {missing} of {len(cells)} could not be had." if missing else f"Done: {len(cells)} models."
        yield {self.toolbar.status: said(told, "calm" if missing else "good"), **self.toolbar.ready()}

    def _region(self, path: Path, centre: tuple[float, float]) -> Crop:
        return cut(read(path, self.engine.settings), centre, REGION)

    def _working(self, what: str, progress: Progress) -> Update:
        return {self.toolbar.status: bar(progress, what)}


def _start(purpose: str) -> list[str]:
    """The rows that are chosen at first: the plain one and what is bundled, else the first model."""
    bundled = [e.id for e in CATALOG if e.purpose == purpose and isinstance(e.source, Bundled)]
    return [PLAIN, *(bundled or [e.id for e in CATALOG if e.purpose == purpose][:1])]
