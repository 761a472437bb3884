"""What there is to know of every model before choosing one: rows to filter and to sort, and points for a plot."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from enhancer.errors import BadOptions
from enhancer.evidence.measure import Speed
from enhancer.models.bundled import pictures_of
from enhancer.models.entry import Bundled, Entry, Hub, Spread
from enhancer.models.fetch import on_disk
from enhancer.settings import Settings

BUNDLED, FETCHED, ON_THE_HUB = "bundled", "fetched", "on the Hub"
PLACES = (BUNDLED, FETCHED, ON_THE_HUB)
LOWER_IS_BETTER = ("GMSD", "change", "flicker")  # how the labels of such figures end
FIGURE = re.compile(r"(-?[\d.]+) ?([^\s(]*) \((.+) (-?[\d.]+)\)")  # as `evaluate` states them: 37.57 dB (bicubic 33.67)
TITLE, SPEED, MEMORY, SIZE = "title", "speed", "memory", "size"


@dataclass(frozen=True)
class Score:
    """One measured figure: `value` in `unit`, and `plain_value` of the picture without a network, called `plain`.

    `gain` is by how much the model is better than that, negative where it is worse.
    """

    label: str
    text: str
    value: float
    unit: str
    plain: str
    plain_value: float

    @property
    def higher_is_better(self) -> bool:
        """The direction of the figure."""
        return not self.label.endswith(LOWER_IS_BETTER)

    @property
    def gain(self) -> float:
        """How much better than plain, in the unit of the figure."""
        return (self.value - self.plain_value) * (1 if self.higher_is_better else -1)


@dataclass(frozen=True)
class CardRow:
    """All that is shown of one model.

    `figures` are (protocol, value) as text, `scores` those of them that are numbers. `speed` is what was measured on
    this machine and `spread` how well the model's own doubts are known, None where nothing was. `place` is one of
    `PLACES`; `pictures` are files that show `failures`.
    """

    id: str
    title: str
    description: str
    purpose: str
    scale: int
    architecture: str
    figures: tuple[tuple[str, str], ...]
    spread: Spread | None
    scores: tuple[Score, ...]
    speed: Speed | None
    bytes: int | None
    licence: str
    commercial: bool
    place: str
    failures: tuple[str, ...]
    pictures: tuple[Path, ...]
    successes: tuple[Path, ...]
    sha256: str

    @property
    def seconds_per_megapixel(self) -> float | None:
        """For each million pixels of the picture that is put in, or None: not measured here."""
        return None if self.speed is None else self.speed.seconds_per_megapixel

    @property
    def peak_megabytes(self) -> float | None:
        """Working memory of a tile and the weights, or None: not measured here."""
        return None if self.speed is None else self.speed.peak_megabytes

    def score(self, label: str) -> Score | None:
        """The figure with this label."""
        return next((s for s in self.scores if s.label == label), None)


@dataclass(frozen=True)
class Point:
    """One model in a plot of quality against time."""

    id: str
    title: str
    seconds: float
    quality: float


def cards(catalog: Sequence[Entry], speeds: Mapping[str, Speed], settings: Settings) -> list[CardRow]:
    """A row for each entry, in the order of the catalogue; `speeds` as `known_speeds` gives them."""
    return [_row(entry, speeds.get(entry.id), settings) for entry in catalog]


def filtered(
    rows: Iterable[CardRow], purpose: str | None = None, commercial_only: bool = False, places: Sequence[str] = PLACES
) -> list[CardRow]:
    """The rows of one purpose (None: all), of models that may be used commercially, and that lie in these places."""
    return [
        row
        for row in rows
        if (purpose is None or row.purpose == purpose) and (row.commercial or not commercial_only)
        if row.place in places
    ]


def ordered(rows: Iterable[CardRow], by: str) -> list[CardRow]:
    """The best first: by title, speed, memory or size of the file, or by a figure that is named by its label.

    By a figure, the models of a smaller scale come first, because enlarging less is easier. Rows that nothing is known
    of come last, in the order that they had. Raises BadOptions for another name.
    """
    found = list(rows)
    key = ORDERS.get(by)
    if key is None:
        known = labels(found)
        if by not in known:
            raise BadOptions(f"Models cannot be sorted by {by!r}, only by {', '.join([*ORDERS, *known])}.")
        key = _worse_by(by)
    return sorted(found, key=key)


def labels(rows: Iterable[CardRow]) -> tuple[str, ...]:
    """The figures that any of the rows has, each once, in the order that they come in."""
    return tuple(dict.fromkeys(score.label for row in rows for score in row.scores))


def points(rows: Iterable[CardRow], label: str) -> list[Point]:
    """Where each model lies by seconds per megapixel here and by one figure; only those of which both are known."""
    found = ((row, row.score(label), row.seconds_per_megapixel) for row in rows)
    return [
        Point(row.id, row.title, seconds, score.value)
        for row, score, seconds in found
        if score is not None and seconds is not None
    ]


def _row(entry: Entry, speed: Speed | None, settings: Settings) -> CardRow:
    return CardRow(
        id=entry.id,
        title=entry.title,
        description=entry.description,
        purpose=entry.purpose,
        scale=entry.scale,
        architecture=entry.architecture,
        figures=entry.figures,
        spread=entry.spread,
        scores=tuple(score for label, text in entry.figures if (score := _score(label, text))),
        speed=speed,
        bytes=entry.bytes,
        licence=entry.licence,
        commercial=entry.commercial,
        place=_place(entry, settings),
        failures=entry.failures,
        pictures=_beside(entry, settings, good=False),
        successes=_beside(entry, settings, good=True),
        sha256=entry.sha256,
    )


def _beside(entry: Entry, settings: Settings, good: bool) -> tuple[Path, ...]:
    return pictures_of(entry.id, settings.weights, good) if isinstance(entry.source, Bundled) else ()


def _score(label: str, text: str) -> Score | None:
    found = FIGURE.fullmatch(text)
    if found is None:
        return None
    value, unit, plain, plain_value = found.groups()
    return Score(label, text, float(value), unit, plain, float(plain_value))


def _place(entry: Entry, settings: Settings) -> str:
    if isinstance(entry.source, Hub):
        return FETCHED if on_disk(entry.source, settings, entry.bytes) else ON_THE_HUB
    return BUNDLED


def _worse_by(label: str) -> Callable[[CardRow], tuple[float, float]]:
    def worse(row: CardRow) -> tuple[float, float]:
        score = row.score(label)
        if score is None:
            return math.inf, 0
        return row.scale, -score.value if score.higher_is_better else score.value

    return worse


def _last(value: float | None) -> float:
    return math.inf if value is None else value


ORDERS: dict[str, Callable[[CardRow], str | float | tuple[float, float]]] = {
    TITLE: lambda row: row.title.casefold(),
    SPEED: lambda row: _last(row.seconds_per_megapixel),
    MEMORY: lambda row: _last(row.peak_megabytes),
    SIZE: lambda row: _last(row.bytes),
}
