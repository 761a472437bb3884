"""The Repair tab of the Lab: paint over what is to go, and it is filled from what is around."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gradio as gr

from enhancer.engine import Engine
from enhancer.engine.results import really
from enhancer.errors import BadPicture
from enhancer.ui.display import run_folder
from enhancer.ui.enhance_desk import CROP, written_again
from enhancer.ui.enhance_tab import EMBED, WRITABLE
from enhancer.ui.enhance_work import Finished
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.lab_repair_work import easel, facts, handed_over, repaired, ways
from enhancer.ui.parts import HOUR, LOOK, QUIET, WORK, Toolbar, before_after
from enhancer.ui.picture_input import NO_PICTURE, PictureInput, Source, original
from enhancer.ui.trust_words import receipt_words
from enhancer.ui.words import bar, duration, empty, said

BEGIN = "Choose a picture, then paint over scratches, dust, text or whole objects."
PAINTING = "Paint over what is to go; what you paint is filled, and nothing else is touched."
INVENTED = "What you painted over is invented now, from what is around it; it is no evidence of what was there."
WAYS = (
    "A network goes on with lines and edges; texture is copied from elsewhere in the picture, for objects; a smooth "
    "surface grows in from the rim, for small spots. Automatic takes texture for places wider than 16 pixels."
)
STAGES = ("Mask", "Repaired")
HAND_OVER = "(_, ...others) => [paintedMask('repair-paint'), ...others]"  # what was painted stays in the browser


class RepairTab:
    """Components and handlers of the tab."""

    def __init__(self, engine: Engine, examples: list[Path]) -> None:
        self.engine = really(engine)
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self.entry = PictureInput("repair", engine.settings, CROP)
                self.entry.samples(examples)
                self._options()
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self._stage()
        self.kept: gr.State = gr.State(None, time_to_live=HOUR, delete_callback=_forget)
        self._wire()

    def _options(self) -> None:
        choices = ways()
        with gr.Group(elem_classes="options"):
            self.way = gr.Dropdown(
                choices,
                value=choices[0][1],
                label="How it is filled",
                info=WAYS,
                filterable=False,
                elem_id="repair-way",
            )
        self.mask = gr.File(
            label="Or a mask as a PNG, white where it is to go",
            height=150,
            elem_id="repair-mask",
        )

    def _stage(self) -> None:
        self.toolbar = Toolbar("repair", "Repair", BEGIN)
        self.stage = gr.Radio(
            STAGES,
            value=STAGES[0],
            interactive=True,  # as in the Enhance tab
            show_label=False,
            container=False,
            elem_id="repair-stage",
            elem_classes="joined",
        )
        with gr.Column(elem_id="repair-paint"):
            gr.HTML(empty("No picture yet", "Drop a picture, or try an example."), elem_classes="blank")
            self.easel = gr.HTML(js_on_load=None)
        with gr.Column(elem_id="repair-panel"):
            gr.HTML(empty("Nothing is repaired yet", "Paint, then press Repair."), elem_classes="blank")
            self.result = before_after("repair-result")
            self.facts = gr.HTML(elem_id="repair-facts")
            with gr.Row(elem_classes="take-home"):
                self.kind = gr.Radio(
                    WRITABLE,
                    value="png",
                    show_label=False,
                    container=False,
                    elem_id="repair-format",
                    elem_classes="joined",
                )
                self.embed = gr.Checkbox(label=EMBED, container=False, min_width=150, elem_id="repair-embed")
                self.recipe = gr.DownloadButton("Recipe", size="md", elem_id="repair-recipe")
                self.download = gr.DownloadButton("Download", variant="primary", size="md", elem_id="repair-download")
            self.receipt = gr.HTML(elem_id="repair-receipt")

    def _wire(self) -> None:
        entry, toolbar, settled = self.entry, self.toolbar, {**QUIET, **WORK}
        written = [self.download, self.recipe, self.facts, self.receipt, toolbar.status]
        taken = entry.image.change(entry.take, [entry.image, entry.source], entry.outputs, **QUIET, **LOOK)
        taken.success(self.show, entry.source, [self.easel, self.stage, toolbar.hint], **QUIET, **LOOK)
        hidden = gr.Textbox(visible=False)
        run = toolbar.go.click(
            self.run,
            [hidden, self.mask, self.way, entry.image, entry.source, self.kept, self.kind, self.embed],
            [self.result, self.stage, self.kept, *written, toolbar.go],
            js=HAND_OVER,
            **settled,
        )
        rewrite = gr.on(
            [self.kind.input, self.embed.input],
            self.rewrite,
            [self.kept, self.kind, self.embed],
            written,
            trigger_mode="always_last",
            **settled,
        )
        toolbar.stops(run, rewrite, saying=toolbar.stopped, outputs=toolbar.parts)

    def show(self, source: Source | None) -> Update:
        """The picture to paint over."""
        if source is None:
            return {self.easel: "", self.toolbar.hint: said(BEGIN)}
        return {
            self.easel: easel(source, self.engine.settings),
            self.stage: STAGES[0],
            self.toolbar.hint: said(PAINTING),
        }

    def run(
        self,
        canvas: str,
        mask: str | None,
        way: str,
        image: str | None,
        source: Source | None,
        old: Finished | None,
        format: str,
        embed: bool,
    ) -> Iterator[Update]:
        """Fill what was painted over, or what the mask covers."""
        with run_folder() as place:
            steps = self._run((canvas, mask), way, image, source, old, format, embed, place)
            yield from guarded(steps, self.toolbar.failed)

    def _run(
        self,
        masks: tuple[str, str | None],
        way: str,
        image: str | None,
        source: Source | None,
        old: Finished | None,
        format: str,
        embed: bool,
        place: Path,
    ) -> Steps:
        if image is None or source is None:
            raise BadPicture(NO_PICTURE)
        yield self.toolbar.running()
        work = partial(repaired, original(image, source), source, masks, way, self.engine, place)
        done = yield from follow(work, lambda p: {self.toolbar.status: bar(p, "Repairing", "%")})
        if old is not None:
            old.forget()
        yield {self.result: done.pair, self.stage: STAGES[1], self.kept: done}
        yield from self._written(done, format, embed, place)
        yield self.toolbar.ready()

    def rewrite(self, kept: Finished | None, format: str, embed: bool) -> Iterator[Update]:
        """Write the last result in another format, or with its recipe."""
        yield from written_again(
            kept, lambda done, place: self._written(done, format, embed, place), self.toolbar.status
        )

    def _written(self, done: Finished, format: str, embed: bool, place: Path) -> Steps:
        found = yield from follow(
            lambda _: handed_over(done, format, embed, self.engine.settings, place),
            lambda p: {self.toolbar.status: bar(p, "Writing the file")},
        )
        recipe = found.written.recipe
        yield {
            self.download: str(found.written.file),
            self.recipe: None if recipe is None else str(recipe),
            self.facts: facts(done, found.written, format, embed),
            self.receipt: said(INVENTED) + receipt_words(found.receipt),
            self.toolbar.status: said(f"Done in {duration(done.seconds)}.", "good"),
        }


def _forget(kept: Finished | None) -> None:
    if kept is not None:
        kept.forget()
