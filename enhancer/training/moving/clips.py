"""Clips out of still pictures: a camera that pans, turns and trembles, things that pass by, and what a camera adds."""

from dataclasses import dataclass, replace
from math import pi

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.training.augment import to_unit
from enhancer.training.degradations import Jpeg, Noise, bicubic
from enhancer.training.degradations.contract import pick, seeds
from enhancer.training.moving.recipe import Reel

TURN = 0.6  # degrees a frame, at most
ZOOM = 0.006  # growth a frame, at most
TREMBLE = 0.4  # share of the speed by which a hand shakes
THING = (0.15, 0.45)  # side of what passes by, over that of the patch
NOISE = Noise(kinds=(0.4, 0.2, 0.4), sigma=(3, 40), poisson=(0.05, 3), shot=(1e-4, 2e-2))
CODING = Jpeg(quality=(25, 90), halved=0.9, double=0.0)


@dataclass(frozen=True)
class Clip:
    """Damaged frames (T, B, 3, H, W) and their truths (T, B, 3, scale·H, scale·W), float32 in [0, 1]."""

    small: Tensor
    sharp: Tensor


def clips(tiles: Tensor, count: int, recipe: Reel, source: torch.Generator, frames: int | None = None) -> Clip:
    """`count` random clips from tiles (N, 3, H, W) uint8; `source` must live on the device of the tiles.

    Raises ValueError when the tiles are smaller than the patch.
    """
    side, length = recipe.patch * recipe.scale, frames or recipe.frames
    if min(tiles.shape[-2:]) < side:
        raise ValueError(f"tiles of {tiles.shape[-2]}x{tiles.shape[-1]} hold no square of {side} pixels")
    moving = _rand(source, count) >= recipe.still
    sharp = _filmed(_chosen(tiles, count, source), side, length, recipe.speed * moving, source)
    passes = (_rand(source, count) < recipe.things).to(tiles.device)
    sharp = _passed_by(sharp, _chosen(tiles, count, source), passes, recipe.speed, source)
    return Clip(damaged(sharp, recipe.scale, source), sharp)


def damaged(sharp: Tensor, scale: int, source: torch.Generator) -> Tensor:
    """Noise and coding of one strength for each clip, drawn anew in every frame: (T, B, 3, H, W) → its 1/scale."""
    length, count = sharp.shape[:2]
    frames = sharp.flatten(0, 1)
    small = frames if scale == 1 else bicubic(frames, scale)
    again = torch.arange(count).repeat(length)
    noise = pick(NOISE.draw(count, source), again)
    noisy = NOISE.apply(small, replace(noise, seed=seeds(length * count, source)))
    coded = CODING.apply(noisy.clamp(0, 1), pick(CODING.draw(count, source), again))
    return coded.view(length, count, *coded.shape[1:])


def _rand(source: torch.Generator, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=source, device=source.device)


def _chosen(tiles: Tensor, count: int, source: torch.Generator) -> Tensor:
    """Tiles by chance, mirrored by chance: (B, 3, H, W) in [0, 1]."""
    x = to_unit(tiles[torch.randint(len(tiles), (count,), generator=source, device=source.device)])
    return torch.where((_rand(source, count) < 0.5)[:, None, None, None], x.flip(3), x)


def _filmed(x: Tensor, side: int, length: int, speed: Tensor, source: torch.Generator) -> Tensor:
    """What a camera sees that passes over pictures (B, 3, H, W), `speed` (B,) pixels a frame: (T, B, 3, side, side)."""
    count, _, height, width = x.shape
    heading, share = 2 * pi * _rand(source, count), _rand(source, count)
    drift = torch.stack([heading.cos(), heading.sin()], 1) * (share * speed)[:, None]
    turn, zoom = ((2 * _rand(source, count) - 1) * most * (speed > 0) for most in (TURN * pi / 180, ZOOM))
    room = torch.tensor([width - side, height - side], device=x.device) / 2
    begin = (2 * _rand(source, count, 2) - 1) * room
    seen = []
    for frame in range(length):
        tremble = (2 * _rand(source, count, 2) - 1) * (TREMBLE * speed)[:, None]
        place = (begin + drift * (frame - length / 2) + tremble).clamp(-room, room)
        seen.append(_window(x, side, place, turn * frame, 1 + zoom * frame))
    return torch.stack(seen)


def _window(x: Tensor, side: int, place: Tensor, turn: Tensor, zoom: Tensor) -> Tensor:
    """Squares of `side` pixels around `place` (B, 2) from the middle, turned by `turn` and grown by `zoom`, (B,)."""
    height, width = x.shape[-2:]
    across, down = side / width / zoom, side / height / zoom
    rows = [
        torch.stack([turn.cos() * across, -turn.sin() * down * height / width, 2 * place[:, 0] / width], 1),
        torch.stack([turn.sin() * across * width / height, turn.cos() * down, 2 * place[:, 1] / height], 1),
    ]
    where = F.affine_grid(torch.stack(rows, 1), [len(x), 3, side, side], align_corners=False)
    return F.grid_sample(x, where, "bicubic", "reflection", align_corners=False).clamp(0, 1)


def _passed_by(film: Tensor, things: Tensor, chosen: Tensor, speed: float, source: torch.Generator) -> Tensor:
    """An ellipse cut out of another picture crosses the `chosen` (B,) clips of (T, B, 3, S, S)."""
    length, count, _, side, _ = film.shape
    low, high = THING
    radius = (low + (high - low) * _rand(source, count, 2)) * side / 2
    begin, heading = _rand(source, count, 2) * side, 2 * pi * _rand(source, count)
    way = torch.stack([heading.cos(), heading.sin()], 1) * (1 + speed * _rand(source, count))[:, None]
    line = torch.arange(side, device=film.device).float()
    out = []
    for frame, seen in enumerate(film):
        centre = begin + way * (frame - length / 2)
        right, down = line - centre[:, :1], line - centre[:, 1:]
        inside = (right / radius[:, :1])[:, None].square() + (down / radius[:, 1:])[:, :, None].square() < 1
        shown = F.pad(things, (side,) * 4, mode="circular")
        offset = (side - centre.round().long()) % side
        cut = torch.stack(
            [
                one[:, top : top + side, left : left + side]
                for one, (left, top) in zip(shown, offset.tolist(), strict=True)
            ]
        )
        out.append(torch.where((inside & chosen[:, None, None])[:, None], cut, seen))
    return torch.stack(out)
