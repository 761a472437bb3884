"""A sheet of examples: one picture degraded many times, with what befell each beneath it."""

import argparse
import inspect
import textwrap
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import BadOptions, BadPicture
from enhancer.training.degradations.kinds import DEGRADATIONS

COLUMNS, ROWS = 4, 3
SIDE = 320  # largest side of the part of the picture that is shown
LETTERS, LINE, LINES, GAP = 54, 13, 6, 8
PAPER, INK = (250, 250, 248), (40, 40, 40)


def sheet(picture: Path, out: Path, kind: str, scale: int, seed: int) -> list[str]:
    """Draw the middle of `picture` as it is and degraded eleven times; returns the labels.

    Raises BadPicture where the file cannot be read or is too small, BadOptions where the kind has no such scale.
    """
    takes_scale = "scale" in inspect.signature(DEGRADATIONS[kind]).parameters
    if scale != 1 and not takes_scale:
        raise BadOptions(f"{kind} keeps the size of a picture; scale {scale} needs bicubic, blind or developed.")
    degrade = DEGRADATIONS[kind](scale=scale) if takes_scale else DEGRADATIONS[kind]()
    sharp = _middle(picture, scale)
    count = COLUMNS * ROWS - 1
    poor, params = degrade(sharp.expand(count, -1, -1, -1), torch.Generator().manual_seed(seed))
    shown = F.interpolate(poor, size=sharp.shape[-2:], mode="nearest")
    labels = ["the picture itself", *(params.label(i) or "nothing" for i in range(count))]
    _draw(torch.cat([sharp, shown]), labels).save(out)
    return labels


def _middle(file: Path, scale: int) -> Tensor:
    """The middle of a picture, (1, 3, H, W) in [0, 1], sides multiples of `scale`."""
    try:
        with Image.open(file) as image:
            levels = np.asarray(image.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise BadPicture(f"{file} cannot be read as a picture: {error}") from error
    height, width = (min(side, SIDE) // scale * scale for side in levels.shape[:2])
    if min(height, width) < 16 * scale:
        raise BadPicture(f"{file} is too small: at least {16 * scale} pixels a side are needed.")
    top, left = (levels.shape[0] - height) // 2, (levels.shape[1] - width) // 2
    part = torch.from_numpy(levels[top : top + height, left : left + width].copy())
    return part.permute(2, 0, 1)[None] / 255.0


def _draw(pictures: Tensor, labels: list[str]) -> Image.Image:
    high, wide = pictures.shape[-2:]
    step_x, step_y = max(wide, SIDE) + GAP, high + GAP + LINE * LINES
    page = Image.new("RGB", (COLUMNS * step_x + GAP, ROWS * step_y + GAP), PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(11)
    for i, (x, label) in enumerate(zip(pictures, labels, strict=True)):
        left, top = GAP + i % COLUMNS * step_x, GAP + i // COLUMNS * step_y
        levels = (x.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
        page.paste(Image.fromarray(levels), (left, top))
        for row, line in enumerate(textwrap.wrap(label, LETTERS)[:LINES]):
            pen.text((left, top + high + 2 + row * LINE), line, INK, font)
    return page


def run(arguments: argparse.Namespace) -> None:
    """Draw a sheet of examples of a degradation, with the parameters of each beneath it."""
    a = arguments
    sheet(a.picture, a.out, a.kind, a.scale, a.seed)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Join `sheet` to the command line of this room."""
    command = commands.add_parser("sheet", help=run.__doc__, description=run.__doc__)
    command.add_argument("picture", type=Path, help="any picture; its middle is shown")
    command.add_argument("out", type=Path, help="where the sheet goes (.png)")
    command.add_argument("--kind", choices=sorted(DEGRADATIONS), default="blind")
    command.add_argument("--scale", type=int, choices=(1, 2, 3, 4), default=1, help="shrink by this, if the kind can")
    command.add_argument("--seed", type=int, default=0, help="equal seeds draw equal sheets")
    command.set_defaults(call=run)
