"""Joined clips are made as told, and a network learns to find where."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from enhancer.errors import TrainingError
from enhancer.models.watcher import open_watcher
from enhancer.training.loop import Budget, follow
from enhancer.training.watching import WATCHES, Watching
from enhancer.training.watching.clips import film_clips, joined
from enhancer.training.watching.damage import flickered, frozen, shortened
from tests.training.tiny import accelerator, make_tiles
from tests.video.make import film, scene

SMALL = replace(
    WATCHES["cuts"], batch=2, length=20, shortest=4, longest=8, hold_out=2, stills=2, warmup=5, decay=0.2, ema=0.9,
    report_every=100, hidden=12, slack=0.0,
)  # fmt: skip


def source(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def moving(frames: int) -> torch.Tensor:
    """A ramp that goes to the right, (T, 3, 24, 32)."""
    ramp = torch.linspace(0, 1, 32 + frames)
    return torch.stack([ramp[n : n + 32].expand(3, 24, 32) for n in range(frames)]).clone()


def test_parts_are_joined_where_it_is_said() -> None:
    clips = [torch.full((9, 3, 24, 32), value) for value in (0.1, 0.5, 0.9)]
    x, cut = joined(clips, 30, (3, 6), source())
    changes = (x[1:] - x[:-1]).abs().amax((1, 2, 3)) > 0.1
    assert x.shape == (30, 3, 24, 32)
    assert torch.equal(changes, cut[1:] > 0)
    assert 4 <= cut.sum() <= 10


def test_flicker_repeats_and_gaps_are_where_it_is_said() -> None:
    x, none = moving(40), torch.zeros(40)
    wild, told = flickered(x + 0.2, source())
    assert 10 <= told.sum() <= 40
    changed = (wild - (x + 0.2).clamp(0, 1)).abs().amax((1, 2, 3)) > 0
    assert torch.equal(changed, told > 0)
    held, odd = frozen(x, none, source(1))
    assert 3 <= odd.sum() <= 12
    change = torch.cat([torch.ones(1), (held[1:] - held[:-1]).abs().mean((1, 2, 3))])
    assert float(change[odd > 0].max()) < 0.003 < float(change[odd == 0].min())
    less, cut, gap = shortened(x, none, source(1))
    assert 25 <= len(less) == len(cut) == len(gap) < 40
    assert gap.sum() == 1
    assert torch.equal(frozen(torch.full_like(x, 0.5), none, source(1))[1], none)  # who stands still loses nothing


def test_films_are_videos_or_folders_of_frames(tmp_path: Path) -> None:
    film(tmp_path / "long.mp4", 70, sound=None)
    (tmp_path / "short").mkdir()
    for n in range(5):
        Image.fromarray(scene(64, 48)(n)).save(tmp_path / "short" / f"{n}.png")
    learned, aside = film_clips(tmp_path)
    assert [len(clip) for clip in learned] == [42]
    assert [len(clip) for clip in aside] == [28, 5]
    with pytest.raises(TrainingError, match="holds no films"):
        film_clips(tmp_path / "short")


def test_it_learns_to_find_cuts(tmp_path: Path) -> None:
    tiles = make_tiles(tmp_path / "tiles")
    follow(Watching(SMALL, tiles, None, torch.device("cpu")), tmp_path / "run", Budget(steps=100), accelerator())
    rows = [json.loads(line) for line in (tmp_path / "run" / "reports.jsonl").read_text().splitlines()]
    assert rows[-1]["cuts"] > 0.6
    assert rows[-1]["false"][0] < 200
    open_watcher(tmp_path / "run" / "weights.safetensors")
    assert (tmp_path / "run" / "samples" / "0000100.png").is_file()
