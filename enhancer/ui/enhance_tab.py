"""The Enhance tab: how it is laid out, and which event calls which handler."""

from pathlib import Path
from typing import Any

import gradio as gr

from enhancer.engine import Engine
from enhancer.media import FORMATS
from enhancer.ui.controls import Controls
from enhancer.ui.enhance_desk import BEGIN, CROP, STAGES, EnhanceDesk
from enhancer.ui.enhance_work import Finished
from enhancer.ui.parts import HOUR, LOOK, QUIET, WORK, Toolbar
from enhancer.ui.picture_input import PictureInput
from enhancer.ui.words import empty

WRITABLE = [(f.title, f.id) for f in FORMATS if f.writable]
HEIGHT = 540  # pixels of height at most


def enhance_tab(engine: Engine, examples: list[Path]) -> None:
    """Lay the tab out and wire it."""
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=2, min_width=300, elem_classes="side"):
            entry = PictureInput("enhance", engine.settings, CROP, examples)
            controls = Controls()
        with gr.Column(scale=3, min_width=300, elem_classes="main"):
            toolbar = Toolbar("enhance", "Enhance", BEGIN)
            stage = gr.Radio(STAGES, value=STAGES[0], show_label=False, container=False, elem_id="stage")
            with gr.Column(elem_id="preview-panel"):
                gr.HTML(empty("Your preview appears here", "Drop a picture, or try an example."), elem_classes="blank")
                preview = _slider("preview")
                looked = gr.HTML(elem_id="preview-facts")
                ask = gr.Button("Fetch this model and preview", visible=False, size="sm", elem_id="ask-preview")
            with gr.Column(elem_id="result-panel"):
                gr.HTML(empty("No result yet", "Press Enhance to work on the whole picture."), elem_classes="blank")
                result = _slider("result")
                facts = gr.HTML(elem_id="facts")
                with gr.Row(elem_id="take-home"):
                    kind = gr.Radio(WRITABLE, value="png", show_label=False, container=False, elem_id="format")
                    download = gr.DownloadButton("Download", variant="primary", size="md", elem_id="download")
    kept: gr.State = gr.State(None, time_to_live=HOUR, delete_callback=_forget)
    agreed = gr.State(frozenset(), time_to_live=HOUR)
    desk = EnhanceDesk(
        engine=engine,
        controls=controls,
        toolbar=toolbar,
        stage=stage,
        preview=preview,
        looked=looked,
        ask=ask,
        result=result,
        facts=facts,
        download=download,
        kept=kept,
        agreed=agreed,
    )
    controls.wire()
    _wire(desk, entry, kind)


def _slider(name: str) -> gr.ImageSlider:
    return gr.ImageSlider(
        type="filepath",
        interactive=False,
        show_label=False,
        max_height=HEIGHT,
        buttons=["fullscreen"],
        elem_id=name,
        elem_classes="before-after",
    )


def _forget(kept: Finished | None) -> None:
    if kept is not None:
        kept.forget()


def _wire(desk: EnhanceDesk, entry: PictureInput, kind: gr.Radio) -> None:
    form = desk.controls.inputs
    look: dict[str, Any] = {"inputs": [entry.source, desk.agreed, *form], "outputs": desk.look_outputs, **QUIET, **LOOK}
    taken = entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
    moved = entry.image.select(entry.move, entry.source, entry.source, **QUIET, **LOOK)
    looks = [
        taken.success(desk.look, **look),
        moved.success(desk.look, **look),
        gr.on([c.change for c in form], desk.look, trigger_mode="always_last", **look),  # type: ignore[attr-defined]
        desk.ask.click(desk.look_anyway, **look),
    ]
    run = desk.toolbar.go.click(
        desk.run,
        [entry.image, kind, entry.source, desk.kept, desk.agreed, *form],
        desk.run_outputs,
        **QUIET,
        cancels=looks,
        **WORK,
    )
    rewrite = kind.input(desk.rewrite, [desk.kept, kind], desk.rewrite_outputs, **QUIET, **WORK)
    desk.toolbar.stops(run, rewrite, *looks, saying=desk.stopped, outputs=desk.stop_outputs)
