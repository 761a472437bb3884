"""An ONNX file does what PyTorch does, at any size, and says what a caller must know."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from enhancer.errors import TrainingError
from enhancer.models.contract import Model
from enhancer.networks import Generator, RestorationUNet, ToneNetwork
from enhancer.networks.initialise import initialise
from enhancer.training.compress import onnx_file
from enhancer.training.compress.command import _opened
from enhancer.training.compress.int8 import write_int8
from enhancer.training.compress.onnx_file import OnnxNetwork, package, write_onnx
from tests.training.tiny import make_tiles

pytest.importorskip("onnx", reason="the package onnx is not installed")
pytest.importorskip("onnxruntime", reason="the package onnxruntime is not installed")


def generator(scale: int = 2) -> Model:
    network = Generator(scale=scale, channels=16, depth=3).eval()
    initialise(network, 0)
    torch.nn.init.normal_(network.tail.weight, std=0.02)
    return Model("tiny", network, scale=scale, halo=network.halo)


def unet() -> Model:
    network = RestorationUNet(widths=[8, 8], blocks=[1, 1], planes=1).eval()
    initialise(network, 0)
    return Model("mends", network, scale=1, multiple_of=network.multiple_of, halo=network.halo, planes=1)


@pytest.mark.parametrize("model", [generator(2), generator(3), unet()], ids=lambda m: f"{m.id} x{m.scale}")
def test_any_size_gives_what_pytorch_gives(model: Model, tmp_path: Path) -> None:
    write_onnx(model, tmp_path / "m.onnx")
    network = OnnxNetwork(tmp_path / "m.onnx")
    for size in ((16, 24), (40, 8)):
        x = torch.rand(2, 3, *size)
        with torch.no_grad():
            torch.testing.assert_close(network(x), model.network(x), atol=1e-5, rtol=0)
    if model.planes:
        plane = torch.full((1, 1, 16, 24), 0.2)
        with torch.no_grad():
            wanted = model.network(torch.ones(1, 3, 16, 24) / 3, plane)
        torch.testing.assert_close(network(torch.ones(1, 3, 16, 24) / 3, plane), wanted, atol=1e-5, rtol=0)


def test_it_stands_for_a_network_that_trims_at_sizes_that_need_padding(tmp_path: Path) -> None:
    model = replace(unet(), trims=True)
    write_onnx(model, tmp_path / "m.onnx")
    x = torch.rand(1, 3, 21, 19)
    torch.testing.assert_close(_opened(model, tmp_path / "m.onnx")(x), model(x), atol=1e-5, rtol=0)


def test_the_file_says_what_a_caller_must_know(tmp_path: Path) -> None:
    write_onnx(unet(), tmp_path / "m.onnx")
    facts = {p.key: p.value for p in package("onnx").load(str(tmp_path / "m.onnx")).metadata_props}
    assert facts == {"id": "mends", "scale": "1", "halo": str(unet().halo), "multiple_of": "4"}


def test_eight_bits_are_smaller_and_nearly_as_good(tmp_path: Path) -> None:
    tiles = sorted(make_tiles(tmp_path / "tiles").iterdir())
    model = generator()
    write_onnx(model, tmp_path / "m.onnx")
    write_int8(tmp_path / "m.onnx", tmp_path / "m8.onnx", tiles[:4], 2, "bicubic")
    kinds = {node.op_type for node in package("onnx").load(str(tmp_path / "m8.onnx")).graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= kinds
    x = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        error = (OnnxNetwork(tmp_path / "m8.onnx")(x) - model.network(x)).abs()
    assert 0 < error.mean().item() < 0.01


def test_a_file_that_differs_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_file, "CLOSE", -1.0)
    with pytest.raises(TrainingError, match="differs from PyTorch"):
        write_onnx(generator(), tmp_path / "m.onnx")
    assert not (tmp_path / "m.onnx").exists()


def test_what_cannot_be_exported_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tone = Model("tone", ToneNetwork(widths=[8, 8], blocks=[1, 1]), scale=1, thumbnail=64)
    with pytest.raises(TrainingError, match="glances at the whole picture"):
        write_onnx(tone, tmp_path / "m.onnx")
    with pytest.raises(TrainingError, match="remembers from frame to frame"):
        write_onnx(replace(unet(), state=1), tmp_path / "m.onnx")
    with pytest.raises(TrainingError, match="begins with a first guess"):
        write_onnx(replace(unet(), fills=True), tmp_path / "m.onnx")
    with pytest.raises(TrainingError, match="pip install onnx"):
        package("a_package_that_nobody_has")
