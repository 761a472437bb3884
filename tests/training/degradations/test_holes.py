"""Holes: as large as drawn, alike for a seed, of three kinds that differ."""

import pytest
import torch

from enhancer.training.damage import holes
from enhancer.training.degradations.holes import DUST, SCRATCHES, STROKES, Holes, HolesParams, holes_of


def params(kind: int, share: float, count: int = 6) -> HolesParams:
    return HolesParams(torch.full((count,), kind), torch.full((count,), share), torch.arange(count))


@pytest.mark.parametrize("share", [0.1, 0.25])
def test_strokes_cover_what_was_asked_for(share: float) -> None:
    masks = holes_of(torch.zeros(6, 3, 160, 240), params(STROKES, share))
    assert masks.shape == (6, 1, 160, 240)
    assert set(masks.unique().tolist()) == {0.0, 1.0}
    found = masks.mean((1, 2, 3))
    assert float(found.min()) >= share
    assert float(found.max()) < share + 0.07  # the last stroke may be a wide one


def test_scratches_are_thin_and_dust_is_small() -> None:
    x = torch.zeros(6, 3, 160, 240)
    scratches, dust = (holes_of(x, params(kind, 0.02)) for kind in (SCRATCHES, DUST))

    def left(masks: torch.Tensor, side: int) -> float:
        """What is left when everything narrower than `side` pixels is taken away."""
        eroded = -torch.nn.functional.max_pool2d(-masks, side, 1, side // 2)
        return float(eroded.mean() / masks.mean())

    assert left(scratches, 7) < 0.01  # where two cross
    assert left(dust, 15) == 0
    assert left(holes_of(x, params(STROKES, 0.2)), 7) > 0.2


def test_equal_seeds_give_equal_holes_and_the_map_says_where_they_are() -> None:
    sharp = torch.rand(4, 3, 96, 96, generator=torch.Generator().manual_seed(3))
    one, two = (holes(1)(sharp, torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(one.small, two.small)
    assert one.plane is not None
    changed = (one.small != sharp).any(1, keepdim=True).float()
    assert bool((changed <= one.plane).all())
    assert float(changed.sum() / one.plane.sum()) > 0.99
    other = holes(1)(sharp, torch.Generator().manual_seed(8))
    assert not torch.equal(one.small, other.small)


def test_the_degradation_is_what_the_map_says() -> None:
    sharp = torch.randint(256, (3, 3, 64, 64), generator=torch.Generator().manual_seed(4)) / 255
    filled, drawn = Holes()(sharp, torch.Generator().manual_seed(5))
    missing = holes_of(sharp, drawn).expand_as(sharp) > 0
    assert torch.equal(filled[~missing], sharp[~missing])
    assert drawn.label(0).endswith("%")
