"""A pair is cut, turned, recoloured and normalised alike, and the same seed gives the same."""

import numpy as np
import pytest
import torch

from enhancer.training.augment import colour_orders, crops, places, recoloured, some_grey, to_unit

STRAIGHT = torch.arange(3)


def test_levels_become_the_unit_range_exactly() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    unit = to_unit(levels)
    assert unit.dtype == torch.float32
    assert unit.shape == (3, 16, 16)
    assert (float(unit.min()), float(unit.max())) == (0.0, 1.0)
    assert torch.equal((unit * 255).round().byte().permute(1, 2, 0), torch.from_numpy(levels))
    with pytest.raises(TypeError, match="uint8"):
        to_unit(unit)


def test_the_eight_turns_are_the_eight_symmetries_of_the_square() -> None:
    tile = torch.arange(3 * 5 * 5, dtype=torch.uint8).reshape(1, 3, 5, 5)
    chosen = torch.tensor([[0, 1, 2, turn] for turn in range(8)]).T
    found = (crops(tile, chosen, 3) * 255).round().byte()
    cut = tile[0, :, 1:4, 2:5]
    turned = [torch.rot90(cut, n, (-2, -1)) for n in range(4)]
    wanted = {tuple(x.flatten().tolist()) for t in turned for x in (t, t.flip(-1))}
    assert len(wanted) == 8
    assert {tuple(x.flatten().tolist()) for x in found} == wanted


def test_squares_lie_anywhere_inside() -> None:
    tiles = torch.zeros(4, 3, 20, 30, dtype=torch.uint8)
    chosen = places(tiles, 50, 12, torch.Generator().manual_seed(1))
    assert {int(turn) for turn in chosen[3]} == set(range(8))
    assert int(chosen[1].max()) <= 8 < int(chosen[2].max()) <= 18
    with pytest.raises(ValueError, match="20x30 hold no square of 21 pixels"):
        places(tiles, 1, 21, torch.Generator())


def test_colours_change_places_as_often_as_asked() -> None:
    def moved(chance: float) -> float:
        orders = colour_orders(600, chance, torch.Generator().manual_seed(3))
        assert torch.equal(orders.sort(1).values, STRAIGHT.expand(600, 3))
        return float((orders != STRAIGHT).any(1).float().mean())

    assert moved(0.0) == 0
    assert moved(0.3) == pytest.approx(0.25, abs=0.06)  # one order of six is the straight one
    assert moved(1.0) == pytest.approx(5 / 6, abs=0.06)
    x = torch.tensor([1.0, 2.0, 3.0]).reshape(1, 3, 1, 1)
    assert recoloured(x, torch.tensor([[2, 0, 1]])).flatten().tolist() == [3, 1, 2]


def test_pictures_turn_grey_as_often_as_asked() -> None:
    x = torch.rand(400, 3, 2, 2, generator=torch.Generator().manual_seed(4))
    found = some_grey(x, 0.3, torch.Generator().manual_seed(5))
    grey = (found[:, :1] == found).all(1).flatten(1).all(1)
    assert torch.equal(found[~grey], x[~grey])
    assert float(grey.float().mean()) == pytest.approx(0.3, abs=0.07)


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    tiles = torch.zeros(9, 3, 64, 64, dtype=torch.uint8)
    a, b, c = (places(tiles, 16, 8, torch.Generator().manual_seed(s)) for s in (3, 3, 4))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
