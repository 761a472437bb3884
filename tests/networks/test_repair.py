"""What is outside the holes stays; what is inside comes from around, never from what was hidden there."""

from typing import Any

import pytest
import torch

from enhancer.networks import RepairUNet
from enhancer.networks.fill import fill
from enhancer.networks.initialise import initialise

SMALL: dict[str, Any] = {"widths": [4, 6, 8], "blocks": [1, 1, 1]}


def holed(height: int = 40, width: int = 56) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    hole = torch.zeros(1, 1, height, width)
    hole[..., 10:30, 8:44] = 1
    return x, hole


def test_filling_leaves_known_pixels_alone_and_never_looks_into_the_hole() -> None:
    x, hole = holed()
    filled = fill(x, hole)
    assert torch.equal(filled * (1 - hole), x * (1 - hole))
    assert torch.equal(fill(torch.where(hole > 0, torch.nan_to_num(x * 9 - 4), x), hole), filled)


@pytest.mark.parametrize("size", [(40, 56), (41, 57), (33, 100)])
def test_filling_continues_a_ramp(size: tuple[int, int]) -> None:
    ramp = torch.linspace(0, 1, size[1]).expand(1, 3, *size).contiguous()
    _, hole = holed(*size)
    error = (fill(ramp, hole) - ramp).abs() * hole
    assert float(error.max()) < 0.2
    assert float(error.sum() / hole.sum()) < 0.05 * 3


def test_a_flat_surface_stays_flat_and_nothing_known_is_grey() -> None:
    _, hole = holed()
    assert torch.allclose(fill(torch.full((1, 3, 40, 56), 0.3), hole), torch.tensor(0.3), atol=1e-5)
    assert torch.equal(fill(torch.rand(1, 3, 8, 8), torch.ones(1, 1, 8, 8)), torch.full((1, 3, 8, 8), 0.5))


def test_pixels_outside_the_hole_come_back_bit_by_bit() -> None:
    network = RepairUNet(**SMALL)
    x, hole = holed()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        y = network(x, hole)
    assert torch.equal(y[(hole < 1).expand_as(y)], x[(hole < 1).expand_as(x)])
    assert not torch.allclose(y, x)


def test_the_gate_decides_how_much_is_changed() -> None:
    network = RepairUNet(**SMALL)
    block, f = network.middle[0], torch.randn(1, 8, 6, 6)
    with torch.no_grad():
        block.second.bias[8:] = -50.0  # type: ignore[union-attr,operator,index]  # a block has two convolutions
        assert torch.allclose(block(f), f, atol=1e-6)


def test_the_usual_network_is_small_enough_to_ship_and_starts_near_the_first_guess() -> None:
    network = RepairUNet()
    initialise(network, seed=0)
    assert 2 * sum(p.numel() for p in network.parameters()) < 6e6
    assert (network.multiple_of, network.halo) == (16, 208)
    x, hole = holed(48, 64)
    assert 0 < (network(x, hole) - x).abs().mean().item() < 0.12


def test_every_parameter_is_trained() -> None:
    network = RepairUNet(**SMALL)
    network(*holed()).square().mean().backward()
    assert all(p.grad is not None and bool(p.grad.any()) for p in network.parameters())
