"""Drawn pictures of shapes with their boxes: the small example that needs no data, and what tests learn from."""

import math
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional as F

from enhancer.metrics.boxes import Boxes

SIDE = 128
MOST = 5  # shapes of a picture
SMALLEST, LARGEST = 18, 52  # pixels, the side of a shape
APART = 45  # grey levels between a shape and its ground, at least in one colour
FINE = 3  # drawn so much larger, then shrunk, for soft edges
GRAIN = 12.0  # the strongest standard deviation of the noise, of 255
Draw = ImageDraw.ImageDraw
Corners = list[tuple[float, float]]


def _circle(draw: Draw, middle: tuple[float, float], radius: float, _turn: float, tone: tuple[int, ...]) -> None:
    x, y = middle
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tone)


def _polygon(
    count: int, inner: float = 1.0
) -> Callable[[Draw, tuple[float, float], float, float, tuple[int, ...]], None]:
    """So many corners on a circle; with `inner` below 1 every other one lies nearer to the middle."""

    def paint(draw: Draw, middle: tuple[float, float], radius: float, turn: float, tone: tuple[int, ...]) -> None:
        far = [radius * (inner if n % 2 and inner < 1 else 1) for n in range(count)]
        angles = [turn + 2 * math.pi * n / count for n in range(count)]
        corners = [(middle[0] + r * math.cos(a), middle[1] + r * math.sin(a)) for r, a in zip(far, angles, strict=True)]
        draw.polygon(corners, fill=tone)

    return paint


SHAPES: dict[str, Callable[[Draw, tuple[float, float], float, float, tuple[int, ...]], None]] = {
    "circle": _circle,
    "square": _polygon(4),
    "star": _polygon(10, 0.42),
    "triangle": _polygon(3),
}
NAMES = tuple(SHAPES)


def drawn(count: int, seed: int, side: int = SIDE, noisy: bool = True) -> tuple[list[Tensor], list[Boxes]]:
    """Pictures (3, side, side) uint8 of one to five shapes on an uneven ground, and their boxes; alike for a seed."""
    dice = np.random.default_rng(seed)
    made = [_one(dice, side, noisy) for _ in range(count)]
    return [picture for picture, _ in made], [boxes for _, boxes in made]


def _one(dice: np.random.Generator, side: int, noisy: bool) -> tuple[Tensor, Boxes]:
    ground, ends = _ground(dice, side)
    sheet = Image.fromarray(ground)
    boxes: list[list[float]] = []
    labels: list[int] = []
    for _ in range(int(dice.integers(1, MOST + 1))):
        extent = float(np.exp(dice.uniform(math.log(SMALLEST), math.log(LARGEST))))
        mask, label = _shape(dice, side, extent)
        box = mask.getbbox()
        if box is None or any(_near(box, other) for other in boxes):
            continue
        sheet.paste(_tone(dice, ends), mask=mask)
        boxes.append([float(at) for at in box])
        labels.append(label)
    pixels = np.asarray(sheet).astype(np.float32)
    if noisy:
        pixels += dice.normal(0, dice.uniform(0, GRAIN), pixels.shape)
    picture = torch.from_numpy(pixels.round().clip(0, 255).astype(np.uint8)).permute(2, 0, 1).contiguous()
    return picture, Boxes(torch.tensor(boxes).view(-1, 4), torch.tensor(labels, dtype=torch.long))


def _ground(dice: np.random.Generator, side: int) -> tuple["np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", Tensor]:
    """Soft patches of colour between two tones → (side, side, 3), and the tones (2, 3)."""
    ends = torch.from_numpy(dice.integers(30, 226, (1, 3)) + dice.integers(-25, 26, (2, 3))).float()
    coarse = torch.from_numpy(dice.random((1, 1, 5, 5))).float()
    share = F.interpolate(coarse, (side, side), mode="bicubic")[0, 0, :, :, None].clamp(0, 1)
    return (ends[0] + share * (ends[1] - ends[0])).clamp(0, 255).byte().numpy(), ends


def _shape(dice: np.random.Generator, side: int, extent: float) -> tuple[Image.Image, int]:
    """Where a shape of about `extent` pixels lies, wholly inside, as (side, side) in grey."""
    label, half = int(dice.integers(len(NAMES))), extent / 2
    x, y = dice.uniform(half + 1, side - half - 1, 2)
    large = Image.new("L", (side * FINE, side * FINE))
    turn = float(dice.uniform(0, 2 * math.pi))
    SHAPES[NAMES[label]](ImageDraw.Draw(large), (x * FINE, y * FINE), half * FINE, turn, (255,))
    return large.resize((side, side), Image.Resampling.BOX), label


def _tone(dice: np.random.Generator, ends: Tensor) -> tuple[int, ...]:
    while True:
        tone = dice.integers(0, 256, 3)
        if (np.abs(tone - ends.numpy()).min(0)).max() >= APART:
            return tuple(int(level) for level in tone)


def _near(a: tuple[int, ...], b: list[float]) -> bool:
    """Whether two boxes touch, so that one shape would cover part of the other."""
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])
