"""The network for video remembers, enlarges, and starts near its input."""

import pytest
import torch

from enhancer.networks import RecurrentUNet
from enhancer.networks.initialise import initialise

SMALL = {"widths": [4, 6], "blocks": [1, 1], "memory": 3}


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_shapes_of_picture_and_state(scale: int) -> None:
    network, x = RecurrentUNet(scale=scale, **SMALL), torch.rand(2, 3, 16, 24)  # type: ignore[arg-type]  # plain data
    picture, state = network(x)
    assert picture.shape == state[0].shape == (2, 3, 16 * scale, 24 * scale)
    assert state[1].shape == (2, 3, 8, 12)
    again, _ = network(x, state)
    assert not torch.allclose(picture, again)


def test_the_first_frame_is_drawn_as_if_the_last_one_had_been_alike() -> None:
    network, x = RecurrentUNet(**SMALL), torch.rand(1, 3, 16, 16)  # type: ignore[arg-type]  # plain data
    assert torch.equal(network(x)[0], network(x, (x, torch.zeros(1, 3, 8, 8)))[0])


def test_the_gradient_reaches_back_through_all_frames() -> None:
    network = RecurrentUNet(**SMALL)  # type: ignore[arg-type]  # plain data
    frames, state = torch.rand(3, 1, 3, 16, 16, requires_grad=True), None
    for frame in frames:
        picture, state = network(frame, state)
    picture.square().mean().backward()
    assert frames.grad is not None
    assert all(float(frames.grad[n].abs().sum()) > 0 for n in range(3))


def test_the_usual_network_is_small_and_starts_near_its_input() -> None:
    network = RecurrentUNet()
    initialise(network, seed=0)
    assert 2 * sum(p.numel() for p in network.parameters()) < 2e6
    x = torch.rand(1, 3, 32, 32)
    assert 0 < (network(x)[0] - x).abs().mean().item() < 0.12


@pytest.mark.parametrize("wrong", [{"scale": 3}, {"memory": 0}])
def test_impossible_networks_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        RecurrentUNet(**(SMALL | wrong))  # type: ignore[arg-type]  # plain data
