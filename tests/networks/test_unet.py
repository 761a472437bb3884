"""Shapes, receptive field, start and extra plane of the restoration network."""

from typing import Any

import pytest
import torch
from torch import Tensor

from enhancer.networks import RestorationUNet
from enhancer.networks.initialise import initialise
from enhancer.networks.unet import UNKNOWN

SMALL: dict[str, Any] = {"widths": [4, 6, 8], "blocks": [1, 1, 1]}


def reach(network: RestorationUNet, side: int) -> int:
    """Furthest pixel that any output pixel of one cell feels, by the gradient."""
    furthest, middle = 0, side // 2 // network.multiple_of * network.multiple_of
    for pixel in range(middle, middle + network.multiple_of):
        x = torch.rand(1, 3, side, 8, requires_grad=True)
        network(x)[0, :, pixel].sum().backward()
        assert x.grad is not None
        rows = x.grad.abs().sum((0, 1, 3)).nonzero().flatten()
        furthest = max(furthest, pixel - int(rows.min()), int(rows.max()) - pixel)
    return furthest


@pytest.mark.parametrize("size", [(8, 8), (16, 40)])
def test_the_size_stays(size: tuple[int, int]) -> None:
    y = RestorationUNet(**SMALL)(torch.rand(2, 3, *size))
    assert y.shape == (2, 3, *size)
    assert y.dtype == torch.float32


@pytest.mark.parametrize(
    ("widths", "blocks", "multiple"), [((4, 6, 8), (1, 2, 1), 8), ((4, 4), (2, 1), 4), ((6,), (3,), 2)]
)
def test_the_halo_is_the_receptive_field_rounded_up(
    widths: tuple[int, ...], blocks: tuple[int, ...], multiple: int
) -> None:
    torch.manual_seed(0)
    network = RestorationUNet(widths=widths, blocks=blocks)
    assert network.multiple_of == multiple
    side = 8 * (network.halo // 3)
    assert network.halo - multiple < reach(network, side) <= network.halo


def test_the_usual_network_is_small_enough_to_ship() -> None:
    network = RestorationUNet(planes=1)
    assert (network.multiple_of, network.halo) == (8, 128)
    assert 2 * sum(p.numel() for p in network.parameters()) < 3.4e6


def test_an_initialised_network_starts_near_its_input() -> None:
    network = RestorationUNet(planes=1)
    initialise(network, seed=0)
    x = torch.rand(1, 3, 32, 32)
    assert 0 < (network(x) - x).abs().mean().item() < 0.12


def test_the_final_sum_is_in_float32() -> None:
    network = RestorationUNet(**SMALL)
    torch.nn.init.zeros_(network.tail.weight)
    torch.nn.init.zeros_(network.tail.bias)  # type: ignore[arg-type]  # this convolution has one
    x = torch.rand(1, 3, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(network(x), x)


def test_the_plane_counts_and_stands_for_itself_where_unknown() -> None:
    torch.manual_seed(0)
    network, x = RestorationUNet(**SMALL, planes=1), torch.rand(2, 3, 16, 16)
    weak, strong = (torch.full((2, 1, 16, 16), level) for level in (0.02, 0.2))
    assert not torch.allclose(network(x, weak), network(x, strong))
    assert torch.equal(network(x), network(x, torch.full_like(weak, UNKNOWN)))
    assert torch.allclose(network(x), network(x, network.blind.expand(2, 1, 16, 16).detach()))
    mixed = network(x, torch.stack([weak[0], torch.full_like(weak[0], UNKNOWN)]))
    assert torch.allclose(mixed, torch.stack([network(x, weak)[0], network(x)[1]]), atol=1e-6)


def test_every_parameter_is_trained_with_and_without_the_plane() -> None:
    network = RestorationUNet(**SMALL, planes=1)
    plane: Tensor | None
    for plane in (None, torch.rand(1, 1, 8, 8)):
        network.zero_grad(set_to_none=True)
        network(torch.rand(1, 3, 8, 8), plane).square().mean().backward()
        assert all(p.grad is not None for p in network.parameters())
    network(torch.rand(1, 3, 8, 8)).square().mean().backward()
    assert float(network.blind.grad.abs()) > 0  # type: ignore[union-attr]  # asserted above


def test_a_plane_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(ValueError, match="takes no extra plane"):
        RestorationUNet(**SMALL)(torch.rand(1, 3, 8, 8), torch.rand(1, 1, 8, 8))


@pytest.mark.parametrize(
    "wrong", [{"widths": [4, 4]}, {"widths": [4, 4, 0]}, {"widths": [], "blocks": []}, {"planes": 2}]
)
def test_impossible_networks_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        RestorationUNet(**{**SMALL, **wrong})
