"""The network for photographs is its two parts, one after the other."""

import pytest
import torch

from enhancer.networks import Generator, PhotoNetwork, RestorationUNet

SMALL = {"scale": 2, "channels": 8, "depth": 2, "widths": [4, 6], "blocks": [1, 1]}


def test_it_mends_and_then_enlarges() -> None:
    torch.manual_seed(0)
    network = PhotoNetwork(**SMALL)  # type: ignore[arg-type]  # as a weight file's header gives it
    mend, enlarge = RestorationUNet(widths=[4, 6], blocks=[1, 1], planes=1), Generator(scale=2, channels=8, depth=2)
    mend.load_state_dict(network.mend.state_dict())
    enlarge.load_state_dict(network.enlarge.state_dict())
    x = torch.rand(2, 3, 16, 12)
    assert torch.equal(network(x), enlarge(mend(x)))
    assert network(x).shape == (2, 3, 32, 24)


def test_the_halo_holds_all_that_a_pixel_depends_on() -> None:
    torch.manual_seed(0)
    network = PhotoNetwork(**SMALL)  # type: ignore[arg-type]
    assert network.multiple_of == 4
    assert network.halo % network.multiple_of == 0
    side = 4 * (network.halo // 2)
    x = torch.rand(1, 3, side, side, requires_grad=True)
    centre = side // 2
    network(x)[..., 2 * centre, 2 * centre].sum().backward()
    assert x.grad is not None
    touched = x.grad.abs().sum((0, 1)).nonzero()
    reach = int((touched - centre).abs().max())
    assert network.halo - 2 * network.multiple_of < reach <= network.halo


def test_sizes_that_make_no_network_are_refused() -> None:
    with pytest.raises(ValueError, match="scale must be"):
        PhotoNetwork(scale=5)
    with pytest.raises(ValueError, match="widths and blocks"):
        PhotoNetwork(scale=2, widths=[8], blocks=[1, 1])
