"""Which pixels of the input made one pixel of an enhanced picture: its gradient."""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import BadOptions
from enhancer.models.contract import Model
from enhancer.models.recogniser import LUMA
from enhancer.models.store import Store
from enhancer.settings import Settings

REACH = 64  # pixels at each side that are looked at; the bundled networks hardly use what lies farther
HALF, MOST = 0.5, 0.95


@dataclass(frozen=True)
class Influence:
    """`seen` (3, h, w) is the part of the input around the point, `share` (1, h, w) what each pixel contributed.

    The shares sum to 1. `row` and `column` are the point in the part. Half of the influence comes from within `half`
    pixels of it, 95 % from within `most`.
    """

    seen: Tensor
    share: Tensor
    row: int
    column: int
    half: int
    most: int


def model_here(settings: Settings, model_id: str) -> Model:
    """A model of the catalogue in this process, where its gradients can be had. Raises what `Store.load` does."""
    return _store(settings).load(model_id)


@cache
def _store(settings: Settings) -> Store:
    return Store(settings, catalog_only=True, most=1)


def influence(model: Model, pixels: Tensor, centre: tuple[float, float]) -> Influence:
    """What made the pixel of the result at `centre`, fractions of width and height; `pixels` (3, H, W) in [0, 1].

    The influence of an input pixel is the absolute gradient of the brightness of the output pixel, summed over red,
    green and blue. Raises BadOptions for networks that do not take three colours.
    """
    if model.channels != len(pixels):
        raise BadOptions(f"{model.id} sees brightness alone, so its colours cannot be followed; choose another model.")
    column, row = (min(int(at * side), side - 1) for at, side in zip(centre, pixels.shape[:0:-1], strict=True))
    (top, bottom), (left, right) = (
        (max(0, (at - REACH) // model.multiple_of * model.multiple_of), min(side, at + REACH + 1))
        for at, side in zip((row, column), pixels.shape[1:], strict=True)
    )
    seen = pixels[:, top:bottom, left:right].clone()
    share = _share(model, seen, pixels, (row - top, column - left))
    half, most = _radii(share[0], (row - top, column - left))
    return Influence(seen, share, row - top, column - left, half, most)


def _share(model: Model, seen: Tensor, pixels: Tensor, at: tuple[int, int]) -> Tensor:
    """(1, h, w), of the middle one of the output pixels that the input pixel `at` (row, column) became."""
    context = model.glance(pixels[None])
    extras = {} if context is None else {"context": context.clone()}
    down, right = (-side % model.multiple_of for side in seen.shape[1:])
    with torch.enable_grad():
        asked = seen[None].requires_grad_()
        result = model.network(F.pad(asked, (0, right, 0, down), mode="replicate"), **extras)
        row, column = (model.scale * n + model.scale // 2 for n in at)
        brightness = (result[0, :, row, column].float() * result.new_tensor(LUMA)).sum()
        (slope,) = torch.autograd.grad(brightness, asked)
    weight = slope[0].abs().sum(0, keepdim=True)
    return weight / weight.sum().clamp(min=1e-12)


def _radii(share: Tensor, at: tuple[int, int]) -> tuple[int, int]:
    """Within how many pixels of the point, in a square, half and nearly all of the influence lies."""
    rows, columns = (torch.arange(side) - n for side, n in zip(share.shape, at, strict=True))
    far = torch.maximum(rows.abs()[:, None], columns.abs()[None])
    reached = torch.bincount(far.flatten(), weights=share.flatten().double()).cumsum(0)
    half, most = (int((reached < part).sum()) for part in (HALF, MOST))
    return half, most
