"""The Enhance tab: how it is laid out, and which event calls which handler."""

from pathlib import Path
from typing import Any

import gradio as gr

from enhancer.engine import Engine
from enhancer.engine.results import really, remembering
from enhancer.media import FORMATS
from enhancer.ui.auto_desk import AutoDesk
from enhancer.ui.controls import Controls
from enhancer.ui.enhance_desk import BEGIN, CROP, STAGES, EnhanceDesk
from enhancer.ui.enhance_work import Finished
from enhancer.ui.parts import HOUR, LOOK, QUIET, WORK, Toolbar, before_after
from enhancer.ui.picture_input import PictureInput
from enhancer.ui.protect_desk import ProtectDesk
from enhancer.ui.protect_panel import HAND_OVER
from enhancer.ui.recipe_link import RecipeLink
from enhancer.ui.say_desk import SayDesk
from enhancer.ui.trust_desk import TrustDesk
from enhancer.ui.trust_panel import TrustPanel
from enhancer.ui.words import empty

WRITABLE = [(f.title, f.id) for f in FORMATS if f.writable]
EMBED = "Embed the recipe"


def enhance_tab(page: gr.Blocks, engine: Engine, examples: list[Path]) -> tuple[RecipeLink, PictureInput]:
    """Lay the tab out and wire it → what sets its form, and its picture box."""
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=2, min_width=300, elem_classes="side"):
            entry = PictureInput("enhance", engine.settings, CROP)
            auto, say = AutoDesk(engine.settings), SayDesk()
            entry.samples(examples)
            controls = Controls()
        with gr.Column(scale=3, min_width=300, elem_classes="main"):
            toolbar = Toolbar("enhance", "Enhance", BEGIN)
            stage = gr.Radio(
                STAGES,
                value=STAGES[0],
                interactive=True,  # handlers only set it, which the page framework takes for "nobody else may"
                show_label=False,
                container=False,
                elem_id="stage",
                elem_classes="joined",
            )
            with gr.Column(elem_id="preview-panel"):
                gr.HTML(empty("Your preview appears here", "Drop a picture, or try an example."), elem_classes="blank")
                preview = before_after("preview")
                looked = gr.HTML(elem_id="preview-facts")
                ask = gr.Button("Fetch this model and preview", visible=False, size="sm", elem_id="ask-preview")
            with gr.Column(elem_id="result-panel"):
                gr.HTML(empty("No result yet", "Press Enhance to work on the whole picture."), elem_classes="blank")
                result = before_after("result")
                facts = gr.HTML(elem_id="facts")
                with gr.Row(elem_id="take-home"):
                    kind = gr.Radio(
                        WRITABLE,
                        value="png",
                        show_label=False,
                        container=False,
                        elem_id="format",
                        elem_classes="joined",
                    )
                    embed = gr.Checkbox(label=EMBED, container=False, min_width=160, elem_id="embed")
                    recipe_file = gr.DownloadButton("Recipe", size="md", elem_id="recipe-file")
                    download = gr.DownloadButton("Download", variant="primary", size="md", elem_id="download")
                trust = TrustPanel()
    kept: gr.State = gr.State(None, time_to_live=HOUR, delete_callback=_forget)
    agreed = gr.State(frozenset(), time_to_live=HOUR)
    desk = EnhanceDesk(
        engine=really(engine),
        memory=remembering(engine),
        controls=controls,
        toolbar=toolbar,
        stage=stage,
        preview=preview,
        looked=looked,
        ask=ask,
        result=result,
        facts=facts,
        download=download,
        recipe_file=recipe_file,
        trust=trust,
        kept=kept,
        agreed=agreed,
    )
    entry.resets = {toolbar.status: "", stage: STAGES[0]}
    controls.wire()
    auto.over(controls)
    say.over(controls)
    _wire(desk, entry, auto, say, kind, embed)
    link = RecipeLink(controls, toolbar)
    page.load(link.open, None, link.outputs, **QUIET)
    return link, entry


def _forget(kept: Finished | None) -> None:
    if kept is not None:
        kept.forget()


def _wire(
    desk: EnhanceDesk, entry: PictureInput, auto: AutoDesk, say: SayDesk, kind: gr.Radio, embed: gr.Checkbox
) -> None:
    form = desk.controls.inputs
    look: dict[str, Any] = {"inputs": [entry.source, desk.agreed, *form], "outputs": desk.look_outputs, **QUIET, **LOOK}
    taken = entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
    moved = entry.image.select(entry.move, entry.source, entry.source, **QUIET, **LOOK)
    fresh, asked_for, resized = _wire_auto(auto, entry, taken)
    heard = gr.on(
        [say.go.click, say.box.submit], say.hear, [say.box, desk.controls.model], say.outputs, queue=False, **QUIET
    )
    looks = [
        asked_for,
        heard.success(desk.look, **look),
        fresh.success(desk.look, **look),
        resized.success(desk.look, **look),
        moved.success(desk.look, **look),
        gr.on(
            [c.change for c in desk.controls.shown],  # type: ignore[attr-defined]
            desk.look_again,
            trigger_mode="always_last",
            **(look | {"inputs": [desk.kept, *look["inputs"]]}),
        ),
        desk.ask.click(desk.look_anyway, **look),
    ]
    asked = _wire_trust(TrustDesk(desk), kind, embed)
    run = desk.toolbar.go.click(
        desk.run,
        [entry.image, kind, embed, entry.source, desk.kept, desk.agreed, *form],
        desk.run_outputs,
        **QUIET,
        cancels=[*looks, *asked],
        **WORK,
    )
    run.success(desk.arrived, [entry.source, desk.kept], [desk.stage, desk.toolbar.status], **QUIET)
    _ready_after(run, desk)
    rewrite = gr.on(
        [kind.input, embed.input],
        desk.rewrite,
        [desk.kept, kind, embed],
        desk.rewrite_outputs,
        trigger_mode="always_last",
        **QUIET,
        **WORK,
    )
    stopped: dict[str, Any] = {"saying": desk.stopped, "inputs": desk.kept, "outputs": desk.stop_outputs}
    desk.toolbar.stops(run, rewrite, *looks, *asked, **stopped)


def _wire_auto(auto: AutoDesk, entry: PictureInput, taken: Any) -> list[Any]:
    """What happens after a picture was taken, at the button, and when another size is wished."""
    controls = auto.controls
    plan, chosen = controls.auto.plan, [controls.task, controls.model]
    wished = controls.auto.factor.input
    return [
        taken.success(auto.forget, [plan, *chosen], auto.outputs, **QUIET, **LOOK),
        auto.go.click(auto.look_over, [entry.image, entry.source, controls.model], auto.outputs, **QUIET, **LOOK),
        wished(auto.wish, [plan, controls.auto.factor], auto.outputs, trigger_mode="always_last", **QUIET, **LOOK),
    ]


def _wire_trust(trust: TrustDesk, kind: gr.Radio, embed: gr.Checkbox) -> list[Any]:
    panel, kept, proof, settled = trust.panel, trust.desk.kept, trust.panel.proof, {**QUIET, **WORK}
    asked = [
        panel.where.click(trust.where, kept, trust.outputs, **settled),
        panel.test.click(trust.test, [kept, proof], trust.outputs, **settled),
        panel.guess.click(trust.guess, [kept, proof], trust.outputs, **settled),
        panel.cure.click(trust.cure, [kept, kind, embed], trust.cure_outputs, **settled),
        panel.protect.apply.click(
            ProtectDesk(trust).apply,
            [panel.protect.painted, kept, kind, embed, *panel.protect.wishes],
            trust.cure_outputs,
            js=HAND_OVER,
            **settled,
        ),
        panel.report.click(trust.report, [kept, proof, kind, embed], trust.outputs, **settled),
    ]
    for event in asked:
        _ready_after(event, trust.desk)
    return asked


def _ready_after(event: Any, desk: EnhanceDesk) -> None:
    """Let the next question be asked when an event is over; the end of an event repeats what it said last."""
    event.then(desk.trust.ready, desk.kept, desk.trust.buttons, **QUIET)
