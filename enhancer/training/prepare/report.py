"""The page that a person reads: how much was kept, what was left out and why, and how it looks."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Any

from enhancer.training.prepare.choose import REASONS, Choice
from enhancer.training.prepare.files import Listing

MOST_LINES = 2000
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:1400px;margin:2rem auto;padding:0 1rem;color:#1e1e1e;
background:#fafaf8}table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .8rem;text-align:left;
border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}td.n{text-align:right}img{max-width:100%}"""

KEPT = "<h2>A sample of what was kept</h2><img src='kept.jpg' alt='contact sheet of kept tiles'>"
LEFT_OUT = (
    "<h2>A sample of what was left out</h2><p>Whole pictures reduced, of tiles the middle at 100 %.</p>"
    "<img src='rejected.jpg' alt='contact sheet of what was left out'>"
)


def report(choice: Choice, found: Listing, settings: dict[str, Any]) -> bytes:
    """report.html, which shows the contact sheets kept.jpg and rejected.jpg beside it."""
    tiles = sum(len(t) for _, t in choice.kept)
    parts = [
        f"<p><b>{tiles}</b> tiles of {settings['tile']}x{settings['tile']} pixels from <b>{len(choice.kept)}</b> of"
        f" {len(found.entries)} pictures are in <code>tiles</code>. <code>manifest.csv</code> says where each comes"
        " from; <code>manifest.json</code> also lists what was left out.</p>",
        "<h2>What was left out</h2>",
        _counts(choice),
        _passed_over(found),
        KEPT if tiles else "",
        LEFT_OUT if choice.rejected else "",
        "<h2>Each of them</h2>" + _each(choice) if choice.rejected else "",
        "<h2>Settings</h2>" + _table(("setting", "value"), [(k, str(v)) for k, v in settings.items()]),
    ]
    head = f"<meta charset='utf-8'><title>Prepared tiles</title><style>{STYLE}</style><h1>Prepared tiles</h1>"
    return f"<!doctype html><html lang='en'>{head}{''.join(parts)}</html>\n".encode(errors="replace")


def _counts(choice: Choice) -> str:
    counts = Counter((r.reason, r.tile is None) for r in choice.rejected)
    if not counts:
        return "<p>Nothing.</p>"
    rows = [
        (reason, meaning, str(counts[reason, True]), str(counts[reason, False]))
        for reason, meaning in REASONS.items()
        if counts[reason, True] or counts[reason, False]
    ]
    return _table(("reason", "it", "whole pictures", "tiles"), rows)


def _passed_over(found: Listing) -> str:
    rows = list(found.skipped)
    if found.others:
        rows.append((f"{found.others} other files", "their names are not those of pictures"))
    return "<h2>What was not looked at</h2>" + _table(("folder", "because it holds"), rows) if rows else ""


def _each(choice: Choice) -> str:
    rows = [
        (r.name, f"at {r.tile.left}, {r.tile.top}" if r.tile else "whole picture", r.reason, r.words)
        for r in choice.rejected[:MOST_LINES]
    ]
    more = len(choice.rejected) - len(rows)
    note = f"<p>{more} more are in <code>manifest.json</code>.</p>" if more else ""
    return _table(("picture", "part", "reason", "measured"), rows) + note


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(h)}" for h in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}" for cell in row) for row in rows)
    return f"<table><tr>{head}{body}</table>"
