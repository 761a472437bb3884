"""From a source file and a result file to a report: what can be measured on the two, without running anything."""

import datetime
import hashlib
import math

import torch
from torch import Tensor

from enhancer.evidence.consistency import Consistency, consistency
from enhancer.evidence.receipt import for_results, receipt
from enhancer.evidence.recipe import Recipe, fingerprint
from enhancer.evidence.report import Card, Map, Report, Table
from enhancer.evidence.report_pictures import reduced, visible
from enhancer.media import Picture, decode
from enhancer.media.files import named
from enhancer.metrics import METRICS, measure
from enhancer.metrics.maps import colour_map, error_map
from enhancer.models.catalog import CATALOG, Entry
from enhancer.settings import Settings
from enhancer.tasks.consistent import LEVELS, enlarged
from enhancer.tasks.resize import colours, sized

BLIND = ("sharpness", "noise")
LIGHTEST = 0.995  # share of a map below its lightest colour, so that a few stray pixels do not darken all others
FAILURES = "## Known failures"
OTHER_SOURCE = "The recipe in the result names another source than the one shown here."
OTHER_RESULT = "The pixels of the result are not those that its recipe names: it was changed since."
CHAINED = "Several steps made this result, and were meant to change more than its size; so it is not asked to fit."
CHANGES = (
    "How far each pixel of the result lies from a plain enlargement of the source: where the picture was drawn anew."
)
EDITS = "How far each pixel of the result lies from the source."
FIT = "How far the result, shrunk back to the source, lies from it."


def report_of(
    source: bytes,
    result: bytes,
    settings: Settings,
    *,
    title: str,
    names: tuple[str, str],
    recipe: Recipe | None = None,
    date: str = "",
    tables: tuple[Table, ...] = (),
    maps: tuple[Map, ...] = (),
) -> Report:
    """The report on a result file and its source; `tables` and `maps` of other rooms come after those made here.

    Raises BadPicture, with its name, for a file that cannot be read.
    """
    with named(names[0]):
        before = decode(source, settings)
    with named(names[1]):
        after = decode(result, for_results(settings))
    shown = before if after.alpha is not None else before.on_white()  # as the result was laid
    plain = sized(shown, after.height, after.width)
    seen = visible(after, plain)
    larger = enlarged((after.width, after.height), (before.width, before.height))
    chained = recipe is not None and len(recipe.steps) > 1  # and so meant to change more than the size
    fit = consistency(after.pixels, colours(shown)) if larger and not chained else None
    cards, strangers = _cards(recipe, settings)
    return Report(
        title=title,
        source=shown,
        result=after,
        names=names,
        date=date,
        tables=(_figures(plain, seen, larger), *([_fitting(fit)] if fit else []), *tables),
        maps=(_changes(seen, plain, larger), *([fit_map(fit)] if fit else []), *maps),
        receipt=receipt(before, result, settings=settings, recipe=recipe),
        recipe=recipe,
        cards=cards,
        strangers=strangers,
        remarks=_remarks(recipe, source, before, after),
    )


def long_date(day: datetime.date) -> str:
    """A date as reports show it."""
    return f"{day.day} {day:%B} {day.year}"


def _figures(plain: Picture, after: Picture, larger: bool) -> Table:
    rows = tuple((METRICS[i].title, _measured(plain, i), _measured(after, i)) for i in BLIND)
    notes = tuple(f"{METRICS[i].explanation} In {METRICS[i].unit}." for i in BLIND)
    sentence = "The source was plainly enlarged for this, so that both have one size." if larger else ""
    return Table("Measured", ("", "Before", "After"), rows, sentence, notes)


def _measured(picture: Picture, metric: str) -> str:
    try:
        return f"{measure(picture.pixels, None, [metric])[metric]:.2f}"
    except ValueError:  # too small for this metric
        return "–"


def _fitting(found: Consistency) -> Table:
    figure = "equal" if found.figure == math.inf else f"{found.figure:.1f} dB"
    rows = (
        ("Likeness of the shrunk result and the source", figure),
        ("Shift of red, green and blue", f"{', '.join(map(_signed, found.shift))}"),
    )
    notes = ("PSNR; 6 dB more means half the difference.", f"In the mean, in levels of {LEVELS}.")
    return Table("Does it fit the source?", (), rows, f"{found.verdict} {found.limit}", notes)


def _signed(value: float) -> str:
    rounded = round(value, 1)
    return "0.0" if rounded == 0 else f"{rounded:+.1f}".replace("-", "−")


def _changes(after: Picture, plain: Picture, larger: bool) -> Map:
    changed = error_map(after.pixels, plain.pixels) * LEVELS
    return level_map("What was changed", changed, CHANGES if larger else EDITS)


def fit_map(found: Consistency) -> Map:
    """Where a shrunk result differs from its source."""
    return level_map("Where it does not fit", found.map[None], FIT)


def level_map(title: str, levels: Tensor, sentence: str) -> Map:
    """(1, H, W) in levels of 255 as colours; the lightest stands for a whole number of levels, and all above it."""
    small = reduced(levels / LEVELS)
    top = max(1, math.ceil(LEVELS * float(torch.quantile(small.flatten(), LIGHTEST))))
    return Map(title, colour_map(small * (LEVELS / top)), sentence, ("0", f"{top} or more of {LEVELS} levels"))


def _cards(recipe: Recipe | None, settings: Settings) -> tuple[tuple[Card, ...], tuple[str, ...]]:
    """The models of a recipe that the catalogue knows by name and bytes, and the names of the others."""
    known = {(e.id, e.sha256): e for e in CATALOG}
    used = {(m.id, m.sha256): m.id for step in (recipe.steps if recipe else ()) for m in step.models}
    cards = tuple(Card(known[key], _failures(known[key], settings)) for key in used if key in known)
    return cards, tuple(name for key, name in used.items() if key not in known)


def _failures(entry: Entry, settings: Settings) -> tuple[str, ...]:
    """What the model card beside a bundled weight file says on failures."""
    file = settings.weights / f"{entry.id}.md"
    if not file.is_file():
        return ()
    _, _, behind = file.read_text(encoding="utf-8").partition(FAILURES)
    lines = behind.partition("\n## ")[0].splitlines()
    return tuple(line.removeprefix("- ") for line in lines if line.startswith("- "))


def _remarks(recipe: Recipe | None, source: bytes, before: Picture, after: Picture) -> tuple[str, ...]:
    if recipe is None:
        return ()
    another = hashlib.sha256(source).hexdigest() != recipe.file and fingerprint(before) != recipe.source
    exact = recipe.quality is None and after.depth == recipe.result.depth
    sizes = (after.width, after.height), (recipe.result.width, recipe.result.height)
    changed = sizes[0] != sizes[1] or (exact and fingerprint(after) != recipe.result)
    chained = [CHAINED] * (len(recipe.steps) > 1)
    return (*([OTHER_SOURCE] if another else []), *([OTHER_RESULT] if changed else []), *chained)
