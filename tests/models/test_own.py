"""Every architecture of ours comes back from its file, with the contract that it states."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from enhancer.errors import WeightsRefused
from enhancer.models.store import open_model
from enhancer.networks import ARCHITECTURES
from enhancer.networks.initialise import initialise

UNET = {"widths": [4, 6, 8], "blocks": [1, 1, 1]}
# architecture, hyper-parameters → multiple_of, planes, thumbnail
SHAPES: list[tuple[str, dict[str, Any], tuple[int, int, int]]] = [
    ("generator", {"scale": 2, "channels": 8, "depth": 2}, (1, 0, 0)),
    ("generator", {"scale": 1, "channels": 8, "depth": 2, "unshuffle": 2}, (2, 0, 0)),
    ("restoration-unet", UNET, (8, 0, 0)),
    ("restoration-unet", {**UNET, "planes": 1}, (8, 1, 0)),
    ("photo", {**UNET, "scale": 2, "channels": 8, "depth": 2}, (8, 0, 0)),
    ("tone", {"luts": 3, "side": 9, "thumbnail": 64}, (1, 0, 64)),
    ("tone", UNET, (8, 0, 128)),
]


def written(folder: Path, architecture: str, shape: dict[str, Any], claimed: dict[str, Any]) -> tuple[Path, nn.Module]:
    network = ARCHITECTURES[architecture](**shape)
    initialise(network, seed=0)
    torch.manual_seed(0)
    for name in ("mix", "tail"):
        if hasattr(network, name):
            nn.init.normal_(network.get_submodule(name).get_parameter("weight"), std=0.2)
    file = folder / "own.safetensors"
    header = {"architecture": architecture, "hyperparameters": json.dumps(claimed)}
    save_file({k: t.detach().half().contiguous() for k, t in network.state_dict().items()}, file, metadata=header)
    return file, network


@pytest.mark.parametrize(("architecture", "shape", "expected"), SHAPES)
def test_a_file_states_the_contract_of_its_network(
    tmp_path: Path, architecture: str, shape: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    file, network = written(tmp_path, architecture, shape, shape)
    model = open_model(file, "own")
    assert (model.multiple_of, model.planes, model.thumbnail) == expected
    assert model.halo == network.halo
    assert model.minimum == model.multiple_of
    x = torch.rand(1, 3, 24, 32)
    with torch.no_grad():
        expected_picture = network.half().float()(x).clamp(0, 1)
    assert float((model(x) - expected_picture).abs().max()) < 1e-5
    assert model(torch.rand(1, 3, 5, 7)).shape == (1, 3, 5 * model.scale, 7 * model.scale)


@pytest.mark.parametrize(
    "claimed",
    [
        {"widths": [4, 6], "blocks": [1, 1]},
        {"widths": [4, 6, 10**9], "blocks": [1, 1, 1]},
        {"widths": [4, 6, 8], "blocks": [1, 1, 10**9]},
        {"widths": [4] * 2000, "blocks": [3] * 2000},
        {"widths": [[4], 6, 8], "blocks": [1, 1, 1]},
        {"widths": 4, "blocks": [1, 1, 1]},
    ],
)
def test_lists_that_lie_are_refused(tmp_path: Path, claimed: dict[str, Any]) -> None:
    file, _ = written(tmp_path, "restoration-unet", UNET, claimed)
    with pytest.raises(WeightsRefused, match="does not fit the network"):
        open_model(file, "own")


def test_judges_make_no_pictures(tmp_path: Path) -> None:
    for architecture in ("patch-discriminator", "unet-discriminator"):
        file, _ = written(tmp_path, architecture, {"channels": 4}, {"channels": 4})
        with pytest.raises(WeightsRefused, match="does not give out pictures"):
            open_model(file, "judge")
