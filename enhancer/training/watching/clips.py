"""Clips as the watcher sees them, 24x32 pixels a frame: of films, and of still pictures that a camera passes over."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import TrainingError
from enhancer.models.watcher import SIGHT, sight
from enhancer.training.augment import to_unit
from enhancer.training.data import picture_files, read_rgb

FILMS = (".mp4", ".mov", ".mkv", ".webm", ".avi")
KEPT = 0.6  # share of a film that is learned from; the rest is held out
SHORT = 60  # frames; films of fewer are held out whole
FAST = 0.12  # of the width of the view, that a camera passes in a frame at most
TREMBLE, ZOOM, NOISE, DRIFT = 0.01, 0.004, 0.004, 0.002  # at most, a frame
VIEW = 0.6  # of the picture, that is seen at once


def film_clips(folder: Path) -> tuple[list[Tensor], list[Tensor]]:
    """(T, 3, 24, 32) of each film in a folder, learned from and held out: the first part of long ones, all of short.

    A film is a video or a folder of its frames. Raises TrainingError for a folder without any.
    """
    films = [torch.stack(list(_frames(path))) for path in sorted(folder.iterdir()) if _is_film(path)]
    if not films:
        raise TrainingError(f"{folder} holds no films: videos, or folders of their frames.")
    cuts = [round(KEPT * len(film)) if len(film) >= SHORT else 0 for film in films]
    return [f[:n] for f, n in zip(films, cuts, strict=True) if n], [f[n:] for f, n in zip(films, cuts, strict=True)]


def _is_film(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() in FILMS


def _frames(path: Path) -> Iterator[Tensor]:
    if path.is_dir():
        yield from (sight(to_unit(read_rgb(file))) for file in picture_files(path))
        return
    try:
        import av
    except ImportError as error:
        raise TrainingError("Videos are read by PyAV: pip install av; or give folders of frames.") from error
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            yield sight(torch.from_numpy(frame.to_ndarray(format="rgb24")).permute(2, 0, 1) / 255)


def still_clips(tiles: Tensor, count: int, frames: int, source: torch.Generator) -> list[Tensor]:
    """`count` clips (T, 3, 24, 32) of each of the tiles (N, 3, H, W) uint8, in turn: some still, some fast."""
    small = F.interpolate(to_unit(tiles), (3 * SIGHT[0], 3 * SIGHT[1]), mode="area")
    return [_filmed(tile, frames, source) for tile in small for _ in range(count)]


def _filmed(tile: Tensor, frames: int, source: torch.Generator) -> Tensor:
    def draw(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=source) * 2 - 1

    moves = bool(torch.rand((), generator=source) < 0.75)
    speed = draw(2) * FAST * torch.rand((), generator=source).square() * moves
    shake = draw(frames, 2) * TREMBLE * moves
    room = 1 - VIEW
    way = draw(2) * room + speed * torch.arange(frames)[:, None] * VIEW + shake
    way = (way + 3 * room).remainder(4 * room).sub(2 * room).abs().sub(room)  # turns back at the border
    zoom = VIEW * (1 + ZOOM * draw(1) * torch.arange(frames) * moves).clamp(0.8, 1.2)
    zeros = torch.zeros(frames)
    theta = torch.stack([zoom, zeros, way[:, 0], zeros, zoom, way[:, 1]], 1).view(frames, 2, 3)
    where = F.affine_grid(theta, [frames, 3, 2 * SIGHT[0], 2 * SIGHT[1]], align_corners=False)
    seen = sight(F.grid_sample(tile.expand(frames, -1, -1, -1), where, "bilinear", "reflection", align_corners=False))
    light = 1 + DRIFT * draw(1) * torch.arange(frames)
    noise = torch.randn(seen.shape, generator=source) * NOISE * torch.rand((), generator=source)
    return (seen * light.clamp(0.7, 1.3)[:, None, None, None] + noise).clamp(0, 1)


def joined(
    clips: Sequence[Tensor], frames: int, scenes: tuple[int, int], source: torch.Generator
) -> tuple[Tensor, Tensor]:
    """(frames, 3, 24, 32) of parts of clips, each from `scenes` (least, most) frames, and where each begins, (frames,).

    No part follows one of the same clip.
    """
    shown, begins, last = list[Tensor](), list[int](), -1
    while sum(map(len, shown)) < frames:
        chosen = int(torch.randint(len(clips) - (last >= 0), (1,), generator=source))
        chosen += last >= 0 and chosen >= last
        clip, last = clips[chosen], chosen
        length = min(len(clip), int(torch.randint(scenes[0], scenes[1] + 1, (1,), generator=source)))
        start = int(torch.randint(len(clip) - length + 1, (1,), generator=source))
        begins.append(sum(map(len, shown)))
        shown.append(clip[start : start + length])
    cut = torch.zeros(frames)
    cut[[n for n in begins[1:] if n < frames]] = 1
    return torch.cat(shown)[:frames], cut
