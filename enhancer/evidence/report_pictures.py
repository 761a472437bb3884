"""The pictures of a report: small enough for one file, laid into it as links that hold their own bytes."""

import base64
import math
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.media import Picture, encode
from enhancer.media.formats import format_of
from enhancer.tasks.resize import resize, sized

SHOWN_PIXELS = 1_500_000  # of before and after; more than a page of paper shows
MAP_PIXELS = 500_000
QUALITY = 90
CROP = (450, 320)  # width and height of a detail, in pixels of the result: two fill the width of the page
SMALL = 200  # results smaller than this are a detail of their own
DETAILS = 2
LARGEST_PROFILE = 64 * 1024  # bytes; it is laid into every picture of the report

Pair = tuple[Picture, Picture]


def shown(source: Picture, result: Picture) -> Pair:
    """Before and after in one size of at most 1.5 megapixels; the smaller one is enlarged by plain bicubic."""
    size = _within(result.height, result.width, SHOWN_PIXELS)
    return sized(source, *size), sized(result, *size)


def details(source: Picture, result: Picture) -> list[Pair]:
    """Up to two places, at the pixels of the result, where it differs most from the plainly enlarged source."""
    plain = sized(source, result.height, result.width)
    sides = zip(CROP, (result.width, result.height), strict=True)
    width, height = (min(most, side, max(SMALL, side // 2)) for most, side in sides)
    change = (visible(result, plain).pixels - plain.pixels).abs().mean(0)
    found = _places(change, height, width)
    return [(_cut(plain, at, height, width), _cut(result, at, height, width)) for at in found]


def visible(result: Picture, plain: Picture) -> Picture:
    """The result with the colours of `plain`, of its size, where nobody sees its own."""
    if result.alpha is None:
        return result
    return result.with_pixels(torch.where(result.alpha > 0, result.pixels, plain.pixels), result.alpha)


def uri(picture: Picture, format_id: str = "jpeg") -> str:
    """The picture as a data link, with its colour profile and without its other data."""
    profile = picture.profile if fits(picture) else None
    bare = replace(picture, profile=profile, exif=None, dpi=None)
    data = encode(bare, format_id, QUALITY, depth=8)
    return f"data:{format_of(format_id).media_type};base64,{base64.b64encode(data).decode()}"


def fits(picture: Picture) -> bool:
    """Whether the colour profile is small enough for a report."""
    return len(picture.profile or b"") <= LARGEST_PROFILE


def reduced(values: Tensor) -> Tensor:
    """(C, H, W) in [0, 1], of at most half a megapixel."""
    return resize(values, *_within(values.shape[1], values.shape[2], MAP_PIXELS))


def _within(height: int, width: int, largest: int) -> tuple[int, int]:
    factor = min(1.0, math.sqrt(largest / (height * width)))
    return max(1, int(height * factor)), max(1, int(width * factor))


def _places(change: Tensor, height: int, width: int) -> list[tuple[int, int]]:
    """(top, left) of windows that do not overlap, the one with the greatest change first."""
    step = max(1, height // 4), max(1, width // 4)
    mean = F.avg_pool2d(change[None, None], (height, width), step)[0, 0]
    found = list[tuple[int, int]]()
    while len(found) < DETAILS and torch.isfinite(mean).any():
        row, column = divmod(int(mean.argmax()), mean.shape[1])
        found.append((row * step[0], column * step[1]))
        near = [slice(max(0, at - 3), at + 4) for at in (row, column)]  # what begins within a window overlaps it
        mean[near[0], near[1]] = -math.inf
    return found


def _cut(picture: Picture, at: tuple[int, int], height: int, width: int) -> Picture:
    rows, columns = slice(at[0], at[0] + height), slice(at[1], at[1] + width)
    alpha = None if picture.alpha is None else picture.alpha[:, rows, columns]
    return picture.with_pixels(picture.pixels[:, rows, columns], alpha)
