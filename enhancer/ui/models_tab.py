"""The Models tab: every model on a card with what is known of it, filters, a plot, and "measure on this machine"."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import gradio as gr

from enhancer.engine import Engine
from enhancer.errors import BadOptions, Cancelled, EnhancerError, UnknownModel
from enhancer.evidence.cards import MEMORY, PLACES, SIZE, SPEED, TITLE, CardRow, cards, filtered, labels, ordered
from enhancer.evidence.measure import known_speeds
from enhancer.evidence.recipe import Step
from enhancer.models.catalog import Entry
from enhancer.progress import Progress
from enhancer.tasks import TASKS
from enhancer.tasks.repair_options import REPAIR
from enhancer.ui.handover import HandOver
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.models_chart import chart_words, charts
from enhancer.ui.models_figures import named
from enhancer.ui.models_style import ON_LOAD
from enhancer.ui.models_words import ABOUT, PLACE_WORDS, cards_words, count_words, does, on_this_disk
from enhancer.ui.models_work import measured
from enhancer.ui.parts import HOUR, LOOK, QUIET, WORK, Toolbar
from enhancer.ui.words import bar, said

ALL = ""  # purposes, and the order of the catalogue
ORDERS = [
    ("Bundled first", ALL),
    ("Name", TITLE),
    ("Time here, shortest first", SPEED),
    ("Memory, least first", MEMORY),
    ("File, smallest first", SIZE),
]
NONE_HERE = "None of the models shown lies on this disk, and nothing is fetched for it. Show the bundled ones."
NOT_KEPT = "What was measured cannot be kept: the folder for it (ENHANCER_CACHE) takes no files."
TO_TOP = "() => scrollTo({top: 0})"


class ModelsTab:
    """Components and handlers of the tab `room`. `hand_over` takes a model to the Enhance tab."""

    def __init__(self, room: gr.Tab, engine: Engine, catalog: Sequence[Entry], hand_over: HandOver) -> None:
        self.engine, self.catalog, self.hand_over = engine, tuple(catalog), hand_over
        rows = self.rows()
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self._filters(rows)
                self._plot(rows)
            with gr.Column(scale=3, min_width=300, elem_classes="main"):
                self.toolbar = Toolbar("models", "Measure on this machine", count_words(rows, len(rows)))
                gr.HTML(ABOUT, elem_id="models-about")
                self.cards = gr.HTML(cards_words(rows), js_on_load=ON_LOAD, elem_id="models-cards")
        self.measured = gr.State(0, time_to_live=HOUR)  # how often a card has changed by a measurement
        self._wire(room)

    def _filters(self, rows: Sequence[CardRow]) -> None:
        purposes = dict.fromkeys(row.purpose for row in rows)
        tasks = [("Everything", ALL), *((TASKS[p].title, p) for p in purposes)]
        self.purpose = gr.Dropdown(tasks, value=ALL, label="What it is for", filterable=False, elem_id="models-for")
        self.places = gr.CheckboxGroup(
            [(PLACE_WORDS[place][0], place) for place in PLACES],
            value=list(PLACES),
            label="Where it lies",
            elem_id="models-places",
        )
        self.commercial = gr.Checkbox(label="Only models that allow commercial use", elem_id="models-commercial")
        by_figure = [(f"{named(label)}, best first", label) for label in labels(rows)]
        self.order = gr.Dropdown(
            ORDERS + by_figure, value=ALL, label="Sort by", filterable=False, elem_id="models-order"
        )
        self.filters = [self.purpose, self.places, self.commercial, self.order]

    def _plot(self, rows: Sequence[CardRow]) -> None:
        choices = charts(rows)
        first = choices[0].key if choices else None
        self.figure = gr.Dropdown(
            [(c.title, c.key) for c in choices],
            value=first,
            label="Figure in the plot",
            filterable=False,
            elem_id="models-figure",
        )
        self.plot = gr.HTML(chart_words(rows, first), elem_id="models-plot")

    def _wire(self, room: gr.Tab) -> None:
        shown: list[Any] = [self.cards, self.figure, self.plot, self.toolbar.hint]
        settled: dict[str, Any] = {"inputs": [*self.filters, self.figure], "outputs": shown, **QUIET, **LOOK}
        changes = [self.purpose.input, self.places.input, self.commercial.input, self.order.input, self.figure.input]
        gr.on([room.select, *changes, self.measured.change], self.show, trigger_mode="always_last", **settled)
        bar = self.toolbar
        told: list[Any] = [self.measured, *bar.parts]
        every = bar.go.click(self.measure_shown, [self.measured, *self.filters], told, **QUIET, **WORK)
        one = self.cards.measure(self.measure_one, self.measured, told, **QUIET, **WORK)
        bar.stops(every, one, saying=bar.stopped, outputs=bar.parts)
        used = self.cards.use(self.use, None, self.hand_over.outputs, queue=False, **QUIET)
        used.success(None, None, None, js=TO_TOP, **QUIET)

    def rows(self) -> list[CardRow]:
        """What is known now of every model."""
        return cards(self.catalog, known_speeds(self.engine, self.catalog), self.engine.settings)

    def show(self, purpose: str, places: list[str], commercial: bool, order: str, figure: str | None) -> Update:
        """The cards and the plot as the filters and the order want them."""
        rows = self.rows()
        shown = self._shown(rows, purpose, places, commercial, order)
        choices = charts(shown)
        chosen = figure if figure in [c.key for c in choices] else next((c.key for c in choices), None)
        return {
            self.cards: cards_words(shown),
            self.figure: gr.Dropdown(choices=[(c.title, c.key) for c in choices], value=chosen),
            self.plot: chart_words(shown, chosen),
            self.toolbar.hint: said(count_words(shown, len(rows))),
        }

    def _shown(
        self, rows: list[CardRow], purpose: str, places: list[str], commercial: bool, order: str
    ) -> list[CardRow]:
        sorted_rows = ordered(rows, order) if order else rows
        return filtered(sorted_rows, purpose or None, commercial, places)

    def measure_shown(
        self, times: int, purpose: str, places: list[str], commercial: bool, order: str
    ) -> Iterator[Update]:
        """Measure every model that is shown and lies on this disk, one after the other."""
        rows = on_this_disk(self._shown(self.rows(), purpose, places, commercial, order))
        yield from guarded(self._measure(rows, times), self.toolbar.failed)

    def measure_one(self, times: int, event: gr.EventData) -> Iterator[Update]:
        """Measure the model whose button was pressed."""
        rows = [row for row in on_this_disk(self.rows()) if row.id == event.model]
        yield from guarded(self._measure(rows, times), self.toolbar.failed)

    def _measure(self, rows: Sequence[CardRow], times: int) -> Steps:
        if not rows:
            raise BadOptions(NONE_HERE)
        yield self.toolbar.running()
        failed: list[str] = []
        for done, row in enumerate(rows, start=1):
            what = f"Measuring {row.title}" + (f", {done} of {len(rows)}" if len(rows) > 1 else "")
            work = partial(measured, row.id, self.engine)
            try:
                yield from follow(work, partial(self._working, what))
            except Cancelled:
                raise
            except EnhancerError as error:
                failed.append(str(error))
            else:
                failed += [NOT_KEPT] * (row.id not in known_speeds(self.engine, self.catalog))
            yield {self.measured: times + done}
        told = f"{len(rows) - len(failed)} of {len(rows)} measured." if failed else "Measured, and remembered here."
        line = said(" ".join([told, *dict.fromkeys(failed)]), "bad" if failed else "good")
        yield {self.toolbar.status: line, **self.toolbar.ready()}

    def _working(self, what: str, progress: Progress) -> Update:
        return {self.toolbar.status: bar(progress, what, "runs")}

    def use(self, event: gr.EventData) -> Update:
        """Take the model whose button was pressed to the Enhance tab. Raises UnknownModel."""
        row = next((row for row in self.rows() if row.id == event.model), None)
        if row is None or row.purpose == REPAIR.id:
            raise UnknownModel(f"There is no model {event.model!r} on this page.")
        step = Step(row.purpose, {"model": row.id} | ({"scale": float(row.scale)} if row.scale > 1 else {}))
        return self.hand_over.take(step, f"The form is set to {does(row)} with {row.title}.")
