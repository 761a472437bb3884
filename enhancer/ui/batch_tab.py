"""The Batch tab: many pictures or one ZIP, the options of the Enhance tab, one ZIP with the results and a table."""

from typing import Any

import gradio as gr

from enhancer.batch.parcel import Parcel
from enhancer.engine import Engine
from enhancer.ui.batch_desk import AS_SENT, BatchDesk
from enhancer.ui.batch_words import BEGIN, limits
from enhancer.ui.controls import Controls
from enhancer.ui.enhance_tab import EMBED, WRITABLE
from enhancer.ui.handover import ENHANCE
from enhancer.ui.parts import HOUR, LOOK, QUIET, WORK, Toolbar
from enhancer.ui.words import empty

BATCH = "batch"  # the id of the tab
AUTO = "Auto: look each picture over by itself"
TEST = "Measure on each picture what it is worth"
TESTED = "Each is shrunk, enhanced and compared with what it was: somewhat slower, with a figure for each."


class BatchTab:
    """How the tab is laid out, and which event calls which handler."""

    def __init__(self, room: gr.Tab, tabs: gr.Tabs, engine: Engine, controls: Controls) -> None:
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self.files = gr.File(
                    label="Pictures, or a ZIP of them", file_count="multiple", height=220, elem_id="batch-files"
                )
                gr.HTML(limits(engine.settings), elem_id="batch-limits")
                card = gr.HTML(elem_id="batch-card")
                self.change = gr.Button("Change this in the Enhance tab", size="sm", elem_id="batch-change")
                with gr.Group(elem_classes="options"):
                    self.auto = gr.Checkbox(label=AUTO, elem_id="batch-auto")
                    self.test = gr.Checkbox(label=TEST, info=TESTED, elem_id="batch-test")
                    self.embed = gr.Checkbox(label=EMBED, elem_id="batch-embed")
                    self.kind = gr.Radio(
                        [("As sent", AS_SENT), *WRITABLE],
                        value=AS_SENT,
                        label="Files of the results",
                        info="As sent keeps the kind of each file; HEIC, AVIF, GIF and BMP become PNG.",
                        elem_id="batch-format",
                        elem_classes="joined",
                    )
            with gr.Column(scale=3, min_width=300, elem_classes="main", elem_id="batch-main"):
                toolbar = Toolbar("batch", "Enhance all", BEGIN)
                with gr.Row(elem_id="batch-take-home"):
                    told = gr.HTML(elem_id="batch-facts")
                    download = gr.DownloadButton("Download the ZIP", variant="primary", size="md", elem_id="batch-zip")
                gr.HTML(empty("No pictures yet", "What comes of each picture stands here."), elem_classes="blank")
                done = gr.HTML(elem_id="batch-list")
        kept: gr.State = gr.State(None, time_to_live=HOUR, delete_callback=_forget)
        self.desk = BatchDesk(
            engine=engine,
            controls=controls,
            toolbar=toolbar,
            card=card,
            files=done,
            facts=told,
            download=download,
            kept=kept,
        )
        self._wire(room, tabs)

    def _wire(self, room: gr.Tab, tabs: gr.Tabs) -> None:
        desk, form = self.desk, self.desk.controls.inputs
        look: dict[str, Any] = {"inputs": [self.auto, *form], "outputs": desk.card, **QUIET, **LOOK}
        gr.on([room.select, self.auto.change], desk.describe, trigger_mode="always_last", **look)
        self.files.change(desk.chosen, self.files, desk.toolbar.hint, **QUIET, **LOOK)
        self.change.click(lambda: gr.Tabs(selected=ENHANCE), None, tabs, **QUIET, **LOOK)
        run = desk.toolbar.go.click(
            desk.run,
            [self.files, self.auto, self.kind, self.embed, self.test, desk.kept, *form],
            desk.outputs,
            **QUIET,
            **WORK,
        )
        desk.toolbar.stops(run, saying=desk.stopped, inputs=desk.kept, outputs=desk.outputs)


def _forget(kept: Parcel | None) -> None:
    if kept is not None:
        kept.forget()
