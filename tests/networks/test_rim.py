"""A network without its rim gives the same inside for less work."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as any_
from torch import Tensor, nn

from enhancer.networks import PhotoNetwork, RepairUNet, RestorationUNet
from enhancer.networks.initialise import initialise
from enhancer.networks.rim import NO_RIM, Rim

SIDE = 64
RIMS = any_.builds(Rim, *(any_.integers(0, 31) for _ in range(4)))
NETWORKS = {
    "photo": PhotoNetwork(scale=2, channels=8, depth=2, widths=[8, 16], blocks=[1, 1]),
    "restore": RestorationUNet(widths=[8, 16, 16], blocks=[1, 2, 1], planes=1),
    "single": RestorationUNet(widths=[8], blocks=[1]),
    "repair": RepairUNet(widths=[8, 16, 16], blocks=[1, 1, 1]),
}
for network in NETWORKS.values():
    initialise(network, seed=1)
    network.requires_grad_(False)
    for name, parameter in network.named_parameters():
        if any(part in name for part in ("tail.weight", "second.weight")):  # strong, so that a wrong cell shows
            parameter.mul_(10)


def given_to(name: str) -> tuple[Tensor, ...]:
    dice = torch.Generator().manual_seed(0)
    x = torch.rand(1, 3, SIDE, SIDE, generator=dice)
    hole = torch.rand(1, 1, SIDE, SIDE, generator=dice).round()
    return (x, hole) if name == "repair" else (x,)


@pytest.mark.parametrize("name", NETWORKS)
@settings(max_examples=30, deadline=None)
@given(rim=RIMS)
def test_the_inside_is_what_it_was(name: str, rim: Rim) -> None:
    network, told = NETWORKS[name], given_to(name)
    trimmed = network(*told, rim=rim)
    whole = rim.times(network.scale).off(network(*told))  # type: ignore[arg-type]
    assert trimmed.shape == whole.shape
    assert (trimmed - whole).abs().max() <= 1e-5


def test_a_cell_too_few_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the comparison above would notice a part that is needed and was left out."""
    beyond, network, rim = Rim.beyond, NETWORKS["restore"], Rim(24, 24, 24, 24)
    monkeypatch.setattr(Rim, "beyond", lambda rim, needed: beyond(rim, needed - 1))
    trimmed = network(*given_to("restore"), rim=rim)
    monkeypatch.undo()
    assert (trimmed - rim.off(network(*given_to("restore")))).abs().max() > 1e-4


@pytest.mark.parametrize("name", ["photo", "restore", "repair"])
def test_a_wide_rim_saves_work(name: str) -> None:
    network, told, cells = NETWORKS[name], given_to(name), 0

    def count(layer: nn.Module, _inputs: object, output: Tensor) -> None:
        nonlocal cells
        cells += output.numel() if isinstance(layer, nn.Conv2d) else 0

    hooks = [layer.register_forward_hook(count) for layer in network.modules()]
    spent = list[int]()
    for rim in (NO_RIM, Rim(24, 24, 24, 24)):
        cells = 0
        network(*told, rim=rim)
        spent.append(cells)
    for hook in hooks:
        hook.remove()
    assert spent[1] < 0.9 * spent[0]


def test_rims_in_numbers() -> None:
    rim = Rim(1, 2, 3, 4)
    assert rim.times(2) == (2, 4, 6, 8)
    assert rim.beyond(2) == (0, 0, 1, 2)
    assert rim.less(Rim(1, 1, 1, 1)) == (0, 1, 2, 3)
    x = torch.arange(80).reshape(1, 8, 10)
    assert torch.equal(rim.off(x), x[:, 1:6, 3:6])
