"""Planes, glances and far-sighted networks: tiled equals untiled for them too."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from enhancer.engine import Engine
from enhancer.models.contract import Model
from enhancer.networks import RestorationUNet, ToneNetwork
from enhancer.networks.initialise import initialise
from enhancer.progress import Progress
from enhancer.settings import Settings
from tests.engine.test_tiling import Shelf, engine

SIZES = [(1, 1), (1, 97), (9, 200), (97, 104), (33, 31)]


def unet(planes: int = 0) -> Model:
    """Random weights, strong enough for a wrong pixel to show."""
    network = RestorationUNet(widths=(6, 8, 10), blocks=(1, 1, 1), planes=planes)
    torch.manual_seed(4)
    initialise(network, seed=1)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.mul_(5 if name.endswith(("second.weight", "tail.weight")) else 1)
    multiple = network.multiple_of
    return Model("probe", network.eval(), 1, multiple_of=multiple, minimum=multiple, halo=network.halo, planes=planes)


def tone(**shape: Any) -> Model:
    """A network that changes its input by much, and differently for each picture."""
    network = ToneNetwork(**shape)
    initialise(network, seed=1)
    torch.manual_seed(4)
    nn.init.normal_(network.mix.weight, std=0.5)
    multiple = network.multiple_of
    if network.refine:
        nn.init.normal_(network.refine.tail.weight, std=0.05)
    return Model(
        "probe",
        network.eval(),
        1,
        multiple_of=multiple,
        minimum=multiple,
        halo=network.halo,
        thumbnail=network.thumbnail,
    )


def run(model: Model, tile: int, size: tuple[int, int], precision: str = "float32", plane: bool = False) -> Tensor:
    """A noisy slope, of which no two tiles are alike; its plane is another."""
    source = torch.Generator().manual_seed(0)
    slope = torch.linspace(0, 0.7, size[0])[:, None] * torch.linspace(0.2, 1, size[1])
    pixels = slope + 0.3 * torch.rand(3, *size, generator=source)
    strength = 0.3 * torch.rand(1, *size, generator=source) if plane else None
    return engine(model, precision, tile).run(model, pixels, Progress(), strength)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("model", "plane"),
    [
        (unet(), False),
        (unet(1), False),
        (unet(1), True),
        (tone(), False),
        (tone(widths=[6, 8], blocks=[1, 1]), False),
    ],
)
def test_tiled_equals_untiled_in_float32(model: Model, plane: bool, size: tuple[int, int]) -> None:
    tiled, whole = (run(model, tile, size, plane=plane) for tile in (16, 4096))
    assert tiled.shape == (3, *size)
    assert float((tiled - whole).abs().max()) <= 1e-5


def test_the_usual_unet_tiles_without_seams() -> None:
    """Three tiles in the length, each with its whole receptive field."""
    network = RestorationUNet()
    initialise(network, seed=1)
    nn.init.normal_(network.tail.weight, std=0.2)
    model = Model("probe", network.eval(), 1, multiple_of=8, minimum=8, halo=network.halo)
    tiled, whole = (run(model, tile, (24, 640)) for tile in (256, 4096))
    assert engine(model, "float32", 256).tiles(model, 24, 640) == 3
    assert float((tiled - whole).abs().max()) <= 2e-5


@pytest.mark.parametrize("model", [unet(1), tone()])
def test_tiled_is_within_one_level_in_bfloat16(model: Model) -> None:
    tiled, whole = (run(model, tile, (97, 104), "bfloat16", plane=bool(model.planes)) for tile in (16, 4096))
    assert float((tiled - whole).abs().max()) <= 1 / 255


def test_a_smaller_halo_shows() -> None:
    """The negative control of the comparisons above."""
    blind = replace(unet(), halo=16)
    tiled, whole = (run(blind, tile, (97, 204)) for tile in (16, 4096))
    assert float((tiled - whole).abs().max()) > 1e-3


def test_without_the_glance_tiles_differ() -> None:
    model = tone()
    tiled, whole = (run(replace(model, thumbnail=0), tile, (97, 104)) for tile in (16, 4096))
    assert float((tiled - whole).abs().max()) > 1e-2


def test_one_glance_is_taken_at_the_whole_picture() -> None:
    model, seen = tone(thumbnail=32), []
    assert isinstance(model.network, ToneNetwork)
    handle = model.network.see[0].register_forward_hook(lambda _m, inputs, _y: seen.append(inputs[0].shape))
    hall = engine(model, "float32", 16)
    hall._needs[model.network] = 1
    assert hall.tiles(model, 60, 90) > 10
    hall.run(model, torch.rand(3, 60, 90), Progress())
    handle.remove()
    assert seen == [(1, 6, 32, 32)]


def test_the_plane_reaches_every_tile() -> None:
    assert float((run(unet(1), 16, (40, 50), plane=True) - run(unet(1), 16, (40, 50))).abs().mean()) > 1e-3


def test_grey_networks_get_the_plane_for_each_colour() -> None:
    class Fade(nn.Module):
        def forward(self, x: Tensor, plane: Tensor) -> Tensor:
            return x * plane

    model = Model("grey", Fade(), 1, channels=1, halo=0, planes=1)
    hall = Engine(Shelf(model), Settings(device="cpu", precision="float32"))
    hall._needs[model.network] = 1
    pixels, plane = torch.rand(3, 40, 50), torch.rand(1, 40, 50)
    assert torch.allclose(hall.run(model, pixels, Progress(), plane), pixels * plane)


def test_a_plane_of_another_size_or_for_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match=r"plane of \(1, 5, 5\) does not cover"):
        engine(unet(1), "float32", 32).run(unet(1), torch.rand(3, 5, 6), Progress(), torch.rand(1, 5, 5))
    with pytest.raises(ValueError, match="probe takes no plane"):
        engine(unet(), "float32", 32).run(unet(), torch.rand(3, 5, 5), Progress(), torch.rand(1, 5, 5))


def test_far_sighted_networks_get_larger_cores() -> None:
    model = replace(unet(), halo=128)
    hall = Engine(Shelf(model), Settings(device="cpu", precision="float32"))
    hall._needs[model.network] = 1
    assert hall.tiles(model, 640, 640) == 1
    assert hall.tiles(replace(model, halo=14), 640, 640) == 4
