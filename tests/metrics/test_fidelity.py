"""HaarPSI and GMSD against another implementation and at their ends."""

import piq
import pytest
import torch

from enhancer.metrics import gmsd, haarpsi
from tests.metrics.pictures import NAMES, blurred, natural, noisy


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", ["noise", "blur", "colour"])
def test_both_agree_with_piq(name: str, damage: str) -> None:
    clean = natural(name)
    worse = {"noise": noisy(clean, 15), "blur": blurred(clean), "colour": clean.roll(1, 0)}[damage]
    pair = worse[None].double(), clean[None].double()
    assert haarpsi(worse, clean) == pytest.approx(float(piq.haarpsi(*pair, data_range=1.0)), abs=1e-9)
    assert gmsd(worse, clean) == pytest.approx(float(piq.gmsd(*pair, data_range=1.0)), abs=1e-9)


def test_equal_pictures_are_perfect() -> None:
    assert haarpsi(natural(), natural()) == pytest.approx(1, abs=1e-9)
    assert gmsd(natural(), natural()) == 0
    for seed in range(40):
        picture = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(seed))
        assert 1 - 1e-9 < haarpsi(picture, picture) <= 1


def test_black_pictures_are_equal() -> None:
    black = torch.zeros(3, 16, 16)
    assert haarpsi(black, black) == 1
    assert gmsd(black, black) == 0


def test_an_odd_row_and_column_are_left_out() -> None:
    clean = natural()[:, :65, :97]
    worse = noisy(clean, 15)
    assert haarpsi(worse, clean) == haarpsi(worse[:, :64, :96], clean[:, :64, :96])
    assert gmsd(worse, clean) == gmsd(worse[:, :64, :96], clean[:, :64, :96])
