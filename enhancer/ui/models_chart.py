"""What the plot of the Models tab can show: a figure of the models that do one thing, against their time here."""

from collections.abc import Sequence
from dataclasses import dataclass

from enhancer.evidence.cards import CardRow, points
from enhancer.evidence.plot import scatter
from enhancer.tasks import TASKS
from enhancer.ui.models_figures import named, named_with_unit, plain_name
from enhancer.ui.words import duration, said

HOW = "The higher a dot, the better; the further to the left, the faster."
FIRST = "Press “Measure on this machine” to see each model here by its quality and by the time it takes."
NO_FIGURES = "None of the models shown has figures, so there is nothing to draw."


@dataclass(frozen=True)
class Chart:
    """A figure of the models of one purpose and scale, which alone can be compared by it."""

    purpose: str
    scale: int
    label: str

    @property
    def key(self) -> str:
        """What stands for it in a form."""
        return f"{self.purpose}|{self.scale}|{self.label}"

    @property
    def title(self) -> str:
        """As people choose it."""
        scale = f" ×{self.scale}" if self.scale > 1 else ""
        return f"{TASKS[self.purpose].title}{scale}: {named(self.label)}"

    def of(self, rows: Sequence[CardRow]) -> list[CardRow]:
        """The models that have this figure."""
        alike = (row for row in rows if (row.purpose, row.scale) == (self.purpose, self.scale))
        return [row for row in alike if row.score(self.label) is not None]


def charts(rows: Sequence[CardRow]) -> list[Chart]:
    """What can be drawn of these models, each once, in their order."""
    return list(dict.fromkeys(Chart(row.purpose, row.scale, score.label) for row in rows for score in row.scores))


def chart_words(rows: Sequence[CardRow], key: str | None) -> str:
    """The drawing that `key` names, or what to do so that there is one."""
    chart = next((c for c in charts(rows) if c.key == key), None)
    if chart is None:
        return _framed(said(NO_FIGURES))
    able = chart.of(rows)
    found = points(able, chart.label)
    if not found:
        return _framed(said(FIRST))
    score = next(s for row in able if (s := row.score(chart.label)))
    plain = (plain_name(score), score.plain_value)
    drawn = scatter(found, named_with_unit(score), plain, duration, score.higher_is_better)
    missing = len(able) - len(found)
    more = f" {missing} more not measured here yet." if missing else ""
    return _framed(said(f"{named_with_unit(score)}. {HOW}{more}") + drawn)


def _framed(inside: str) -> str:
    return f"<div class='card'><h4>Quality against time</h4>{inside}</div>"
