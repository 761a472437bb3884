"""Noise becomes pictures of the size asked for, pictures become codes and pictures again."""

from typing import Any

import pytest
import torch

from enhancer.networks import Autoencoder, Critic, Painter

SHAPE: dict[str, Any] = {"side": 16, "channels": 1, "width": 4, "levels": 2}


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_noise_becomes_a_picture(levels: int) -> None:
    painter = Painter(**SHAPE | {"levels": levels}, noise=10, classes=3)
    x = painter(torch.randn(5, 13) * 9)
    assert x.shape == (5, 1, 16, 16)
    assert 0 <= x.min().item() < x.max().item() <= 1


def test_the_judge_counts_the_class() -> None:
    torch.manual_seed(0)
    critic, x = Critic(**SHAPE, classes=3), torch.rand(2, 1, 16, 16)
    one, two = (torch.eye(3)[[n, n]] for n in (0, 1))
    assert critic(x, one).shape == (2,)
    assert not torch.allclose(critic(x, one), critic(x, two))


def test_codes_are_drawn_again() -> None:
    coder, x = Autoencoder(**SHAPE, noise=6, classes=2).eval(), torch.rand(3, 1, 16, 16)
    known = torch.eye(2)[[0, 1, 1]]
    mean, spread = coder.encode(x, known)
    assert mean.shape == spread.shape == (3, 6)
    assert torch.equal(coder(x, known), coder.decode(torch.cat([mean, known], 1)))
    assert coder(x, known).shape == x.shape


@pytest.mark.parametrize("wrong", [{"side": 18, "levels": 2}, {"width": 0}, {"noise": 0}, {"classes": -1}])
def test_impossible_networks_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="make no picture"):
        Painter(**SHAPE | {"noise": 8} | wrong)
