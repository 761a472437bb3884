"""The contact sheet as HTML: cells with names or with numbers alone, and the lines that are said about them."""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

from enhancer.evidence.contact import PLAIN, Tile
from enhancer.models.catalog import Entry
from enhancer.progress import Progress
from enhancer.ui.compare_work import Order, Sheet
from enhancer.ui.words import MIB, bar, duration, empty, said, size_of

NOTHING = empty("Nothing compared yet", "Every model works on the same part of your picture.")
NOTHING_TO_DO = "The picture is best as it is: nothing to do."
FURTHER = "Fetch these models too"
USE, VOTE = "Use for the whole picture", "is the best"
WITHOUT = "What any program does without a network, to compare the others with"
HOW_TO_MOVE = "drag or use the arrow keys to move all pictures, + and − or the wheel to zoom"


def grid(sheet: Sheet | None, blind: bool) -> str:
    """All cells; without names as long as a blind vote is wanted and not yet given."""
    if sheet is None or not (sheet.tiles or sheet.waiting):
        return NOTHING
    cells = _numbered(sheet) if is_hidden(sheet, blind) else _named(sheet)
    return f"<div class='cells' style='--shape: {sheet.size[0]} / {sheet.size[1]}'>{''.join(cells)}</div>"


def is_hidden(sheet: Sheet, blind: bool) -> bool:
    """Whether names stay hidden."""
    return blind and not sheet.voted


def _named(sheet: Sheet) -> list[str]:
    cells = [_cell(sheet, tile) for tile in sheet.tiles]
    return cells + [_frame(_soon(title), f"<b>{escape(title)}</b>", "soon-to-come") for title in sheet.waiting]


def _cell(sheet: Sheet, tile: Tile) -> str:
    title, won = escape(tile.title), tile.model_id == sheet.voted
    chip = "<span class='chip yes'>Your vote</span>" if won else ""
    name = f"<b title='{WITHOUT}'>{title}</b>" if tile.model_id == PLAIN else f"<b>{title}</b>"
    if tile.skipped is not None:
        return _frame(f"<div class='view'><p class='said'>{escape(tile.skipped)}</p></div>", name, "left-out")
    caption = f"<div class='name'>{name}{chip}</div><span>{_times(tile)}</span>{_use(sheet, tile, won)}"
    return _frame(_view(sheet, tile, tile.title), caption, "won" if won else "")


def _times(tile: Tile) -> str:
    whole = "" if tile.estimate is None else f" · about {duration(tile.estimate)} for the whole picture"
    return f"{duration(tile.seconds)} for this part{whole}"


def _use(sheet: Sheet, tile: Tile, won: bool) -> str:
    if sheet.step(tile) is None:
        return f"<span>{NOTHING_TO_DO}</span>"
    return f"<button class='use{' first' if won else ''}' data-use='{escape(tile.model_id)}'>{USE}</button>"


def _numbered(sheet: Sheet) -> list[str]:
    """Who is ready first could tell who it is: pictures are shown when all are there."""
    if sheet.waiting:
        numbers = range(1, len(sheet.files) + len(sheet.waiting) + 1)
        return [_frame(_soon(f"Picture {n}"), f"<b>Picture {n}</b>", "soon-to-come") for n in numbers]
    ballot, cells = sheet.ballot, []
    for number in ballot.pictures:
        name = f"Picture {number}"
        button = f"<button class='use' data-vote='{number}'>{name} {VOTE}</button>"
        cells.append(_frame(_view(sheet, ballot.reveal(number), name, number), f"<b>{name}</b>{button}", "unnamed"))
    return cells


def _view(sheet: Sheet, tile: Tile, name: str, number: str = "") -> str:
    name, vote = escape(name), f" data-vote='{number}'" if number else ""
    image = f"<img src='gradio_api/file={quote(sheet.files[tile.model_id])}' alt='{name}' draggable='false'>"
    return f"<div class='view' tabindex='0' role='group' aria-label='{name}; {HOW_TO_MOVE}'{vote}>{image}</div>"


def _soon(name: str) -> str:
    return f"<div class='view' role='img' aria-label='{escape(name)} is still to come'><i class='soon'></i></div>"


def _frame(view: str, caption: str, kind: str) -> str:
    return f"<figure class='{kind}'>{view}<figcaption>{caption}</figcaption></figure>"


def mark(order: Order | None) -> str:
    """The frame around the part that is compared, in percent of the picture."""
    if order is None:
        return ""
    width, height = order.source.width, order.source.height
    left, top, across, down = order.part
    places = {"left": left / width, "top": top / height, "width": across / width, "height": down / height}
    return f"<i class='mark' style='{'; '.join(f'{k}: {100 * v:.3f}%' for k, v in places.items())}'></i>"


def about_part(order: Order) -> str:
    """How much of the picture is compared."""
    _, _, width, height = order.part
    return said(f"{size_of((width, height))} pixels of your picture. Click into it to look elsewhere.")


def clock(spent: float, seconds: float, what: str) -> str:
    """How much of the time is over, and who is at work."""
    progress = Progress()
    progress.done, progress.total, progress.note = int(min(spent, seconds)), round(seconds), what
    return bar(progress, "Comparing", "s")


def ended(sheet: Sheet, seconds: float) -> str:
    """The line after all is done."""
    shown = len(sheet.files)
    missing, pictures = len(sheet.tiles) - shown, "picture" if shown == 1 else "pictures"
    left = f"; {missing} could not be shown, and the cell says why" if missing else ""
    return said(f"Done in {duration(seconds)}: {shown} {pictures}{left}.", "calm" if missing else "good")


def notes(sheet: Sheet | None, blind: bool, others: Sequence[Entry]) -> str:
    """What is not in the grid, and why."""
    lines = []
    if sheet is not None and is_hidden(sheet, blind):
        lines += [f"{t.title}: {t.skipped}" for t in sheet.tiles if t.skipped is not None]
    if others:
        lines.append(f"Not on this machine: {'; '.join(e.title for e in others)}. Choose them under “{FURTHER}”.")
    return "".join(map(said, lines))


def further(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """(title with what is to be fetched, id) of models to choose."""
    return [(e.title if e.bytes is None else f"{e.title} · {e.bytes / MIB:.0f} MB", e.id) for e in entries]


def votes(tally: Mapping[str, int], last: str = "") -> str:
    """Who was voted for so far, the last one first by name."""
    if not tally:
        return ""
    ranked = sorted(tally.items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{title}: {count}" for title, count in ranked)
    chose = f"You chose {last} without seeing its name. " if last else ""
    return said(f"{chose}Your votes during this visit: {told}.", "good" if last else "calm")
