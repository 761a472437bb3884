"""A network as an ONNX file that any runtime opens, checked against PyTorch before it is kept."""

import io
import json
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from enhancer.errors import TrainingError
from enhancer.models.contract import Model
from enhancer.training.checkpoint import replace_file

OPSET = 17  # of 2022: every runtime of today reads it
CLOSE = 2e-4  # largest difference to PyTorch's float32; a grey level is 4e-3
SIDE = 64
NEEDED = "This needs the packages onnx and onnxruntime: pip install onnx onnxruntime."
INPUT, PLANE, OUTPUT = "x", "plane", "y"


def package(name: str) -> Any:
    """A package that only this room needs. Raises TrainingError where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise TrainingError(NEEDED) from error


def write_onnx(model: Model, out: Path) -> None:
    """Write `model` in float32: input "x" (1, 3, H, W) in [0, 1] → output "y" (1, 3, scale·H, scale·W), not clamped.

    Any H and W that are multiples of `multiple_of`, which stands in the file's metadata beside id, scale and halo; the
    extra map of networks that take one is an input "plane" (1, 1, H, W), negative where it is not known.
    Raises TrainingError without the packages, as `check_one_graph` does, and where the file does not give what PyTorch
    gives.
    """
    check_one_graph(model)
    package("onnx")
    data = _exported(model)
    _check(data, model)
    replace_file(out, lambda partial: partial.write_bytes(_told(data, model)))


def check_one_graph(model: Model) -> None:
    """Raises TrainingError, with the reason, where one graph from picture to picture is not all that a model does."""
    if model.thumbnail:
        raise TrainingError(
            f"{model.id} glances at the whole picture before it draws any part of it, which takes two ONNX graphs; "
            "only one is written here."
        )
    if model.state:
        raise TrainingError(
            f"{model.id} remembers from frame to frame, and what it remembers is moved along with the picture outside "
            "of the network; one ONNX graph would lack that."
        )
    if model.fills:
        raise TrainingError(
            f"{model.id} begins with a first guess at what is missing, made outside of the network in as many steps as "
            "the size of the picture asks for; one ONNX graph would lack that."
        )


def session(file: "Path | bytes", threads: int | None = None) -> Any:
    """ONNX Runtime on this processor. Raises TrainingError without it."""
    runtime = package("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or torch.get_num_threads()
    source = str(file) if isinstance(file, Path) else file
    return runtime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


class OnnxNetwork(nn.Module):
    """An ONNX file as a network, for the engine and its protocols.

    Shape: (B, 3, H, W), and perhaps (B, 1, H, W) → (B, 3, scale·H, scale·W), float32.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.session = session(file)
        self.takes_plane = PLANE in {given.name for given in self.session.get_inputs()}

    def forward(self, x: Tensor, plane: Tensor | None = None) -> Tensor:
        """Picture after picture."""
        known = torch.full_like(x[:, :1], -1.0) if plane is None else plane
        return torch.cat([self._one(x[n : n + 1], known[n : n + 1]) for n in range(len(x))])

    def _one(self, x: Tensor, plane: Tensor) -> Tensor:
        given = {INPUT: x.contiguous().numpy()} | ({PLANE: plane.contiguous().numpy()} if self.takes_plane else {})
        return torch.from_numpy(self.session.run(None, given)[0])


def _inputs(model: Model) -> dict[str, Tensor]:
    side = -(-SIDE // model.multiple_of) * model.multiple_of
    source = torch.Generator().manual_seed(0)
    x = torch.rand(1, model.channels, side, side + model.multiple_of, generator=source)
    return {INPUT: x} | ({PLANE: torch.full_like(x[:, :1], 0.1)} if model.planes else {})


def _exported(model: Model) -> bytes:
    given, stream = _inputs(model), io.BytesIO()
    free = {2: "height", 3: "width"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the older exporter, the one that needs no further package
        torch.onnx.export(
            model.network.float().cpu().eval(),
            tuple(given.values()),
            stream,  # type: ignore[arg-type]  # the older exporter writes to streams
            dynamo=False,
            opset_version=OPSET,
            input_names=list(given),
            output_names=[OUTPUT],
            dynamic_axes=dict.fromkeys([*given, OUTPUT], free),
        )
    return stream.getvalue()


def _check(data: bytes, model: Model) -> None:
    given = _inputs(model)
    with torch.inference_mode():
        wanted = model.network(*given.values())
    found = session(data).run(None, {name: x.numpy() for name, x in given.items()})[0]
    worst = float(np.abs(found - wanted.numpy()).max())
    if not worst <= CLOSE:
        raise TrainingError(f"The ONNX file of {model.id} differs from PyTorch by {worst:.1e}, more than {CLOSE:.0e}.")


def _told(data: bytes, model: Model) -> bytes:
    """The file with what a caller must know about it."""
    onnx = package("onnx")
    graph = onnx.load_from_string(data)
    facts = {"id": model.id, "scale": model.scale, "halo": model.halo, "multiple_of": model.multiple_of}
    onnx.helper.set_model_props(graph, {k: json.dumps(v) if not isinstance(v, str) else v for k, v in facts.items()})
    return bytes(graph.SerializeToString())
