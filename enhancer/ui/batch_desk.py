"""The handlers of the Batch tab: many pictures with the options of the Enhance tab, one after another, into one ZIP."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from enhancer.batch.hands import Here
from enhancer.batch.order import Order
from enhancer.batch.parcel import Parcel
from enhancer.batch.places import File
from enhancer.batch.row import Row
from enhancer.batch.run import Clock, share
from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture
from enhancer.progress import Progress
from enhancer.ui.batch_words import asked, ended, facts, given, listed
from enhancer.ui.controls import Controls
from enhancer.ui.display import folder
from enhancer.ui.enhance_desk import NO_STEPS
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.parts import Toolbar
from enhancer.ui.words import bar, said, track
from enhancer.workplace import held

NO_PICTURES = "Please choose some pictures first, or a ZIP of them."
AS_SENT = "same"  # stands for no format in particular
STOPPED = "Stopped before this one."


@dataclass
class BatchDesk:
    """The components that handlers speak through; `controls` are those of the Enhance tab."""

    engine: Engine
    controls: Controls
    toolbar: Toolbar
    card: gr.HTML
    files: gr.HTML
    facts: gr.HTML
    download: gr.DownloadButton
    kept: gr.State

    def __post_init__(self) -> None:
        self.outputs = [self.files, self.facts, self.download, self.kept, *self.toolbar.parts]

    def describe(self, auto: bool, *values: Any) -> str:
        """What would be done to every picture."""
        try:
            return asked(None if auto else self.controls.read(values))
        except BadOptions as error:
            return said(str(error), "bad")

    def chosen(self, uploads: list[str] | None) -> str:
        """What was uploaded."""
        return given([Path(upload) for upload in uploads or ()])

    def run(
        self,
        uploads: list[str] | None,
        auto: bool,
        kind: str,
        embed: bool,
        test: bool,
        old: Parcel | None,
        *values: Any,
    ) -> Iterator[Update]:
        """Enhance every picture, and offer the ZIP."""
        order = Order(None if auto else self.controls.read(values).steps, embed=embed, self_test=test)
        yield from guarded(self._run(uploads or [], order, kind, old), self.toolbar.failed)

    def _run(self, uploads: list[str], order: Order, kind: str, old: Parcel | None) -> Steps:
        if not uploads:
            raise BadPicture(NO_PICTURES)
        if order.steps == ():
            raise BadOptions(NO_STEPS)
        if old is not None:
            old.forget()
        parcel = Parcel(folder(), self.engine.settings, None if kind == AS_SENT else kind)
        files = [Path(upload) for upload in uploads]
        try:
            with held(parcel.folder, *(file.parent for file in files)):  # as long as some of them still wait
                yield {self.kept: parcel, self.files: "", self.facts: "", **self.toolbar.running()}
                yield from self._filled(parcel, files, order)
        except Exception:  # whatever it was, it goes on; after Stop, which is none, what is done stays
            parcel.forget()
            raise

    def _filled(self, parcel: Parcel, uploads: list[Path], order: Order) -> Steps:
        began = time.monotonic()
        yield from follow(partial(parcel.gather, uploads), self._reading)
        hand, clock = Here(order, self.engine), Clock(parcel.files)
        while parcel.waiting:
            file = parcel.waiting[0]
            yield {self.files: listed(parcel, file.name)}
            row = yield from follow(partial(_done, hand, file), partial(self._going, parcel, file, clock))
            parcel.add(row, file)
            clock.ended(row)
        parcel.finish()
        yield {
            **self._shown(parcel),
            self.toolbar.status: ended(parcel, time.monotonic() - began),
            **self.toolbar.ready(),
        }

    def _reading(self, progress: Progress) -> Update:
        return {self.toolbar.status: bar(progress, "Looking through the files", "files")}

    def _going(self, parcel: Parcel, file: File, clock: Clock, progress: Progress) -> Update:
        done, part = len(parcel.rows), share(progress)
        text = f"{done + 1} of {len(parcel.files)}{f' · {progress.note}' if progress.note else ''}"
        whole = (done + part) / len(parcel.files)
        return {self.toolbar.status: track(whole, text, clock.remaining([(file, progress)]), waiting=not whole)}

    def _shown(self, parcel: Parcel) -> Update:
        told = facts(parcel)
        return {self.files: listed(parcel), self.facts: told, self.download: str(parcel.zip) if told else None}

    def stopped(self, parcel: Parcel | None) -> Update:
        """What was done before Stop is in the ZIP."""
        if parcel is None or not parcel.rows:
            return self.toolbar.stopped()
        if not parcel.finished:
            parcel.finish(STOPPED)
        return {**self._shown(parcel), **self.toolbar.stopped()}


def _done(hand: Here, file: File, progress: Progress) -> Row:
    return hand.do(file, progress, None)
