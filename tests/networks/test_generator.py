"""Shapes, receptive field and start of the generator family."""

from typing import Any

import pytest
import torch

from enhancer.networks import ARCHITECTURES, Generator
from enhancer.networks.initialise import initialise


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("blocks", [0, 2])
def test_every_scale_has_its_output_size(scale: int, blocks: int) -> None:
    network = Generator(scale=scale, channels=8, depth=2, blocks=blocks)
    assert network(torch.rand(2, 3, 7, 9)).shape == (2, 3, 7 * scale, 9 * scale)


def test_folding_pixels_keeps_the_size() -> None:
    assert Generator(scale=1, channels=8, depth=2, unshuffle=2)(torch.rand(1, 3, 8, 6)).shape == (1, 3, 8, 6)


@pytest.mark.parametrize(("blocks", "unshuffle"), [(0, 1), (2, 1), (0, 2)])
def test_the_halo_is_the_receptive_field(blocks: int, unshuffle: int) -> None:
    """Gradient of one output pixel: nothing beyond the halo, and with ordinary weights something at the last row."""
    torch.manual_seed(0)
    network = Generator(scale=1, channels=8, depth=2, blocks=blocks, unshuffle=unshuffle)
    side, middle = 40, 20
    x = torch.rand(1, 3, side, side, requires_grad=True)
    network(x)[0, :, middle, middle].sum().backward()
    assert x.grad is not None
    rows = x.grad.abs().sum((0, 1, 3)).nonzero().flatten()
    reach = max(middle - int(rows.min()), int(rows.max()) - middle)
    assert network.halo - unshuffle < reach <= network.halo + unshuffle - 1


def test_an_initialised_network_starts_near_the_enlarged_input() -> None:
    network = Generator(scale=2, channels=16, depth=4)
    initialise(network, seed=0)
    x = torch.rand(1, 3, 16, 16)
    plain = torch.nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
    difference = (network(x) - plain).abs().mean()
    assert 0 < difference < 0.2


def test_the_same_seed_gives_the_same_start() -> None:
    first, second = (Generator(scale=2, channels=8, depth=2) for _ in range(2))
    initialise(first, seed=3)
    initialise(second, seed=3)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@pytest.mark.parametrize(
    "wrong", [{"scale": 5}, {"scale": 2, "channels": 0}, {"scale": 2, "depth": -1}, {"scale": 2, "blocks": -1}]
)
def test_impossible_networks_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Generator(**wrong)


def test_architectures_are_named() -> None:
    assert isinstance(ARCHITECTURES["generator"](scale=2, channels=8, depth=1), Generator)
