"""The handlers of the Enhance tab: they run the work, and say on the page what is going on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture
from enhancer.media.formats import format_of
from enhancer.models.catalog import Hub
from enhancer.ui.choice import Wish
from enhancer.ui.controls import Controls
from enhancer.ui.display import run_folder
from enhancer.ui.enhance_work import OF_THE_WHOLE, Finished, Written, enhance_file, preview, write
from enhancer.ui.jobs import Steps, Update, answered, follow, guarded
from enhancer.ui.parts import Toolbar
from enhancer.ui.picture_input import NO_PICTURE, Source, original
from enhancer.ui.trust_panel import TrustPanel
from enhancer.ui.trust_words import receipt_words
from enhancer.ui.trust_work import checked
from enhancer.ui.words import bar, duration, fact_list, file_size, preflight, said, size_of

STAGES = ("Preview", "Result")
CROP = (256, 192)  # pixels of the source that the preview shows
BEGIN = "Choose a picture to begin."
PART_ONLY = "It is worked out from this part alone; the whole picture may come out differently."
GONE = "The result is no longer on the server; please press Enhance again."
NO_STEPS = "There is nothing to do: tick a step, wish for a larger picture, or choose a task."


@dataclass
class EnhanceDesk:
    """The components that handlers speak through.

    Previews and runs are drawn by `memory`, which answers at once what it drew before; what is measured and proved is
    asked of `engine`.
    """

    engine: Engine
    memory: Engine
    controls: Controls
    toolbar: Toolbar
    stage: gr.Radio
    preview: gr.ImageSlider
    looked: gr.HTML
    ask: gr.Button
    result: gr.ImageSlider
    facts: gr.HTML
    download: gr.DownloadButton
    recipe_file: gr.DownloadButton
    trust: TrustPanel
    kept: gr.State
    agreed: gr.State

    def __post_init__(self) -> None:
        bar = self.toolbar
        self.look_outputs = [
            *(self.controls.card, self.controls.crispness, bar.hint, self.preview, self.looked, self.ask, self.stage),
            self.agreed,
        ]
        written = [self.download, self.recipe_file, self.facts]
        self.rewrite_outputs = [*written, self.trust.receipt, self.trust.reported, bar.status]
        self.run_outputs = [
            *(self.result, *written, self.stage),
            *(self.kept, self.agreed, *self.trust.parts, *bar.parts),
        ]
        self.stop_outputs = [self.looked, *self.trust.buttons, *bar.parts]

    def look(self, source: Source | None, agreed: frozenset[str], *values: Any) -> Iterator[Update]:
        """Show the model, what a run would be, and the enhanced crop of the chosen picture."""
        with run_folder() as place:
            yield from answered(self._look(source, agreed, values, False, place), self._look_failed)

    def look_again(
        self, kept: Finished | None, source: Source | None, agreed: frozenset[str], *values: Any
    ) -> Iterator[Update]:
        """The same after a control changed; a result of just this wish stays in view.

        The page reports some changes only when the run that they led to is done.
        """
        with run_folder() as place:
            for update in answered(self._look(source, agreed, values, False, place), self._look_failed):
                if self.stage in update and kept and source and kept.is_of(source.path, self.controls.read(values)):
                    del update[self.stage]
                yield update

    def look_anyway(self, source: Source | None, agreed: frozenset[str], *values: Any) -> Iterator[Update]:
        """The same, after the visitor agreed to fetch the model."""
        with run_folder() as place:
            yield from answered(self._look(source, agreed, values, True, place), self._look_failed)

    def _look(self, source: Source | None, agreed: frozenset[str], values: Any, asked: bool, place: Path) -> Steps:
        choice = self.controls.read(values)
        if source is None:
            told = {self.controls.card: choice.card(), self.toolbar.hint: said(BEGIN)}
            yield {**told, **self.controls.crispness_for(choice), **self._no_preview("")}
            return
        size, limit = (source.width, source.height), self.engine.settings.max_output_pixels
        models = [m for m in choice.models(size, limit) if m is not None and isinstance(m.source, Hub)]
        yield {
            self.controls.card: choice.card(size, limit),
            **self.controls.crispness_for(choice, size, limit),
            self.toolbar.hint: preflight(size, choice.result_size(size, limit)),
            self.stage: STAGES[0],
            self.ask: gr.Button(visible=False),
        }
        if not choice.choices:
            yield self._no_preview(NO_STEPS)
            return
        if unasked := {m.id for m in models} - agreed:
            if not asked:
                yield {self.ask: gr.Button(visible=True), **self._no_preview("This model is fetched when you want it.")}
                return
            yield {self.agreed: agreed | unasked}
        pair, crop, took = yield from follow(
            lambda progress: preview(source.crop, size, choice, self.memory, place, progress),
            lambda progress: {self.looked: bar(progress, "Preview", _unit(choice))},
            quick=True,
        )
        part = f"{size_of((crop.width, crop.height))} pixels{took.words}."
        part += f" {PART_ONLY}" if any(c.task.id in OF_THE_WHOLE for c in choice.choices) else ""
        yield {
            self.preview: pair,
            self.looked: said(f"Preview of {part} Click into the picture on the left to look elsewhere."),
        }

    def _no_preview(self, text: str) -> Update:
        return {self.preview: None, self.looked: said(text)}

    def _look_failed(self, text: str) -> Update:
        return {self.toolbar.hint: said(text, "bad"), **self._no_preview("")}

    def run(
        self,
        image: str | None,
        format: str,
        embed: bool,
        source: Source | None,
        kept: Finished | None,
        agreed: frozenset[str],
        *values: Any,
    ) -> Iterator[Update]:
        """Enhance the whole picture, show it, and write the file to download."""
        with run_folder() as place:
            steps = self._run(image, format, embed, source, kept, agreed, values, place)
            yield from guarded(steps, self.toolbar.failed)

    def _run(
        self,
        image: str | None,
        format: str,
        embed: bool,
        source: Source | None,
        old: Finished | None,
        agreed: frozenset[str],
        values: Any,
        place: Path,
    ) -> Steps:
        if image is None:
            raise BadPicture(NO_PICTURE)
        choice, path = self.controls.read(values), original(image, source)
        if not choice.choices:
            raise BadOptions(NO_STEPS)
        yield {**self.trust.working(), **self.toolbar.running()}
        work = partial(enhance_file, path, choice, self.memory, place)
        done = yield from follow(work, lambda p: {self.toolbar.status: bar(p, "Enhancing", _unit(choice))})
        yield {
            self.result: done.pair,
            self.facts: "",
            self.kept: done,
            self.agreed: agreed | done.models,
            **self.trust.cleared(),
            **self.trust.about(done),
        }
        if old is not None:
            old.forget()  # only after the page holds the other
        yield from self.written(done, format, embed, place)
        yield self.toolbar.ready()

    def arrived(self, source: Source | None, kept: Finished | None) -> Update:
        """Show the result that a run ended with, unless another picture was chosen meanwhile."""
        if kept is None:
            return {self.stage: STAGES[0]}
        if source is None or source.path != kept.path:
            return {self.toolbar.status: said(f"{kept.path.name} is done; its result is under Result.", "good")}
        return {self.stage: STAGES[1]}

    def rewrite(self, kept: Finished | None, format: str, embed: bool) -> Iterator[Update]:
        """Write the last result in another format, or with its recipe."""
        yield from written_again(
            kept, lambda done, place: self.written(done, format, embed, place), self.toolbar.status
        )

    def written(self, done: Finished, format: str, embed: bool, place: Path) -> Steps:
        """Write the file to download, then read it back for the receipt."""
        title = format_of(format).title
        written = yield from follow(
            lambda _: write(done, format, place, embed),
            lambda p: {self.toolbar.status: bar(p, f"Writing the {title} file")},
        )
        yield {
            self.download: str(written.file),
            self.recipe_file: None if written.recipe is None else str(written.recipe),
            self.facts: _facts(done, format, embed, written),
            self.trust.reported: "",
        }
        found = yield from follow(
            lambda _: checked(done, written.file, self.engine.settings),
            lambda p: {self.toolbar.status: bar(p, f"Reading the {title} file back")},
        )
        yield {
            self.trust.receipt: receipt_words(found),
            self.toolbar.status: said(f"Done{done.took.words}.", "good"),
        }

    def stopped(self, kept: Finished | None) -> Update:
        """Say that the work has ended."""
        return {self.looked: "", **self.trust.ready(kept), **self.toolbar.stopped()}


def written_again(kept: Finished | None, write: Callable[[Finished, Path], Steps], status: gr.HTML) -> Iterator[Update]:
    """`write` the last result into a folder of its own; `status` says so where it is gone."""

    def steps(place: Path) -> Steps:
        if kept is None:
            raise BadPicture(GONE)
        yield from write(kept, place)

    with run_folder() as place:
        yield from answered(steps(place), lambda text: {status: said(text, "bad")})


def _unit(choice: Wish) -> str:
    return "tiles" if len(choice.choices) == 1 else "%"


def _facts(done: Finished, format: str, embed: bool, written: Written) -> str:
    sizes = f"{size_of(done.source_size)} → {size_of(done.size)}"
    file = f"{format_of(format).title}, {file_size(written.file.stat().st_size)}"
    time = duration(done.seconds) + ", remembered" * done.took.remembered
    items = [("Picture", done.path.name), ("Size", sizes), ("With", done.what), ("Time", time), ("File", file)]
    if embed:
        items.append(("Recipe", "in the file" if written.recipe is None else "beside it"))
    return fact_list(items)
