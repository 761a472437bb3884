"""The Compare tab: one part of a picture by every model at hand, side by side, and a vote that nobody can sway."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from enhancer.engine import Engine
from enhancer.evidence.contact import BUDGET
from enhancer.models.catalog import Entry
from enhancer.ui.compare_desk import BEGIN, CompareDesk
from enhancer.ui.compare_style import FRAME_SCRIPT, GRID_SCRIPT, SEE_PREVIEW, SET_ZOOM
from enhancer.ui.compare_words import FURTHER, NOTHING, further
from enhancer.ui.compare_work import elsewhere
from enhancer.ui.controls import learned
from enhancer.ui.handover import HandOver
from enhancer.ui.numbers import SafeSlider
from enhancer.ui.parts import HOUR, LOOK, QUIET, WORK, Toolbar
from enhancer.ui.picture_input import PictureInput

SIDES, SIDE = [(f"{side} px", side) for side in (128, 256, 384)], 256  # of the part, in pixels of the source
LEAST, MOST = 2, 60  # seconds that may be given


class CompareTab:
    """How the tab is laid out, and which event calls which handler."""

    def __init__(self, engine: Engine, catalog: Sequence[Entry], examples: list[Path], handover: HandOver) -> None:
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                with gr.Column(elem_classes="marked"):
                    self.entry = PictureInput("compare", engine.settings, (SIDE, SIDE))
                    self.entry.samples(examples)
                    frame = gr.HTML(elem_id="compare-frame", js_on_load=FRAME_SCRIPT)
                self._part()
                first = self._task()
                others = further(elsewhere(first, engine, tuple(catalog)))
                more = gr.Dropdown(
                    others,
                    value=[],
                    multiselect=True,
                    visible=bool(others),
                    label=FURTHER,
                    info="They are not on this machine. Downloading them does not count as time for all models.",
                    elem_id="compare-further",
                )
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                toolbar = Toolbar("compare", "Compare", BEGIN)
                with gr.Row(elem_id="compare-view"):
                    self.zoom = SafeSlider(
                        1, 8, value=1, step=0.25, label="Zoom", buttons=[], min_width=200, elem_id="compare-zoom"
                    )
                    self.blind = gr.Checkbox(
                        label="Hide the names",
                        info="Vote for the best picture without knowing who drew it.",
                        container=False,
                        min_width=200,
                        elem_id="compare-blind",
                    )
                votes = gr.HTML(elem_id="compare-votes")
                grid = gr.HTML(NOTHING, elem_id="compare-grid", js_on_load=GRID_SCRIPT)
                notes = gr.HTML(elem_id="compare-notes")
        self.desk = CompareDesk(
            engine=engine,
            catalog=tuple(catalog),
            toolbar=toolbar,
            frame=frame,
            factor=self.factor,
            further=more,
            grid=grid,
            notes=notes,
            votes=votes,
            sheet=gr.State(None, time_to_live=HOUR),
            tally=gr.State({}, time_to_live=HOUR),
            handover=handover,
        )
        self._wire()

    def _part(self) -> None:
        self.side = gr.Radio(
            SIDES,
            value=SIDE,
            label="Size of the part",
            info="In pixels of your picture. The smaller, the sooner all models are ready.",
            elem_id="compare-side",
            elem_classes="joined",
        )
        with gr.Accordion("Exact place of the part", open=False):
            across, down = "Percent of the way from left to right", "Percent of the way from top to bottom"
            self.x = SafeSlider(0, 100, 50, step=0.1, label="Across", info=across, elem_id="compare-x", buttons=[])
            self.y = SafeSlider(0, 100, 50, step=0.1, label="Down", info=down, elem_id="compare-y", buttons=[])

    def _task(self) -> str:
        tasks = learned()
        first = tasks[0][1]
        self.purpose = gr.Dropdown(tasks, value=first, label="What to do", filterable=False, elem_id="compare-task")
        self.factor = SafeSlider(1, 4, value=2, step=0.5, label="Enlarge by", elem_id="compare-scale", buttons=[])
        self.seconds = SafeSlider(
            LEAST,
            MOST,
            value=BUDGET,
            step=1,
            label="Seconds for all models",
            info="Those that are not ready by then are left out, and their cell says so.",
            elem_id="compare-seconds",
            buttons=[],
        )
        return first

    def _wire(self) -> None:
        entry, desk, bar = self.entry, self.desk, self.desk.toolbar
        wishes = [self.x, self.y, self.side, self.purpose, self.factor, self.seconds]
        bar.clears(entry.image, *wishes[:-1])  # time to draw changes no picture
        taken = entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
        entry.image.select(desk.move, entry.source, [self.x, self.y], queue=False, **QUIET)
        place: dict[str, Any] = {"inputs": [entry.image, entry.source, *wishes], "outputs": desk.place_outputs, **QUIET}
        taken.then(desk.place, **place)
        gr.on([c.change for c in (self.x, self.y, self.side)], desk.place, trigger_mode="always_last", **place, **LOOK)
        self.purpose.change(desk.choose, self.purpose, desk.choose_outputs, queue=False, **QUIET)
        self.zoom.change(None, self.zoom, None, js=SET_ZOOM, **QUIET)
        run = bar.go.click(
            desk.run,
            [entry.image, entry.source, self.blind, desk.further, *wishes],
            desk.run_outputs,
            **QUIET,
            **WORK,
        )
        bar.stops(run, saying=desk.stopped, inputs=[desk.sheet, self.blind], outputs=desk.stop_outputs)
        self.blind.input(desk.hide, [desk.sheet, self.blind], [desk.grid, desk.notes, desk.sheet], **QUIET, **LOOK)
        desk.grid.select(desk.vote, [desk.sheet, self.blind, desk.tally], desk.vote_outputs, **QUIET, **LOOK)
        used = desk.grid.submit(desk.use, desk.sheet, desk.use_outputs, **QUIET, **LOOK)
        used.success(None, js=SEE_PREVIEW, **QUIET)
