"""Clips move as their camera does, and what damages them changes from frame to frame."""

from dataclasses import replace

import pytest
import torch

from enhancer.training.data import picture_files
from enhancer.training.feed import read_tiles
from enhancer.training.moving import Reel
from enhancer.training.moving.clips import clips, damaged
from tests.training.tiny import make_tiles

REEL = Reel(patch=48, frames=5, still=1.0, things=0.0)


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> torch.Tensor:
    return read_tiles(picture_files(make_tiles(tmp_path_factory.mktemp("tiles"))), 2)


def changes(frames: torch.Tensor) -> float:
    return float((frames[1:] - frames[:-1]).abs().mean())


@pytest.mark.parametrize("scale", [1, 2])
def test_sizes_and_seeds(tiles: torch.Tensor, scale: int) -> None:
    reel = replace(REEL, scale=scale, patch=32)
    one, two = (clips(tiles, 3, reel, torch.Generator().manual_seed(4)) for _ in range(2))
    assert one.small.shape == (5, 3, 3, 32, 32)
    assert one.sharp.shape == (5, 3, 3, 32 * scale, 32 * scale)
    assert torch.equal(one.small, two.small)
    assert 0 <= one.small.min() <= one.small.max() <= 1


def test_a_still_camera_sees_one_picture_and_a_moving_one_does_not(tiles: torch.Tensor) -> None:
    source = torch.Generator().manual_seed(1)
    assert changes(clips(tiles, 6, REEL, source).sharp) == 0
    assert changes(clips(tiles, 6, replace(REEL, still=0.0), source).sharp) > 0.01


def test_something_passes_by(tiles: torch.Tensor) -> None:
    film = clips(tiles, 6, replace(REEL, things=1.0), torch.Generator().manual_seed(2)).sharp
    changed = (film[1:] - film[:-1]).abs().amax((0, 2)) > 0.02
    share = changed.float().mean((1, 2))
    assert int((share > 0).sum()) >= 5
    assert float(share.max()) < 0.6


def test_noise_is_of_one_strength_and_new_in_every_frame() -> None:
    grey = torch.full((6, 4, 3, 48, 48), 0.5)
    off = damaged(grey, 1, torch.Generator().manual_seed(3)) - grey
    spread = off.flatten(2).std(2)
    assert float(spread.std(0).max()) < 0.006
    assert float(spread.mean(0).max()) > 0.06
    loud = int(spread.mean(0).argmax())
    alike = torch.corrcoef(torch.stack([off[0, loud].flatten(), off[1, loud].flatten()]))[0, 1]
    assert abs(float(alike)) < 0.1


def test_tiles_that_are_too_small_are_named(tiles: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="hold no square of 400 pixels"):
        clips(tiles, 1, replace(REEL, patch=400), torch.Generator())
