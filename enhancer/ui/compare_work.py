"""What the Compare tab does behind its button: the same region through several models, with the time each took."""

import time
from dataclasses import dataclass, replace
from html import escape

from enhancer.engine import Engine
from enhancer.errors import Cancelled, EnhancerError
from enhancer.hall import enhance
from enhancer.media.picture import Picture
from enhancer.models.catalog import CATALOG, entry
from enhancer.progress import Progress
from enhancer.tasks import TASKS
from enhancer.ui.controls import UPSCALE
from enhancer.ui.crop import Crop
from enhancer.ui.display import data_uri
from enhancer.ui.words import duration

PLAIN = "plain"  # the row without a network
WARM_UP = 32  # pixels a side of what runs before the clock starts, so that the first model is not the slowest


@dataclass(frozen=True)
class Cell:
    """One model's answer: the region as a picture, or the sentence that says why there is none."""

    title: str
    picture: Picture | None = None
    seconds: float = 0.0
    per_megapixel: float = 0.0
    error: str = ""


def purposes() -> list[tuple[str, str]]:
    """(title, id) of the learned tasks that the catalogue has models for."""
    able = {e.purpose for e in CATALOG}
    return [(t.title, t.id) for t in TASKS.values() if t.family == "learned" and t.id in able]


def rows_for(purpose: str) -> list[tuple[str, str]]:
    """(title, id) of what can be compared: the picture without a network first."""
    return [(plain_title(purpose), PLAIN), *((e.title, e.id) for e in CATALOG if e.purpose == purpose)]


def plain_title(purpose: str) -> str:
    """What the row without a network is called."""
    return "Plain resize (bicubic)" if purpose == UPSCALE.id else "Unchanged"


def fill(row: str, purpose: str, scale: float, crop: Crop, engine: Engine, progress: Progress) -> Cell:
    """Run one row on the region. An error of the house fills its cell; the others go on. Raises Cancelled."""
    title = plain_title(purpose) if row == PLAIN else entry(row).title
    try:
        return _measured(title, row, purpose, scale, crop, engine, progress)
    except Cancelled:
        raise
    except EnhancerError as error:
        return Cell(title, error=str(error))


def _measured(title: str, row: str, purpose: str, scale: float, crop: Crop, engine: Engine, progress: Progress) -> Cell:
    options: dict[str, float | str] = {"scale": scale} if purpose == UPSCALE.id else {}
    if row == PLAIN and purpose != UPSCALE.id:
        return Cell(title, crop.shown(crop.picture))
    if row == PLAIN:
        options["strength"] = 0.0
    else:
        options["model"] = row
        engine.model(row, progress)
        enhance(_corner(crop.picture), purpose, engine=engine, progress=progress, **options)
    began = time.perf_counter()
    result = enhance(crop.picture, purpose, engine=engine, progress=progress, **options)
    seconds = time.perf_counter() - began
    return Cell(title, crop.shown(result), seconds, seconds * 1e6 / (result.width * result.height))


def _corner(picture: Picture) -> Picture:
    return replace(picture, pixels=picture.pixels[:, :WARM_UP, :WARM_UP], alpha=None)


def grid(cells: list[Cell], waiting: list[str]) -> str:
    """The cells side by side, and empty ones for the titles that are still to come."""
    shape = next((f"{c.picture.width} / {c.picture.height}" for c in cells if c.picture is not None), "1 / 1")
    shown = [_figure(cell, shape) for cell in cells]
    shown += [_frame(title, "<span class='soon'></span>", "waiting", shape) for title in waiting]
    return f"<div class='cells'>{''.join(shown)}</div>"


def _figure(cell: Cell, shape: str) -> str:
    if cell.picture is None:
        return _frame(cell.title, f"<p class='said bad'>{escape(cell.error)}</p>", "not available", shape)
    image = f'<img src="{data_uri(cell.picture)}" alt="{escape(cell.title)}" draggable="false">'
    times = f"{duration(cell.seconds)} · {duration(cell.per_megapixel)} per megapixel"
    return _frame(cell.title, image, times if cell.seconds else "as it is", shape)


def _frame(title: str, inside: str, caption: str, shape: str) -> str:
    view = f'<div class="view" style="aspect-ratio: {shape}">{inside}</div>'
    return f"<figure>{view}<figcaption><b>{escape(title)}</b><span>{escape(caption)}</span></figcaption></figure>"
