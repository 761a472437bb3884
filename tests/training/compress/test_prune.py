"""Pruning keeps what matters, in order, and refuses what it cannot prune."""

from pathlib import Path

import pytest
import torch

from enhancer.errors import WeightsRefused
from enhancer.models.own import own_network
from enhancer.models.weights import read_weights
from enhancer.networks import Generator
from enhancer.networks.initialise import initialise
from enhancer.training.checkpoint import export
from enhancer.training.compress.prune import prune

SHAPE = {"scale": 2, "channels": 8, "depth": 2}


def network_with_idle_channels() -> Generator:
    """Channels 1 and 5 of every layer give nothing."""
    network = Generator(**SHAPE)
    initialise(network, 0)
    torch.nn.init.normal_(network.tail.weight, std=0.1)
    with torch.no_grad():
        for layer in (network.head, *network.body):
            layer.weight[[1, 5]] = 0
            layer.bias[[1, 5]] = 0  # type: ignore[index]  # these convolutions have one
    return network


def test_channels_that_give_nothing_go_and_nothing_changes(tmp_path: Path) -> None:
    whole = network_with_idle_channels()
    export(whole, "generator", SHAPE, tmp_path / "whole.safetensors")
    prune(tmp_path / "whole.safetensors", 6, tmp_path / "less.safetensors")
    less = own_network(read_weights(tmp_path / "less.safetensors"), "less")
    assert less.head.weight.shape[0] == 6  # type: ignore[union-attr,index]  # a generator has a head
    x = torch.rand(1, 3, 12, 16)
    with torch.no_grad():
        torch.testing.assert_close(less(x), whole.half().float()(x), atol=2e-3, rtol=0)


def test_a_pruned_file_is_smaller(tmp_path: Path) -> None:
    export(network_with_idle_channels(), "generator", SHAPE, tmp_path / "whole.safetensors")
    prune(tmp_path / "whole.safetensors", 4, tmp_path / "less.safetensors")
    sizes = [(tmp_path / f"{name}.safetensors").stat().st_size for name in ("less", "whole")]
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(("shape", "channels"), [(SHAPE, 8), (SHAPE, 0), (SHAPE | {"blocks": 1}, 4)])
def test_what_cannot_be_pruned_is_refused(shape: dict[str, int], channels: int, tmp_path: Path) -> None:
    export(Generator(**shape), "generator", shape, tmp_path / "w.safetensors")
    with pytest.raises(WeightsRefused, match=r"plain convolutions|give fewer"):
        prune(tmp_path / "w.safetensors", channels, tmp_path / "less.safetensors")
    assert not (tmp_path / "less.safetensors").exists()
