"""A contact sheet: one part of the picture through every model at hand, so that eyes can choose; and a blind vote."""

import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadOptions, Cancelled, EnhancerError
from enhancer.evidence.measure import Speed, known_speeds
from enhancer.evidence.part import Part, Setting, fitted, passes
from enhancer.media import Picture
from enhancer.models.catalog import CATALOG, Entry
from enhancer.models.entry import Bundled
from enhancer.models.fetch import on_disk
from enhancer.progress import Progress
from enhancer.tasks import task
from enhancer.tasks.chain import Step
from enhancer.tasks.upscale_options import UpscaleOptions, target_size

BUDGET = 10.0  # seconds
PLAIN = "plain"  # the tile without a network
BYTES_OF_SECOND = 1e6  # of weights, for a second a megapixel; only for the order, where nothing was measured
VIEWS = 8  # that the best quality takes


@dataclass(frozen=True)
class Tile:
    """One model's answer: `pixels` (3, h, w), or `skipped`, the sentence that says why there are none.

    All tiles of a sheet have one size. It took `seconds`; the whole picture would take about `estimate` seconds.
    """

    model_id: str
    title: str
    pixels: Tensor | None = None
    seconds: float = 0.0
    estimate: float | None = None
    skipped: str | None = None


@dataclass(frozen=True)
class Ballot:
    """Pictures without names, numbered from "1" in an order that tells nothing; `reveal` says whose one was."""

    pictures: Mapping[str, Tensor]
    _tiles: Mapping[str, Tile] = field(repr=False)

    def reveal(self, number: str) -> Tile:
        """The tile behind a number. Raises BadOptions for one that is not in `pictures`."""
        if number not in self._tiles:
            raise BadOptions(f"There is no picture {number!r} to vote for, only {', '.join(self._tiles)}.")
        return self._tiles[number]


class _TimeIsUp(Exception):
    """Ends the work on a tile."""


def contact_sheet(
    picture: Picture,
    part: Part,
    purpose: str,
    options: Any,
    engine: Engine,
    progress: Progress,
    budget_seconds: float = BUDGET,
    catalog: tuple[Entry, ...] = CATALOG,
) -> Iterator[Tile]:
    """The part of the picture as it is, plainly resized, then through each model at hand, each as soon as it is ready.

    `options` are those of the task `purpose`; the model is replaced, and what a model cannot be told is left out. A
    model sees as far around the part as it looks, so its tile shows what the whole result will show there. When the
    seconds are over it is stopped at its next tile, and the others are skipped. Transparency is not shown.

    Raises at once BadOptions for a part that is not inside the picture, for seconds that are not positive, for a
    purpose without any model on this disk and for a target size that is not possible, and later on Cancelled. Any
    other error of the house is the reason why its tile is skipped.
    """
    if not budget_seconds > 0:
        raise BadOptions(f"A contact sheet needs some seconds, not {budget_seconds:g}.")
    size = picture.width, picture.height
    enlarging = isinstance(options, UpscaleOptions)
    target = target_size(*size, options, engine.settings.max_output_pixels) if enlarging else size
    setting = Setting(picture, part, target, task(purpose), options, engine)
    entries = suitable(purpose, engine, setting.factor, catalog)
    if not entries:
        names = ", ".join(e.id for e in catalog if e.purpose == purpose) or "none"
        raise BadOptions(f"No model for {setting.task.title} is on this disk; those to be fetched first: {names}.")
    return _tiles(setting, entries, progress, budget_seconds, known_speeds(engine, catalog))


def suitable(
    purpose: str, engine: Engine, factor: float = 1.0, catalog: tuple[Entry, ...] = CATALOG
) -> tuple[Entry, ...]:
    """The models of a purpose that need not be fetched: bundled ones first, the fastest for this factor first.

    How fast they are is known from `measure_model`, else guessed by the size of their weights.
    """
    speeds = known_speeds(engine, catalog)

    def order(entry: Entry) -> tuple[bool, float]:
        pace = _pace(entry, speeds, factor)
        if pace is None:
            pace = math.inf if entry.bytes is None else entry.bytes / BYTES_OF_SECOND
        return not isinstance(entry.source, Bundled), pace

    here = (e for e in catalog if e.purpose == purpose and on_disk(e.source, engine.settings, e.bytes))
    return tuple(sorted(here, key=order))


def chosen(tile: Tile, purpose: str, options: Any, catalog: tuple[Entry, ...] = CATALOG) -> Step | None:
    """The step that does to the whole picture what a tile shows; None where that is nothing at all."""
    entry = next((e for e in catalog if e.id == tile.model_id), None)
    if entry is None and not isinstance(options, UpscaleOptions):
        return None
    found = replace(options, strength=0.0) if entry is None else fitted(options, entry)
    return Step(purpose, asdict(found))


def blind(tiles: Sequence[Tile], seed: int) -> Ballot:
    """Hide whose the tiles are, leaving skipped ones out; the seed alone decides which of the models gets which number.

    The same seed and models give the same numbers, in whatever order the tiles came.
    """
    shown = sorted((t.model_id, n) for n, t in enumerate(tiles) if t.pixels is not None)
    random.Random(seed).shuffle(shown)
    found = {str(number): tiles[n] for number, (_, n) in enumerate(shown, start=1)}
    return Ballot({k: t.pixels for k, t in found.items() if t.pixels is not None}, found)


def _tiles(
    setting: Setting, entries: Sequence[Entry], progress: Progress, budget: float, speeds: Mapping[str, Speed]
) -> Iterator[Tile]:
    end = time.monotonic() + budget
    plain = setting.plain
    title = "Plain resize" if isinstance(setting.options, UpscaleOptions) else "Unchanged"
    yield Tile(PLAIN, title, plain.pixels, plain.seconds, plain.estimate)
    for n, entry in enumerate(entries):
        left = end - time.monotonic()
        needed = _seconds(setting, entry, speeds)
        if left <= 0:
            reason = f"Left out: the {budget:g} s were over before its turn."
        elif needed is not None and needed > left:
            reason = f"Left out: it takes about {needed:.0f} s here, and {left:.1f} of {budget:g} s were left."
        else:
            yield _tile(setting, entry, _until(end, progress.part(n, len(entries))), budget)
            continue
        yield Tile(entry.id, entry.title, skipped=reason)
    progress.step(len(entries), len(entries))


def _tile(setting: Setting, entry: Entry, progress: Progress, budget: float) -> Tile:
    try:
        drawn = setting.drawn(entry, progress)
    except Cancelled:
        raise
    except _TimeIsUp:
        return Tile(entry.id, entry.title, skipped=f"Stopped: it was not ready when the {budget:g} s were over.")
    except EnhancerError as error:
        return Tile(entry.id, entry.title, skipped=str(error))
    return Tile(entry.id, entry.title, drawn.pixels, drawn.seconds, drawn.estimate)


def _until(end: float, progress: Progress) -> Progress:
    """Progress that ends the work at its first step after `end`, but never when all is done."""

    def report(mine: Progress) -> None:
        progress.step(mine.done, mine.total, mine.note)
        if time.monotonic() > end and mine.done < mine.total:
            raise _TimeIsUp

    return Progress(report)


def _seconds(setting: Setting, entry: Entry, speeds: Mapping[str, Speed]) -> float | None:
    """How long a model will take for the part, where its speed was measured here."""
    pace = _pace(entry, speeds, setting.factor)
    _, _, width, height = setting.part
    views = VIEWS if setting.options.best else 1
    return None if pace is None else pace * width * height / 1e6 * views


def _pace(entry: Entry, speeds: Mapping[str, Speed], factor: float) -> float | None:
    """Seconds for a megapixel of the source, all passes together, where that was measured here."""
    if entry.id not in speeds:
        return None
    growth = float(sum(entry.scale ** (2 * n) for n in range(passes(entry.scale, factor))))
    return growth * speeds[entry.id].seconds_per_megapixel
