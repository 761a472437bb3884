"""The handlers of the Video tab: look at what was sent, show one second of what it will be, do all of it."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.processing_utils import save_file_to_cache

from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture
from enhancer.models.catalog import CATALOG
from enhancer.progress import Progress
from enhancer.tasks.chain import Step
from enhancer.ui.controls import Controls, learned
from enhancer.ui.display import run_folder
from enhancer.ui.enhance_desk import NO_STEPS
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.parts import Toolbar
from enhancer.ui.video_words import NO_VIDEO, facts, given, player
from enhancer.ui.words import bar, said
from enhancer.video.facts import Facts, Part
from enhancer.video.run import Enhanced, enhance_video
from enhancer.video.studio import studio
from enhancer.video.wish import Wish, remembering_models

FORM = "form"  # stands for what is set in the Enhance tab
PREVIEW = 1.0  # seconds
PLAYED = {"h264", "vp8", "vp9", "libvpx-vp9", "av1", "libdav1d"}  # coders of what browsers play
NOTHING: tuple[Step, ...] = ()


def offered() -> list[tuple[str, str]]:
    """(title, value) of what can be done: networks for video first, then tasks on each frame alone."""
    remembering = [(entry.title, f"model:{entry.id}") for entry in remembering_models(CATALOG)]
    tasks = [task for task in learned() if task[1] != "upscale"] + [task for task in learned() if task[1] == "upscale"]
    alone = [(f"Each frame by itself: {title}", value) for title, value in tasks]
    return [*remembering, *alone, ("As set in the Enhance tab", FORM)]


@dataclass
class VideoDesk:
    """The components that handlers speak through; `controls` are those of the Enhance tab."""

    engine: Engine
    controls: Controls
    toolbar: Toolbar
    player: gr.HTML
    facts: gr.HTML
    download: gr.DownloadButton
    preview_button: gr.Button

    def __post_init__(self) -> None:
        self.outputs: list[Any] = [self.player, self.facts, self.download, self.preview_button, *self.toolbar.parts]
        self.looked: list[Any] = [self.toolbar.hint, *self.outputs]

    def look(self, upload: str | None) -> Steps:
        """What was sent."""
        yield from guarded(self._look(upload), self._failed)

    def _look(self, upload: str | None) -> Steps:
        blank: Update = {self.player: "", self.facts: "", self.download: None, self.toolbar.hint: ""}
        if upload is None:
            yield {**blank, self.toolbar.status: ""}
            return
        work = partial(_looked, Path(upload), self.engine)
        found = yield from follow(
            work, lambda p: {self.toolbar.status: bar(p, "Looking through the video")}, quick=True
        )
        yield {**blank, self.toolbar.hint: given(found), self.toolbar.status: ""}

    def preview(self, upload: str | None, what: str, begin: float | None, *values: Any) -> Steps:
        """One second of the result beside the same of the source."""
        yield from guarded(self._preview(upload, self._wish(what, values), max(begin or 0.0, 0.0)), self._failed)

    def run(self, upload: str | None, what: str, *values: Any) -> Steps:
        """All of it."""
        yield from guarded(self._run(upload, self._wish(what, values)), self._failed)

    def _wish(self, what: str, values: tuple[Any, ...]) -> Wish:
        if what.startswith("model:"):
            return Wish(what.removeprefix("model:"))
        return Wish("", self.controls.read(values).steps if what == FORM else (Step(what),))

    def _preview(self, upload: str | None, wish: Wish, begin: float) -> Steps:
        source, part = _sent(upload), Part(begin, PREVIEW)
        yield from self._begun(wish)
        with run_folder(source.parent) as place:
            targets = {place / "preview": replace(wish, part=part), place / "before": Wish("", NOTHING, part)}
            made, before = yield from self._made(source, targets)
            shown = player(self._served(before.file), self._served(made.file), made.size, bool(made.facts.sounds))
        yield {self.player: shown, self.facts: facts(made, None), self.download: None, **self._ready("Preview ready.")}

    def _run(self, upload: str | None, wish: Wish) -> Steps:
        source = _sent(upload)
        yield from self._begun(wish)
        with run_folder(source.parent) as place:
            (made,) = yield from self._made(source, {place / "enhanced": wish})
            named = made.file.rename(place / f"{source.stem}-enhanced{made.file.suffix}")  # the stem may have dots
            size, served = named.stat().st_size, self._served(named)
        before = str(source) if made.facts.codec in PLAYED else None
        shown = player(before, served, made.size, bool(made.facts.sounds))
        told = self._ready("Done.")
        yield {self.player: shown, self.facts: facts(made, size), self.download: served, **told}

    def _begun(self, wish: Wish) -> Steps:
        if not wish.model and not wish.steps:
            raise BadOptions(NO_STEPS)
        yield {
            self.player: "",
            self.facts: "",
            **self.toolbar.running(),
            self.preview_button: gr.Button(interactive=False),
        }

    def _made(self, source: Path, targets: dict[Path, Wish]) -> Generator[Update, None, list[Enhanced]]:
        def work(progress: Progress) -> list[Enhanced]:
            with studio(self.engine.settings) as desk:
                return [
                    enhance_video(source, target, wish, self.engine, progress, desk=desk)
                    for target, wish in targets.items()
                ]

        return follow(work, lambda p: {self.toolbar.status: bar(p, "Enhancing", "frames")})

    def _served(self, file: Path) -> str:
        return str(save_file_to_cache(file, self.download.GRADIO_CACHE))

    def _ready(self, text: str) -> Update:
        again = {self.preview_button: gr.Button(interactive=True)}
        return {self.toolbar.status: said(text, "good"), **self.toolbar.ready(), **again}

    def _failed(self, text: str) -> Update:
        return {**self.toolbar.failed(text), self.preview_button: gr.Button(interactive=True)}

    def stopped(self) -> Update:
        """The line after Stop."""
        return {**self.toolbar.stopped(), self.preview_button: gr.Button(interactive=True)}


def _sent(upload: str | None) -> Path:
    if upload is None:
        raise BadPicture(NO_VIDEO)
    return Path(upload)


def _looked(source: Path, engine: Engine, progress: Progress) -> Facts:
    with studio(engine.settings) as desk:
        return desk.look(source)
