"""Contact sheets: small pictures with a line under each, grouped under headings."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from enhancer.errors import BadPicture
from enhancer.training.prepare.choose import REASONS, Choice, Rejection
from enhancer.training.prepare.fingerprint import Bytes
from enhancer.training.prepare.plan import Plan
from enhancer.training.prepare.read import read_picture, shrunken
from enhancer.training.prepare.survey import Tile, cut

COLUMNS, SIDE, GAP, LINE, HEADING = 8, 160, 10, 18, 34
T = TypeVar("T")
MOST_KEPT, MOST_OF_A_REASON = 64, 16
PAPER, INK, FAINT, NOTHING = (250, 250, 248), (30, 30, 30), (110, 110, 110), (225, 205, 205)
QUALITY = 88


@dataclass(frozen=True)
class Cell:
    """A picture file, the tile to show of it (None shows all of it), the line under it, and whether it is shown close.

    Close is the middle of the tile at 100 %, where blocks, grain and blur can be seen.
    """

    path: Path
    tile: Tile | None
    caption: str
    close: bool = False


def cells_of_kept(choice: Choice, paths: dict[str, Path]) -> dict[str, list[Cell]]:
    """An even sample of the kept tiles."""
    kept = [(s, t) for s, tiles in choice.kept for t in tiles]
    shown = [Cell(paths[s.name], t, f"detail {t.figures.detail:.1f}") for s, t in _sample(kept, MOST_KEPT)]
    return {f"kept: {len(kept)} tiles": shown}


def cells_of_rejected(choice: Choice, paths: dict[str, Path]) -> dict[str, list[Cell]]:
    """An even sample of what is left out for each reason."""
    groups: dict[str, list[Cell]] = {}
    for reason, meaning in REASONS.items():
        found = [r for r in choice.rejected if r.reason == reason]
        shown = [Cell(paths[r.name], r.tile, _caption(r), close=True) for r in _sample(found, MOST_OF_A_REASON)]
        if shown:
            groups[f"{reason}: {len(found)}, {meaning}"] = shown
    return groups


def _caption(r: Rejection) -> str:
    if r.tile is None:
        return Path(r.name).name
    f = r.tile.figures
    figures = {"flat": f.detail, "plain": f.detail, "blurred": f.blur, "blocky": f.blocks, "noisy": f.noise}
    return f"{r.reason} {figures[r.reason]:.2f}" if r.reason in figures else Path(r.name).name


def _sample(items: Sequence[T], count: int) -> list[T]:
    if len(items) <= count:
        return list(items)
    return [items[n * len(items) // count] for n in range(count)]


def draw(groups: dict[str, list[Cell]], plan: Plan) -> bytes:
    """A contact sheet as JPEG. Pictures are reduced to SIDE pixels; unreadable files are an empty field."""
    rows = {title: -(-len(cells) // COLUMNS) for title, cells in groups.items()}
    height = GAP + sum(HEADING + n * (SIDE + LINE + GAP) for n in rows.values())
    sheet = Image.new("RGB", (GAP + COLUMNS * (SIDE + GAP), max(height, HEADING)), PAPER)
    pen, y = ImageDraw.Draw(sheet), GAP
    large, small = ImageFont.load_default(17), ImageFont.load_default(12)
    for title, cells in groups.items():
        pen.text((GAP, y), title, INK, large)
        for n, cell in enumerate(cells):
            left = GAP + n % COLUMNS * (SIDE + GAP)
            top = y + HEADING + n // COLUMNS * (SIDE + LINE + GAP)
            sheet.paste(_thumbnail(cell, plan), (left, top))
            pen.text((left, top + SIDE + 2), _fitting(cell.caption, small), FAINT, small)
        y += HEADING + rows[title] * (SIDE + LINE + GAP)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _fitting(text: str, font: "ImageFont.FreeTypeFont | ImageFont.ImageFont") -> str:
    """The text without its middle where it is wider than a cell; letters the font lacks become question marks."""
    text = text.encode("latin-1", "replace").decode("latin-1")
    keep = len(text)
    while font.getlength(shown := _shortened(text, keep)) > SIDE:
        keep -= 1
    return shown


def _shortened(text: str, keep: int) -> str:
    return text if keep >= len(text) else f"{text[: keep // 2]}..{text[len(text) - keep // 2 :]}"


def _thumbnail(cell: Cell, plan: Plan) -> Image.Image:
    field = Image.new("RGB", (SIDE, SIDE), NOTHING)
    try:
        picture: Bytes = read_picture(cell.path)
    except BadPicture:
        ImageDraw.Draw(field).line((0, 0, SIDE, SIDE), INK)
        return field
    if cell.tile is not None:
        picture = cut(shrunken(picture, plan.shrink), cell.tile.left, cell.tile.top, plan)
        if cell.close:
            start = max(0, (plan.tile - SIDE) // 2)
            picture = picture[start : start + SIDE, start : start + SIDE]
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    field.paste(PAPER, (0, 0, SIDE, SIDE))
    field.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2))
    return field
