"""A pair is cut, turned, recoloured and normalised alike, and the same seed gives the same."""

import numpy as np
import pytest
import torch
from skimage import data as pictures

from enhancer.training.augment import aligned_crop, augment, colour_order, dihedral, to_unit
from enhancer.training.degradations import bicubic


@pytest.fixture(scope="module")
def sharp() -> torch.Tensor:
    return torch.from_numpy(pictures.astronaut()[:192, :240].copy()).permute(2, 0, 1)


def test_levels_become_the_unit_range_exactly() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    unit = to_unit(levels)
    assert unit.dtype == torch.float32
    assert unit.shape == (3, 16, 16)
    assert (float(unit.min()), float(unit.max())) == (0.0, 1.0)
    assert torch.equal((unit * 255).round().byte().permute(1, 2, 0), torch.from_numpy(levels))
    with pytest.raises(TypeError, match="uint8"):
        to_unit(unit)


def test_the_eight_turns_are_eight_and_keep_every_pixel() -> None:
    x = torch.arange(24).reshape(1, 4, 6)
    turned = [dihedral(x, n) for n in range(8)]
    assert len({(t.shape, tuple(t.flatten().tolist())) for t in turned}) == 8
    assert all(sorted(t.flatten().tolist()) == list(range(24)) for t in turned)
    with pytest.raises(ValueError, match="8"):
        dihedral(x, 8)


def test_a_crop_is_the_same_place_in_both(sharp: torch.Tensor) -> None:
    places = torch.arange(48 * 60).reshape(1, 48, 60)
    large = places.repeat_interleave(4, 1).repeat_interleave(4, 2)
    for seed in range(20):
        small, wide = aligned_crop(places, large, 4, 12, torch.Generator().manual_seed(seed))
        assert torch.equal(small, wide[:, ::4, ::4])
    with pytest.raises(ValueError, match="not 4 times"):
        aligned_crop(places, large[:, 1:], 4, 12, torch.Generator())
    with pytest.raises(ValueError, match="holds no square"):
        aligned_crop(places, large, 4, 49, torch.Generator())


def test_an_augmented_pair_still_belongs_together(sharp: torch.Tensor) -> None:
    small = (bicubic(sharp / 255.0, 2) * 255).round().byte()
    source = torch.Generator().manual_seed(1)
    for _ in range(12):
        first, second = augment(small, sharp, 2, 32, source, swap_colours=0.5)
        inner = (bicubic(second, 2) - first)[:, 4:-4, 4:-4]
        assert inner.abs().max() < 2.5 / 255  # a turn changes which direction was rounded first


def test_the_same_seed_gives_the_same_and_another_does_not(sharp: torch.Tensor) -> None:
    a, b, c = (augment(sharp, sharp, 1, 64, torch.Generator().manual_seed(s), 0.5)[0] for s in (3, 3, 4))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_colours_are_swapped_as_often_as_asked() -> None:
    source = torch.Generator().manual_seed(0)
    straight = torch.arange(3)
    assert all(torch.equal(colour_order(0.0, source), straight) for _ in range(50))
    orders = [tuple(colour_order(1.0, source).tolist()) for _ in range(300)]
    assert len(set(orders)) == 6
    half = sum(not torch.equal(colour_order(0.6, source), straight) for _ in range(600)) / 600
    assert half == pytest.approx(0.5, abs=0.07)  # one order in six is the straight one
