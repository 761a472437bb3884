"""The handlers of the Compare tab: they fill the grid, count a blind vote, and hand the winner over."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture
from enhancer.evidence.contact import Tile, contact_sheet, suitable
from enhancer.media.picture import Picture
from enhancer.models.catalog import Entry
from enhancer.progress import Progress
from enhancer.tasks import task
from enhancer.ui.choice import UPSCALE
from enhancer.ui.compare_words import FURTHER, about_part, clock, ended, further, grid, mark, notes, votes
from enhancer.ui.compare_work import Growing, Order, Sheet, elsewhere, fetched
from enhancer.ui.display import run_folder, save_display
from enhancer.ui.handover import HandOver
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.parts import Toolbar
from enhancer.ui.picture_input import Source, clicked, original, read
from enhancer.ui.words import bar, said

BEGIN = "Choose a picture to begin."
NO_PICTURE = "Please choose a picture first."
GONE = "There is nothing to choose from any more; please press Compare again."
CARRIED = "is set, with your picture. Press Enhance for the whole of it."
FILE = "picture.png"  # of every tile: a name could tell whose it is


@dataclass
class CompareDesk:
    """The components that handlers speak through."""

    engine: Engine
    catalog: tuple[Entry, ...]
    toolbar: Toolbar
    frame: gr.HTML
    factor: gr.Slider
    further: gr.Dropdown
    grid: gr.HTML
    notes: gr.HTML
    votes: gr.HTML
    sheet: gr.State
    tally: gr.State
    handover: HandOver

    def __post_init__(self) -> None:
        shown = [self.grid, self.notes, self.sheet]
        self.toolbar.blank = {self.grid: grid(None, False), self.notes: "", self.sheet: None, self.votes: ""}
        self.place_outputs = [self.frame, self.toolbar.hint]
        self.choose_outputs = [self.factor, self.further]
        self.run_outputs = [*shown, self.further, self.votes, *self.toolbar.parts]
        self.vote_outputs = [*shown, self.votes, self.tally, self.toolbar.status]
        self.stop_outputs = [*shown, *self.toolbar.parts]
        self.use_outputs = [*self.handover.outputs, *self.handover.picture, self.toolbar.status]

    def move(self, source: Source | None, event: gr.SelectData) -> tuple[float, float]:
        """Put the part where the picture was clicked, in percent."""
        right, down = (0.5, 0.5) if source is None else clicked(source, event)
        return round(100 * right, 1), round(100 * down, 1)

    def place(self, image: str | None, source: Source | None, *wishes: Any) -> Update:
        """Draw the frame around the part."""
        if image is None or source is None:
            return {self.frame: "", self.toolbar.hint: said(BEGIN)}
        order = self._order(image, source, *wishes)
        return {self.frame: mark(order), self.toolbar.hint: about_part(order)}

    def _order(
        self, image: str, source: Source, x: float, y: float, side: int, purpose: str, factor: float, seconds: float
    ) -> Order:
        return Order(image, source, (x / 100, y / 100), side, purpose, factor, seconds, self.catalog)

    def choose(self, purpose: str) -> Update:
        """What belongs to another task."""
        return {self.factor: gr.Slider(visible=purpose == UPSCALE.id), self.further: self._offered(purpose)}

    def _offered(self, purpose: str) -> gr.Dropdown:
        others = further(elsewhere(purpose, self.engine, self.catalog))
        return gr.Dropdown(choices=others, value=[], visible=bool(others))

    def run(
        self, image: str | None, source: Source | None, blind: bool, more: list[str], *wishes: Any
    ) -> Iterator[Update]:
        """Show the part without a network, and by each model as soon as it is ready."""
        with run_folder() as place:
            yield from guarded(self._run(image, source, blind, more, wishes, place), self.toolbar.failed)

    def _run(
        self, image: str | None, source: Source | None, blind: bool, more: list[str], wishes: Any, place: Path
    ) -> Steps:
        if image is None or source is None:
            raise BadPicture(NO_PICTURE)
        order, path, began = self._order(image, source, *wishes), original(image, source), time.monotonic()
        here = suitable(order.purpose, self.engine, order.factor, self.catalog)
        others = [e for e in self.catalog if e.id in more and e.purpose == order.purpose and e not in here]
        if not (here or others):
            title = task(order.purpose).title
            raise BadOptions(f"No model for {title} is on this machine yet; choose one under “{FURTHER}”.")
        growing = Growing(Sheet(order, tuple(e.title for e in (*here, *others))))
        yield {**self._news(growing, blind), self.votes: "", **self.toolbar.running()}
        picture = yield from follow(lambda _: read(path, self.engine.settings), self._reading)
        keep = partial(self._kept, picture, place)
        if here:
            yield from self._in_time(growing, picture, keep, blind)
        for model in others:
            yield from self._fetched(growing, model, picture, keep, blind)
        yield {
            self.toolbar.status: ended(growing.sheet, time.monotonic() - began),
            self.further: self._offered(order.purpose),
            **self.toolbar.ready(),
        }

    def _in_time(self, growing: Growing, picture: Picture, keep: Callable[[Tensor], str], blind: bool) -> Steps:
        order, began = growing.sheet.order, time.monotonic()

        def work(progress: Progress) -> Iterable[Tile]:
            what = picture, order.part, order.purpose, order.options
            return contact_sheet(*what, self.engine, progress, order.seconds, self.catalog)

        def saying(_: Progress) -> str:
            return clock(time.monotonic() - began, order.seconds, next(iter(growing.sheet.waiting), ""))

        yield from self._grow(growing, work, keep, blind, saying)

    def _fetched(
        self, growing: Growing, model: Entry, picture: Picture, keep: Callable[[Tensor], str], blind: bool
    ) -> Steps:
        def work(progress: Progress) -> Iterable[Tile]:
            return fetched(growing.sheet.order, model, picture, self.engine, progress)

        yield from self._grow(growing, work, keep, blind, lambda progress: bar(progress, model.title))

    def _grow(
        self,
        growing: Growing,
        work: Callable[[Progress], Iterable[Tile]],
        keep: Callable[[Tensor], str],
        blind: bool,
        saying: Callable[[Progress], str],
    ) -> Steps:
        def show(progress: Progress) -> Update:
            return {self.toolbar.status: saying(progress), **self._news(growing, blind)}

        yield from follow(lambda progress: growing.add(work(progress), keep), show)
        yield self._shown(growing.sheet, blind)

    def _kept(self, picture: Picture, place: Path, pixels: Tensor) -> str:
        """Write a tile losslessly into the cache of the page, which clears itself → path."""
        file, _, _ = save_display(picture.with_pixels(pixels), place / FILE)
        return str(self.grid.move_resource_to_block_cache(file))

    def _reading(self, progress: Progress) -> Update:
        return {self.toolbar.status: bar(progress, "Reading the picture")}

    def _news(self, growing: Growing, blind: bool) -> Update:
        sheet = growing.news()
        return {} if sheet is None else self._shown(sheet, blind)

    def _shown(self, sheet: Sheet, blind: bool) -> Update:
        others = elsewhere(sheet.order.purpose, self.engine, self.catalog)
        return {self.sheet: sheet, self.grid: grid(sheet, blind), self.notes: notes(sheet, blind, others)}

    def stopped(self, sheet: Sheet | None, blind: bool) -> Update:
        """What is there stays; nothing more is to come."""
        shown = {} if sheet is None else self._shown(replace(sheet, waiting=()), blind)
        return {**shown, **self.toolbar.stopped()}

    def hide(self, sheet: Sheet | None, blind: bool) -> Any:
        """Hide the names, or show them."""
        return gr.skip() if sheet is None else self._shown(sheet, blind)

    def vote(self, sheet: Sheet | None, blind: bool, tally: dict[str, int], event: gr.EventData) -> Iterator[Update]:
        """Count a vote, and show the names."""
        yield from guarded(self._vote(sheet, blind, tally, str(event.number)), self._not_done)

    def _vote(self, sheet: Sheet | None, blind: bool, tally: dict[str, int], number: str) -> Steps:
        if sheet is None:
            raise BadOptions(GONE)
        if sheet.voted:  # a second click came before the names
            yield self._shown(sheet, blind)
            return
        tile = sheet.ballot.reveal(number)
        counted = {**tally, tile.title: tally.get(tile.title, 0) + 1}
        yield {
            **self._shown(replace(sheet, voted=tile.model_id), blind),
            self.tally: counted,
            self.votes: votes(counted, tile.title),
        }

    def use(self, sheet: Sheet | None, event: gr.EventData) -> Iterator[Update]:
        """Set the Enhance tab to what a tile shows, with the picture, and go there."""
        yield from guarded(self._use(sheet, str(event.model)), self._not_done)

    def _use(self, sheet: Sheet | None, model_id: str) -> Steps:
        tile = None if sheet is None else sheet.tile(model_id)
        step = None if sheet is None or tile is None else sheet.step(tile)
        if sheet is None or tile is None or step is None:
            raise BadOptions(GONE)
        order = sheet.order
        yield self.handover.carry(order.image, order.source, order.centre, step, f"{tile.title} {CARRIED}")

    def _not_done(self, text: str) -> Update:
        return {self.toolbar.status: said(text, "bad")}
