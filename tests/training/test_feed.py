"""Pairs are aligned, turned, recoloured and repeatable; what cannot be trained on is refused."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from enhancer.training.damage import Sample
from enhancer.training.data import hold_out, picture_files
from enhancer.training.degradations import bicubic
from enhancer.training.feed import Feed, feed, read_tiles
from tests.training.tiny import TINY, make_tiles

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return feed(picture_files(make_tiles(tmp_path_factory.mktemp("tiles"))), TINY, CPU)


def test_pairs_are_aligned_under_every_turn(pairs: Feed) -> None:
    """A crop from the inside, shrunk again, is the small crop: the two never slip against each other."""
    sample = pairs.batch(16, 32, torch.Generator().manual_seed(0))
    assert sample.small.shape == (16, 3, 32, 32)
    assert sample.sharp.shape == (16, 3, 64, 64)
    again = torch.stack([bicubic(s, 2) for s in sample.sharp])
    inside = slice(4, -4)
    levels = (again - sample.small)[:, :, inside, inside].abs() * 255
    assert levels.max() < 2.1  # a quarter turn swaps which direction is rounded first
    assert levels.mean() < 0.3


def test_a_pair_shows_the_same_at_every_offset_and_after_shrinking(pairs: Feed) -> None:
    ramp = torch.arange(128).expand(128, 128) + torch.arange(128)[:, None]  # tells the place of every pixel
    slope = Feed(ramp.byte().expand(4, 3, 128, 128).contiguous(), 2, zoom=0.5)
    steps = set()
    for seed in range(12):
        sample = slope.batch(4, 16, torch.Generator().manual_seed(seed))
        means = torch.nn.functional.avg_pool2d(sample.sharp, 2)
        assert (means - sample.small).abs().max() * 255 < 1.5
        steps.add(round(float(sample.sharp.diff(dim=3).abs().mean()) * 255, 1))
    assert min(steps) == 1  # as it is
    assert 1.5 < max(steps) <= 2.1  # shrunk to about a half


def test_a_degradation_is_drawn_from_the_same_source_and_alike_for_held_out_pictures(pairs: Feed) -> None:
    def noisy(sharp: Tensor, source: torch.Generator) -> Sample:
        return Sample(sharp + torch.randn(sharp.shape, generator=source) / 10, sharp)

    noisy_pairs = Feed(pairs.sharp, 1, degrade=noisy)
    first, again = (noisy_pairs.batch(4, 16, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(first.small, again.small)
    assert float((first.small - first.sharp).std()) == pytest.approx(0.1, rel=0.1)
    seen = [[s.small for s in noisy_pairs.whole(1)] for _ in range(2)]
    assert all(torch.equal(a, b) for a, b in zip(*seen, strict=True))


def test_normalisation_is_levels_over_255(pairs: Feed) -> None:
    sample = next(pairs.whole(0))
    assert sample.sharp.dtype == torch.float32
    assert torch.equal((sample.sharp[0] * 255).round().byte(), pairs.sharp[0])
    assert float(sample.sharp.max()) <= 1


def test_held_out_files_are_never_trained_on(tmp_path: Path) -> None:
    files = picture_files(make_tiles(tmp_path))
    training, validation = hold_out(files, 4)
    assert len(validation) == 2
    assert set(training) | set(validation) == set(files)
    assert not set(training) & set(validation)


def test_tiles_of_a_held_out_photograph_are_not_trained_on_either() -> None:
    names = ["a--0", "a--1", "b--0", "c--0", "c--1", "d"]
    training, validation = hold_out([Path(f"{n}.webp") for n in names], 4)
    assert [f.stem for f in validation] == ["a--0", "c--1"]
    assert [f.stem for f in training] == ["b--0", "d"]


def test_what_cannot_be_trained_on_is_refused(tmp_path: Path, pairs: Feed) -> None:
    with pytest.raises(FileNotFoundError, match="no picture"):
        picture_files(tmp_path)
    for side in (16, 32):
        Image.new("RGB", (side, side)).save(tmp_path / f"{side}.png")
    with pytest.raises(ValueError, match="one size"):
        read_tiles(picture_files(tmp_path), 2)
    with pytest.raises(ValueError, match="hold no square of 200 pixels"):
        pairs.batch(1, 100, torch.Generator())
