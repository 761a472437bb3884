"""Identity, adaptation and trilinear interpolation of the tone network."""

from typing import Any

import pytest
import torch
from skimage import data

from enhancer.networks import ToneNetwork
from enhancer.networks.initialise import initialise
from enhancer.networks.tone import CURVE, _look_up, shrink

REFINED: dict[str, Any] = {"widths": [4, 6], "blocks": [1, 1]}


def photograph() -> torch.Tensor:
    """(1, 3, 128, 128) in [0, 1]."""
    return torch.from_numpy(data.astronaut()[::4, ::4].copy()).permute(2, 0, 1)[None] / 255.0


def adapted(**shape: Any) -> ToneNetwork:
    """A network that changes its input by much, and differently for each picture."""
    network = ToneNetwork(**shape)
    initialise(network, seed=0)
    torch.manual_seed(0)
    torch.nn.init.normal_(network.mix.weight, std=0.5)
    return network


@pytest.mark.parametrize("shape", [{}, REFINED, {"luts": 3, "side": 9, "thumbnail": 64}])
@pytest.mark.parametrize("started", [False, True])
def test_untrained_it_gives_back_its_input(shape: dict[str, Any], started: bool) -> None:
    network = ToneNetwork(**shape)
    if started:
        initialise(network, seed=1)
    x = photograph()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        y = network(x)
    assert y.dtype == torch.float32
    assert float((y - x).abs().max()) < 1e-5


def test_what_was_seen_of_the_whole_picture_serves_its_parts() -> None:
    network, x = adapted(), photograph()
    whole = network(x).detach()
    assert float((whole - x).abs().max()) > 0.05
    context = network.glance(shrink(x, network.thumbnail))
    assert context.shape == (1, CURVE + 8)
    assert torch.allclose(network(x[..., 40:90, 70:], context), whole[..., 40:90, 70:], atol=1e-6)
    assert not torch.allclose(network(x[..., 40:90, 70:]), whole[..., 40:90, 70:], atol=1e-3)


def test_each_picture_of_a_batch_gets_its_own_tone() -> None:
    network, x = adapted(), torch.cat([photograph(), photograph() ** 3])
    seen = network.glance(shrink(x, network.thumbnail))
    alone = torch.cat([network.glance(shrink(one, network.thumbnail)) for one in x.split(1)])
    assert torch.allclose(seen, alone, rtol=1e-4, atol=1e-4)  # products of another size are rounded in another order
    assert torch.equal(network(x), network(x, seen))
    assert torch.allclose(network(x, seen), torch.cat([network(x[:1], seen[:1]), network(x[1:], seen[1:])]), atol=1e-6)


def test_interpolation_is_trilinear_between_the_colours() -> None:
    red, green, blue = torch.linspace(0, 1, 5), torch.linspace(0, 1, 5), torch.linspace(0, 1, 5)
    b, g, r = torch.meshgrid(blue, green, red, indexing="ij")
    table = torch.stack([r, g * b, r + g * b * r])[None]
    grid = torch.stack([r, g, b]).flatten(1)[None, :, :, None]
    assert torch.allclose(_look_up(table, grid).flatten(2), table.flatten(2), atol=1e-6)
    between = torch.tensor([0.125, 0.25, 0.625]).reshape(1, 3, 1, 1)
    expected = torch.tensor([0.125, 0.25 * 0.625, 0.125 + 0.25 * 0.625 * 0.125]).reshape(1, 3, 1, 1)
    assert torch.allclose(_look_up(table, between), expected, atol=1e-6)


def test_curve_and_tables_learn_to_undo_a_dark_cast() -> None:
    network = ToneNetwork(thumbnail=32)
    initialise(network, seed=0)
    sharp = photograph()
    dark = sharp**3 * torch.tensor([1.0, 0.8, 0.6]).reshape(1, 3, 1, 1)
    before = float((dark - sharp).square().mean())
    rate = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(60):
        rate.zero_grad()
        loss = (network(dark) - sharp).square().mean()
        loss.backward()
        assert all(p.grad is not None for p in network.parameters())
        rate.step()
    assert loss.item() < before / 50  # 17 dB


@pytest.mark.parametrize("wrong", [{"luts": 0}, {"side": 1}, {"thumbnail": 8}, {"widths": [4]}])
def test_impossible_networks_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        ToneNetwork(**wrong)
