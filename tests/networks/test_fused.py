"""Fused steps compute what the plain ones do, and the plain ones are there where they cannot."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks import Generator, RestorationUNet, fused
from enhancer.networks.block import SLOPE, ActiveConv2d, ResidualBlock, unfolded_sum
from enhancer.networks.initialise import initialise


@pytest.fixture(params=["fused", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways; the operator of PyTorch may be missing where the tests run."""
    if request.param == "plain":
        monkeypatch.setattr(fused, "_works", lambda _kind: False)
    elif not any(map(fused._works, fused.CLOSE)):
        pytest.skip("this PyTorch has no such operator")
    return str(request.param)


def in_bfloat16(network: nn.Module, x: Tensor) -> Tensor:
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        result: Tensor = network(x)
    return result


@pytest.mark.parametrize(
    "network", [ActiveConv2d(8, 8, 3, padding=1), ActiveConv2d(8, 12, 2, stride=2, bias=False), ResidualBlock(8)]
)
def test_a_layer_is_what_it_says(network: nn.Module, way: str) -> None:
    x = torch.randn(2, 8, 12, 10, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        if isinstance(network, ResidualBlock):
            inner, outer = network.first, network.second
            hidden = F.leaky_relu(F.conv2d(x, inner.weight, inner.bias, padding=1), SLOPE)
            expected = x + F.conv2d(hidden, outer.weight, outer.bias, padding=1)
        else:
            assert isinstance(network, ActiveConv2d)
            plain = F.conv2d(x, network.weight, network.bias, network.stride, network.padding)
            expected = F.leaky_relu(plain, SLOPE)
        assert torch.allclose(network(x), expected, atol=1e-5)
    assert torch.allclose(in_bfloat16(network, x).float(), expected, atol=0.04)


@pytest.mark.parametrize(
    "network", [Generator(scale=2, channels=32, depth=4, blocks=2), RestorationUNet(widths=(8, 16), blocks=(1, 1))]
)
def test_whole_networks_stay_within_bfloat16_of_float32(network: nn.Module, way: str) -> None:
    initialise(network, seed=1)
    x = torch.rand(1, 3, 24, 20, generator=torch.Generator().manual_seed(0))
    assert (in_bfloat16(network, x) - network(x)).abs().max() < 0.01


@pytest.mark.parametrize("kind", [torch.float16, torch.float64, torch.int32])
def test_other_numbers_go_the_plain_way(kind: torch.dtype) -> None:
    with torch.inference_mode():
        assert not fused.fuses(torch.zeros(1, 1, 2, 2, dtype=kind))
        with torch.autocast("cpu", torch.float16):
            assert not fused.fuses(torch.zeros(1, 1, 2, 2))


def test_training_is_never_fused() -> None:
    network = ActiveConv2d(4, 4, 3, padding=1)
    with torch.autocast("cpu", torch.bfloat16):
        network(torch.rand(1, 4, 8, 8)).float().sum().backward()
    assert network.weight.grad is not None
    assert float(network.weight.grad.abs().sum()) > 0


@pytest.mark.parametrize("kind", list(fused.CLOSE))
def test_an_operator_that_changed_is_not_used(monkeypatch: pytest.MonkeyPatch, kind: torch.dtype) -> None:
    monkeypatch.setattr(fused, "fused", lambda layer, x, slope=None, plus=None: layer(x))  # forgets what follows
    assert not fused._works.__wrapped__(kind)

    def gone(*_args: object, **_named: object) -> Tensor:
        raise AttributeError("no such operator")

    monkeypatch.setattr(fused, "fused", gone)
    assert not fused._works.__wrapped__(kind)


@pytest.mark.parametrize(("scale", "fold"), [(1, 1), (1, 2), (2, 1), (4, 1), (3, 2)])
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("grad", [True, False])
def test_the_last_step_is_pixel_shuffle_and_nearest_neighbour(
    scale: int, fold: int, precision: torch.dtype, grad: bool
) -> None:
    source = torch.Generator().manual_seed(0)
    detail = torch.randn(2, 3 * (scale * fold) ** 2, 5, 4, generator=source).to(precision)
    x = torch.rand(2, 3, 5 * fold, 4 * fold, generator=source).contiguous(memory_format=torch.channels_last)
    expected = F.pixel_shuffle(detail, scale * fold).float() + F.interpolate(x, scale_factor=scale, mode="nearest")
    with torch.set_grad_enabled(grad):
        for laid_out in (torch.contiguous_format, torch.channels_last):
            assert torch.equal(unfolded_sum(detail.contiguous(memory_format=laid_out), x, scale), expected)
