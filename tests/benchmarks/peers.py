"""The same weights run by others: plain PyTorch, ONNX Runtime, OpenVINO, ncnn; and Pillow below all.

Every maker takes a network and gives a function from (1, 3, H, W) float32 to the enlarged picture as an array.
"""

import io
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from enhancer.networks import Generator
from enhancer.networks.block import unfolded_sum
from enhancer.networks.winograd import net_of
from enhancer.networks.winograd import run as drawn

TILE, PAD = 256, 10  # as the runner of Real-ESRGAN is used on machines without much memory
Runner = Callable[[Tensor], Any]


def whole(network: nn.Module, scale: int) -> Runner:
    """Plain PyTorch in float32 on the whole picture."""

    def run(x: Tensor) -> Tensor:
        with torch.no_grad():
            return network(x.contiguous())  # type: ignore[no-any-return]

    return run


def tile_loop(network: nn.Module, scale: int) -> Runner:
    """Plain PyTorch in float32, tile by tile with ten pixels around each, into an output of the whole size."""

    def run(x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        out = x.new_zeros(1, 3, scale * height, scale * width)
        with torch.no_grad():
            for top in range(0, height, TILE):
                for left in range(0, width, TILE):
                    bottom, right = min(top + TILE, height), min(left + TILE, width)
                    up, before = max(top - PAD, 0), max(left - PAD, 0)
                    y = network(x[..., up : bottom + PAD, before : right + PAD].contiguous())
                    rows = slice(scale * (top - up), scale * (bottom - up))
                    columns = slice(scale * (left - before), scale * (right - before))
                    out[..., scale * top : scale * bottom, scale * left : scale * right] = y[..., rows, columns]
        return out

    return run


def onnx_runtime(network: nn.Module, scale: int) -> Runner:
    """ONNX Runtime in float32. Raises ImportError without it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(_onnx(network), options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {"x": x.numpy()})[0]


def openvino(network: nn.Module, scale: int, precision: str = "f32") -> Runner:
    """OpenVINO in float32 ("f32") or bfloat16 ("bf16"). Raises ImportError without it."""
    import openvino

    core, opened = openvino.Core(), dict[tuple[int, ...], Any]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = core.read_model(_onnx(network))
    hints = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": torch.get_num_threads()}

    def run(x: Tensor) -> np.ndarray:
        if tuple(x.shape) not in opened:
            graph.reshape(list(x.shape))
            opened[tuple(x.shape)] = core.compile_model(graph, "CPU", hints).create_infer_request()
        request = opened[tuple(x.shape)]
        request.infer([x.numpy()])
        return request.get_output_tensor(0).data  # type: ignore[no-any-return]

    return run


def ncnn(network: nn.Module, scale: int) -> Runner:
    """ncnn in float32, which multiplies by minimal filtering; the pixels are shuffled by PyTorch.

    Raises ImportError without it, TypeError for a network that is not told to it.
    """
    if not isinstance(network, Generator):
        raise TypeError(f"only a Generator can be told to ncnn, not a {type(network).__name__}")
    net = net_of(network.steps, torch.get_num_threads())

    def run(x: Tensor) -> Tensor:
        with torch.no_grad():
            return unfolded_sum(drawn(net, x - 0.5), x, scale)

    return run


def pillow(network: nn.Module, scale: int) -> Runner:
    """Lanczos resampling by Pillow: the floor."""

    def run(x: Tensor) -> np.ndarray:
        image = Image.fromarray((x[0].permute(1, 2, 0) * 255).round().byte().numpy())
        size = (scale * image.width, scale * image.height)
        return np.asarray(image.resize(size, Image.Resampling.LANCZOS)).transpose(2, 0, 1)[None] / np.float32(255)

    return run


def _onnx(network: nn.Module) -> bytes:
    stream = io.BytesIO()
    axes = {"x": {2: "h", 3: "w"}, "y": {2: "h", 3: "w"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.rand(1, 3, 64, 64),),
            stream,  # type: ignore[arg-type]  # the old exporter, which wants no further package, writes to streams
            dynamo=False,
            opset_version=17,
            input_names=["x"],
            output_names=["y"],
            dynamic_axes=axes,
        )
    return stream.getvalue()


PEERS: dict[str, Callable[[nn.Module, int], Runner]] = {
    "PyTorch float32, whole picture": whole,
    "PyTorch float32, tile loop": tile_loop,
    "ONNX Runtime float32": onnx_runtime,
    "OpenVINO float32": openvino,
    "OpenVINO bfloat16": lambda network, scale: openvino(network, scale, "bf16"),
    "ncnn float32": ncnn,
    "Pillow Lanczos": pillow,
}
