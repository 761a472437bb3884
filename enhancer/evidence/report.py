"""A report in one HTML file for people who must judge a result: seen, measured, with its making and its licence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from itertools import zip_longest
from shlex import quote

from torch import Tensor

from enhancer.evidence.guard import listed
from enhancer.evidence.receipt import KEPT, LOST, Receipt
from enhancer.evidence.recipe import Recipe
from enhancer.evidence.recipe_text import to_json
from enhancer.evidence.report_pictures import details, fits, reduced, shown, uri
from enhancer.media import Picture
from enhancer.metrics.maps import PALETTE
from enhancer.models.catalog import Bundled, Entry
from enhancer.settings import MIB, PROGRAM, VERSION
from enhancer.tasks import TASKS

DISCLOSURE = "contains AI-reconstructed detail"
DRAWN = (
    "A neural network drew detail that the source does not hold. It is likely, not certain: do not identify persons, "
    "read signs or measure by what only the result shows."
)
NOT_DRAWN = ("No network drew on this picture.", "It was made by calculation from its source alone.")
UNKNOWN = (
    "It is not known how this picture was made.",
    f"No recipe came with it, so take it as one that {DISCLOSURE}.",
)
PROFILE_LEFT_OUT = "The colour profile is too large for this page; colours may differ here, not in the files."
LONGEST_VALUE = 100  # letters of an option; a mask is longer
MARKS = {KEPT: "kept", LOST: "lost"}
LEGEND = ", ".join(f"rgb{colour}" for colour in PALETTE)
SIDE_BY_SIDE = (  # for browsers that run no scripts
    ".pair { display: grid; grid-template-columns: 1fr 1fr; aspect-ratio: auto; max-width: none; }"
    ".pair .side { position: relative; clip-path: none; } .pair i, .pair input { display: none; }"
)
SLIDE = "this.parentNode.style.setProperty('--cut', this.value + '%')"


@dataclass(frozen=True)
class Map:
    """A picture of a measurement, `pixels` (3, H, W) in [0, 1]; `ends` label the colours of a `colour_map`."""

    title: str
    pixels: Tensor
    sentence: str
    ends: tuple[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """Figures as text, rounded by whoever made them; the first column names the rows, `notes` explain them.

    Without `columns` the table has no head.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sentence: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """A model of the catalogue, and where it is known to fail."""

    entry: Entry
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a report shows; what is left out or empty is left out of it.

    `names` are those of the source and the result file; `strangers` weight files that are in no catalogue.
    """

    title: str
    source: Picture
    result: Picture
    names: tuple[str, str] = ("the source", "the result")
    date: str = ""
    tables: tuple[Table, ...] = ()
    maps: tuple[Map, ...] = ()
    receipt: Receipt | None = None
    recipe: Recipe | None = None
    cards: tuple[Card, ...] = ()
    strangers: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def to_html(report: Report) -> str:
    """The whole page; it fetches nothing, and every text in it is escaped."""
    sections = [
        _head(report),
        _disclosure(report),
        _slider(report),
        _details(report),
        *(_table(table) for table in report.tables),
        _maps(report.maps),
        _receipt(report.receipt),
        _recipe(report.recipe, report.names),
        _models(report),
    ]
    title = escape(report.title)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{title}</title><style>{_style()}</style></head>\n'
        f"<body><main>{''.join(sections)}</main><footer>{PROGRAM} {VERSION}. This page holds all its pictures and "
        "fetches nothing; print it, or save it as PDF, from the browser.</footer></body></html>\n"
    )


@cache
def _style() -> str:
    return files("enhancer.evidence").joinpath("report.css").read_text(encoding="utf-8").replace("LEGEND", LEGEND)


def _section(title: str, body: str, sentence: str = "", kind: str = "") -> str:
    if not body:
        return ""
    told = f"<p class='lead'>{escape(sentence)}</p>" if sentence else ""
    return f"<section class='{kind}'><h2>{escape(title)}</h2>{told}{body}</section>"


def _head(report: Report) -> str:
    sizes = [f"{p.width} × {p.height}" for p in (report.source, report.result)]
    told = " → ".join(
        f"{escape(name)} <span>{size} pixels</span>" for name, size in zip(report.names, sizes, strict=True)
    )
    date = f"<p class='date'>{escape(report.date)}</p>" if report.date else ""
    return f"<header><p class='kind'>Enhancement report</p>{date}<h1>{escape(report.title)}</h1><p>{told}</p></header>"


def _disclosure(report: Report) -> str:
    drawn = bool(report.cards or report.strangers) or (report.recipe is not None and report.recipe.drawn)
    if drawn:
        kind, (first, then) = "drawn", (f"This picture {DISCLOSURE}.", DRAWN)
    else:
        kind, (first, then) = ("plain", NOT_DRAWN) if report.recipe else ("drawn", UNKNOWN)
    remarks = "".join(f"<p>{escape(remark)}</p>" for remark in report.remarks)
    return f"<aside class='{kind}'><p><strong>{escape(first)}</strong> {escape(then)}</p>{remarks}</aside>"


def _slider(report: Report) -> str:
    before, after = shown(report.source, report.result)
    ratio = f"{after.width} / {after.height}"
    enlarged = report.source.width < report.result.width
    told = "The source is plainly enlarged to the same size." if enlarged else ""
    told += "" if fits(report.result) else f" {PROFILE_LEFT_OUT}"
    return (
        f"<figure class='slider'><div class='pair' style='--ratio: {ratio}'>"
        f"<div class='side'><img alt='The picture before' src='{uri(before)}'><span>Before</span></div>"
        f"<div class='side after'><img alt='The picture after' src='{uri(after)}'><span>After</span></div>"
        f"<i></i><input type='range' min='0' max='100' value='50' step='0.1' "
        f'aria-label="How much of the picture before is shown" oninput="{SLIDE}"></div>'
        f"<noscript><style>{SIDE_BY_SIDE}</style></noscript><figcaption>"
        f"<span class='on-screen'>Move the handle to compare. </span>{escape(told)}</figcaption></figure>"
    )


def _details(report: Report) -> str:
    pairs = [
        "<div class='detail'>"
        + "".join(
            f"<figure><img alt='{word} at 100 %' style='max-width: {p.width}px; height: {p.height}px' "
            f"src='{uri(p, 'png')}'><figcaption>{word}</figcaption></figure>"
            for word, p in zip(("Before", "After"), pair, strict=True)
        )
        + "</div>"
        for pair in details(report.source, report.result)
    ]
    return _section(
        "At 100 %", "".join(pairs), "Where the result differs most from a plain enlargement, pixel for pixel."
    )


def _table(table: Table) -> str:
    columns = "".join(f"<th scope='col'>{escape(column)}</th>" for column in table.columns)
    head = f"<thead><tr>{columns}</tr></thead>" if columns else ""
    rows = "".join(_row(row, note) for row, note in zip_longest(table.rows, table.notes, fillvalue=""))
    body = f"<div class='scroll'><table>{head}<tbody>{rows}</tbody></table></div>" if rows else ""
    return _section(table.title, body, table.sentence)


def _row(row: Sequence[str], note: str) -> str:
    told = f"<small>{escape(note)}</small>" if note else ""
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
    return f"<tr><th scope='row'>{escape(row[0])}{told}</th>{cells}</tr>"


def _maps(maps: Iterable[Map]) -> str:
    figures = [
        f"<figure><img alt='{escape(m.title)}' src='{uri(Picture(reduced(m.pixels)))}'>{_legend(m.ends)}"
        f"<figcaption><strong>{escape(m.title)}</strong> {escape(m.sentence)}</figcaption></figure>"
        for m in maps
    ]
    return _section("Maps", f"<div class='maps'>{''.join(figures)}</div>" if figures else "")


def _legend(ends: tuple[str, str] | None) -> str:
    return "" if ends is None else f"<p class='legend'>{escape(ends[0])}<i></i>{escape(ends[1])}</p>"


def _receipt(receipt: Receipt | None) -> str:
    if receipt is None:
        return ""
    lines = [f"<li class='{MARKS.get(r.state, 'changed')}'>{escape(r.sentence)}</li>" for r in receipt.lines]
    return _section("What was kept and what was lost", f"<ul class='receipt'>{''.join(lines)}</ul>")


def _recipe(recipe: Recipe | None, names: tuple[str, str]) -> str:
    if recipe is None:
        return ""
    steps = "".join(f"<li>{_step(TASKS[step.task].title, step.options)}</li>" for step in recipe.steps)
    if recipe.guards:
        steps += f"<li><strong>Protected</strong> <span>{escape(listed(recipe.guards))}</span></li>"
    how = f"{PROGRAM} {recipe.version}, computed in {recipe.precision} on {recipe.device}, PyTorch {recipe.torch}"
    command = f"python -m enhancer verify {quote(names[1])} --source {quote(names[0])}"
    return _section(
        "How it was made",
        f"<ol class='steps'>{steps}</ol><p>{escape(how)}. This repeats it and says whether the result is the same to "
        f"the last bit:</p><pre class='command'>{escape(command)}</pre>"
        f"<details><summary>The whole recipe</summary><pre>{escape(to_json(recipe, indent=2))}</pre></details>",
        kind="recipe",
    )


def _step(title: str, options: dict[str, object]) -> str:
    told = ", ".join(
        _option(name, value) for name, value in options.items() if value is not None and value is not False
    )
    return f"<strong>{escape(title)}</strong> <span>{escape(told)}</span>"


def _option(name: str, value: object) -> str:
    plain = name.replace("_", " ")
    if value is True:
        return plain
    text = f"{value:g}" if isinstance(value, float) else f"{value}"
    return f"{plain} {text if len(text) <= LONGEST_VALUE else 'in the recipe'}"


def _models(report: Report) -> str:
    told = "".join(_card(card) for card in report.cards)
    told += "".join(
        f"<article><h3>{escape(name)}</h3><p>A weight file of the person who made this. Its licence is not known here."
        "</p></article>"
        for name in report.strangers
    )
    return _section("Models and licences" if len(report.cards) != 1 else "Model and licence", told)


def _card(card: Card) -> str:
    e = card.entry
    home = "part of this program" if isinstance(e.source, Bundled) else f"{e.source} on the Hugging Face Hub"
    facts = [
        ("Licence", e.licence),
        ("Commercial use", "allowed" if e.commercial else "not allowed"),
        ("From", home),
        *([("Size", f"{e.bytes / MIB:.1f} MiB")] if e.bytes else []),
        *e.figures,
        ("sha256", e.sha256),
    ]
    rows = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in facts)
    failures = "".join(f"<li>{escape(failure)}</li>" for failure in card.failures)
    weak = f"<h4>Where it is known to fail</h4><ul>{failures}</ul>" if failures else ""
    return f"<article><h3>{escape(e.title)}</h3><p>{escape(e.description)}</p><dl>{rows}</dl>{weak}</article>"
