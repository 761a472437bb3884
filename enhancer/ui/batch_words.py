"""What the Batch tab says: what is to be done, how far each file is, and what came of all of them, as HTML."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from html import escape
from pathlib import Path
from typing import Any

from enhancer.batch.archive import is_zip
from enhancer.batch.parcel import Parcel
from enhancer.batch.row import DONE, FAILED, LEFT, Row
from enhancer.batch.summary import counted
from enhancer.models.catalog import CATALOG
from enhancer.settings import MIB, Settings
from enhancer.tasks.choose import AUTO
from enhancer.ui.choice import Choice, Wish
from enhancer.ui.words import duration, fact_list, file_size, said, size_of

BEGIN = "Choose pictures, or a ZIP of them."
EACH = (
    "Each picture is looked over by itself, and gets what is proposed for it. Those under 4 megapixels become twice as "
    "large."
)
NOTHING = "Nothing is set there yet: choose a task."
SET = "As set in the Enhance tab, in this order:"
FITS = (
    "Fits its source: the result, shrunk back, compared with the picture that was sent. From 45 dB on nobody sees a "
    "difference, below 30 dB everybody does."
)
WORTH = (
    "Self-test: a shrunken copy was enhanced, and came so much nearer to the picture than a plain resize does; below 0 "
    "the plain resize is nearer."
)
SHOWN = {
    "scale": "{} times as large",
    "long_side": "longer side of {} pixels",
    "megapixels": "{} megapixels",
    "width": "{} pixels wide",
    "height": "{} pixels high",
}


def limits(settings: Settings) -> str:
    """What is taken at once."""
    return said(
        f"Up to {settings.max_batch_files} pictures with {settings.max_batch_bytes / MIB:.0f} MB in all. A ZIP is "
        "unpacked, and its folders are kept. Nothing is kept here for much longer than an hour."
    )


def asked(wish: Wish | None) -> str:
    """The card that says what is done to every picture; None where each is looked over by itself."""
    if wish is None:
        return f'<div class="card"><h4>Auto</h4><p>{EACH}</p></div>'
    steps = "".join(f"<li><b>{escape(c.title)}</b> {escape(_details(c))}</li>" for c in wish.choices)
    told = f"<p>{SET}</p><ol>{steps}</ol>" if steps else f"<p>{NOTHING}</p>"
    return f'<div class="card"><h4>What is done to every picture</h4>{told}</div>'


def _details(choice: Choice) -> str:
    usual = {f.name: f.default for f in fields(choice.task.options)}
    return ", ".join(
        _detail(name, value)
        for name, value in choice.options.items()
        if name in ("model", *SHOWN) or value != usual[name]
    )


def _detail(name: str, value: Any) -> str:
    if name == "model":
        return "automatic model" if value == AUTO else next((e.title for e in CATALOG if e.id == value), str(value))
    number = f"{value:g}" if isinstance(value, float) else str(value)
    if name in SHOWN:
        return SHOWN[name].format(number)
    label = name.replace("_", " ")
    return label if value is True else f"{label} {number}"


def given(uploads: Sequence[Path]) -> str:
    """What was chosen."""
    zips = sum(map(is_zip, uploads))
    files = len(uploads) - zips
    told = [f"{files} file{'s' * (files != 1)}"] * bool(files) + [f"{zips} ZIP{'s' * (zips != 1)}"] * bool(zips)
    size = file_size(sum(path.stat().st_size for path in uploads))
    return f'<p class="preflight"><b>{" and ".join(told)}</b> <span>{size}</span></p>' if uploads else said(BEGIN)


def listed(parcel: Parcel, current: str = "") -> str:
    """Every file with what came of it: while work goes on the last one first, at the end what failed first."""
    rows = sorted(parcel.rows, key=_by_trouble) if parcel.finished else parcel.rows[::-1]
    waiting = len(parcel.waiting) - bool(current)
    now = f"<li class='now'><div><b translate='no'>{escape(current)}</b><small>at work</small></div></li>"
    items = [now] * bool(current)
    items += [_item(row) for row in rows]
    more = f"<p class='said'>and {waiting} more to come</p>" if waiting > 0 else ""
    legend = "".join(f"<p class='said legend'>{told}</p>" for told in _legend(rows))
    return f"{more}<ul class='files'>{''.join(items)}</ul>{legend}" if items else ""


def _legend(rows: Sequence[Row]) -> Iterator[str]:
    """What the figures mean, where there are any."""
    if any(row.consistency is not None for row in rows):
        yield FITS
    if any(row.gain is not None for row in rows):
        yield WORTH


def _by_trouble(row: Row) -> tuple[int, str]:
    return [FAILED, LEFT].index(row.outcome) if row.outcome in (FAILED, LEFT) else 2, row.source


def _item(row: Row) -> str:
    name = f"<b translate='no' title='{escape(row.source)}'>{escape(row.source)}</b>"
    if row.outcome != DONE:
        told = escape(row.problem or "Not begun.")
        kind, mark = ("bad", "Failed") if row.outcome == FAILED else ("left", "Left out")
        return f"<li class='{kind}'><div>{name}<small>{told}</small></div><span>{mark}</span></li>"
    renamed = [f"as {row.target}"] * (row.source != row.target)
    sizes = " → ".join(dict.fromkeys((size_of((row.width or 0, row.height or 0)), _result_size(row))))
    told = escape(" · ".join([sizes, *renamed, *_figures(row), *row.notes]))
    return f"<li class='good'><div>{name}<small>{told}</small></div><span>{duration(row.seconds or 0)}</span></li>"


def _result_size(row: Row) -> str:
    return size_of((row.result_width or 0, row.result_height or 0))


def _figures(row: Row) -> list[str]:
    ids = row.models.split()
    titles = [e.title for e in CATALOG if e.id in ids] or [row.tasks.replace(" ", ", ") or "nothing to do"]
    told = [", ".join(titles)]
    told += [] if row.consistency is None else [f"fits its source {row.consistency:.1f} dB"]
    return told + ([] if row.gain is None else [f"self-test {row.gain:+.1f} dB".replace("-", "−")])


def ended(parcel: Parcel, seconds: float) -> str:
    """The line at the end."""
    bad = any(not row.there for row in parcel.rows)
    return said(f"{counted(parcel.rows).rstrip('.')}, in {duration(seconds)}.", "bad" if bad else "good")


def facts(parcel: Parcel) -> str:
    """What lies in the ZIP; "" without any result."""
    made = [row for row in parcel.rows if row.there]
    if not made:
        return ""
    pixels = sum((row.result_width or 0) * (row.result_height or 0) for row in made) / 1e6
    size = file_size(parcel.zip.stat().st_size)
    return fact_list([("Pictures", str(len(made))), ("In all", f"{pixels:.1f} megapixels"), ("ZIP", size)])
