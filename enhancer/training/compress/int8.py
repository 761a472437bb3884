"""Eight-bit weights and activations after training, with ranges measured on pictures that training held out."""

import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from enhancer.training.checkpoint import replace_file
from enhancer.training.compress.onnx_file import INPUT, PLANE, package
from enhancer.training.damage import DAMAGES, Sample
from enhancer.training.data import read_rgb
from enhancer.training.degradations import bicubic

SEED = 40_000  # of the damage to the pictures that ranges are measured on
SIDE = 128  # of the middle of each picture, in pixels of the input
LIKELY = 99.999  # per cent of the values that a range must hold; what is beyond is clipped


def write_int8(float_file: Path, out: Path, pictures: Sequence[Path], scale: int, damage: str) -> None:
    """Quantise the convolutions of an ONNX file to 8 bits, but for the first and the last one.

    Weights have a scale for each channel, activations one for each tensor, found by the histogram of what passes on
    `pictures` damaged as in training (Jacob et al., CVPR 2018; quantise-dequantise form). First and last convolution
    stay in float32: there every step of eight bits would be seen. Raises TrainingError without onnxruntime.
    """
    quantization: Any = package("onnxruntime.quantization")
    logging.getLogger("root").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = Path(folder) / "int8.onnx"
        quantization.quantize_static(
            str(float_file),
            str(made),
            _reader(float_file, pictures, scale, damage),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=_outermost(float_file),
            calibrate_method=quantization.CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": LIKELY},
        )
        data = made.read_bytes()
    replace_file(out, lambda partial: partial.write_bytes(data))


def _outermost(file: Path) -> list[str]:
    """The names of the first and the last convolution."""
    nodes = [node.name for node in package("onnx").load(str(file)).graph.node if node.op_type == "Conv"]
    return [nodes[0], nodes[-1]]


def _samples(pictures: Sequence[Path], scale: int, damage: str) -> Iterator[Sample]:
    """The middle of each picture, damaged."""
    make, source = DAMAGES[damage], torch.Generator().manual_seed(SEED)
    for file in pictures:
        sharp = read_rgb(file)[None] / 255.0
        side = min(SIDE * scale, *sharp.shape[-2:]) // (16 * scale) * (16 * scale)
        top, left = ((s - side) // 2 for s in sharp.shape[-2:])
        middle = sharp[..., top : top + side, left : left + side]
        yield Sample(bicubic(middle, scale), middle) if make is None else make(scale)(middle, source)


def _reader(file: Path, pictures: Sequence[Path], scale: int, damage: str) -> Any:
    """What ONNX Runtime asks for one input after another."""
    quantization: Any = package("onnxruntime.quantization")
    takes_plane = PLANE in {given.name for given in package("onnx").load(str(file)).graph.input}

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]  # the base is known when it is imported
        def __init__(self) -> None:
            self.samples = _samples(pictures, scale, damage)

        def get_next(self) -> dict[str, Any] | None:
            sample = next(self.samples, None)
            if sample is None:
                return None
            given = {INPUT: sample.small.contiguous().numpy()}
            unknown = torch.full_like(sample.small[:, :1], -1.0)
            return given | ({PLANE: unknown.contiguous().numpy()} if takes_plane else {})

    return Reader()
