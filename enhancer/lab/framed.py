"""Pictures with numbered boxes around what was found: the same number before and after for the same object."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from enhancer.lab.detect import Change, Comparison
from enhancer.media.picture import Picture
from enhancer.models.detector import Found
from enhancer.tasks.resize import colours, resize

BOTH, ALONE = (47, 107, 255), (232, 89, 12)  # in both pictures, in one alone
FAINT = (130, 130, 130)  # found, but below the score that counts
INK = (255, 255, 255)
SHOWN = 1_500_000  # pixels of the drawn picture at most
LEAST_SIDE = 480  # a smaller picture is enlarged, so that numbers can be read


def framed(picture: Picture, comparison: Comparison, second: bool) -> Picture:
    """The picture, first or second, with its boxes; of a size that a page shows. Transparency is gone."""
    pixels = colours(picture)
    height, width = pixels.shape[1:]
    factor = min(sqrt(SHOWN / (height * width)), max(1.0, LEAST_SIDE / max(height, width)))
    tall, wide = (max(1, round(side * factor)) for side in (height, width))
    shown = resize(pixels, tall, wide).mul(255).round().byte().permute(1, 2, 0).contiguous().numpy()
    sheet = Image.fromarray(shown)
    draw = ImageDraw.Draw(sheet)
    times = wide / width, tall / height
    rows = [(n, row, row.after if second else row.before) for n, row in enumerate(comparison.changes, 1)]
    for number, row, found in reversed(rows):  # the surest on top
        if found is not None:
            _frame(draw, number, found, _colour(row, found, comparison.least), times, max(tall, wide))
    return Picture(torch.from_numpy(np.asarray(sheet).copy()).permute(2, 0, 1).float().div(255))


def _colour(row: Change, found: Found, least: float) -> tuple[int, int, int]:
    if found.score < least:
        return FAINT
    return ALONE if row.change is None else BOTH


def _frame(
    draw: ImageDraw.ImageDraw,
    number: int,
    found: Found,
    colour: tuple[int, int, int],
    times: Sequence[float],
    side: int,
) -> None:
    """A box with its number in the upper left corner."""
    left, top, right, bottom = (at * times[n % 2] for n, at in enumerate(found.box))
    line, letters = max(2, side // 240), max(16, side // 32)
    draw.rectangle((left, top, right, bottom), outline=colour, width=line)
    face = ImageFont.load_default(letters)
    wide = draw.textlength(str(number), face) + letters * 0.6
    draw.rectangle((left, top, left + wide, top + letters * 1.25), fill=colour)
    draw.text((left + wide / 2, top + letters * 0.62), str(number), INK, face, anchor="mm")
