"""Networks that find objects, from files of ours or from those that torchvision publishes, known by their sha256."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from enhancer.errors import WeightsRefused
from enhancer.models.fetch import digest
from enhancer.models.own import is_ours, own_network
from enhancer.models.published import PUBLISHED, Published
from enhancer.models.recogniser import class_names
from enhancer.models.weights import Weights, check_finite, first_line, read_weights

ARCHITECTURE = "faster-rcnn"
WANTED = ("classes", "backbone_name")
FAINTEST = 0.05  # of the scores that torchvision gives out
PREDICTOR = "roi_heads.box_predictor."  # what depends on the number of classes


@dataclass(frozen=True)
class Found:
    """One object: what it is called, how sure the detector is in [0, 1], and left, top, right, bottom in pixels."""

    name: str
    score: float
    box: tuple[float, float, float, float]


Looking = Callable[[Tensor], tuple[Found, ...]]  # what is in a picture (3, H, W) in [0, 1], the surest first


@dataclass(frozen=True)
class Detector:
    """A network with the names of its classes, the background not among them."""

    network: nn.Module
    names: tuple[str, ...]

    def __call__(self, pixels: Tensor, least: float = FAINTEST) -> tuple[Found, ...]:
        """What is in a picture (3, H, W) in [0, 1] with a score of `least` or more, the surest first."""
        rows = zip(*(part.tolist() for part in self.tensors(pixels)), strict=True)
        return tuple(Found(self.names[label], score, tuple(box)) for box, label, score in rows if score >= least)

    def tensors(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The same as boxes (N, 4), labels (N,) that are places in `names`, and scores (N,), on the host."""
        device = next(self.network.parameters()).device
        with torch.inference_mode():
            (found,) = self.network([pixels.float().to(device)])
        return found["boxes"].float().cpu(), found["labels"].cpu() - 1, found["scores"].float().cpu()


def open_detector(file: Path) -> Detector:
    """The detector of a weight file. Raises WeightsRefused where it holds anything else or does not fit together.

    A file of ours says in its header what it is; any other must be one of `PUBLISHED`, byte for byte. No code of a
    file runs: what is not safetensors is opened by PyTorch's unpickler that knows tensors only.
    """
    weights = read_weights(file)
    if is_ours(weights):
        names, network = class_names(weights, file.name), own_network(weights, file.name, WANTED)
    else:
        known = published_as(file)
        names, network = known.names, _published_network(weights, known)
    counted: Any = network
    if counted.classes != len(names):
        raise WeightsRefused(f"{file.name} names {len(names)} classes for another number of answers.")
    check_finite(network, file.name)
    return Detector(network.eval().requires_grad_(False), names)


def published_as(file: Path, known: Sequence[Published] = PUBLISHED) -> Published:
    """Which published file this is. Raises WeightsRefused where it is none of them."""
    found = digest(file)
    entry = next((one for one in known if one.sha256 == found), None)
    if entry is None:
        raise WeightsRefused(
            f"{file.name} is neither a detector that was trained here nor one of the files that torchvision publishes "
            f"and that are known here by their sha256: {', '.join(one.file for one in known)}."
        )
    return entry


def start_from(network: nn.Module, file: Path) -> None:
    """Copy the weights of a detector; its last layer stays behind where it knew another number of classes.

    Raises WeightsRefused for a file that is none, holds NaN, or has another backbone.
    """
    present: Any = network
    opened: Any = open_detector(file).network
    if present.backbone_name != opened.backbone_name:
        raise WeightsRefused(f"{file.name} has the backbone {opened.backbone_name}, not {present.backbone_name}.")
    weights: dict[str, Tensor] = opened.state_dict()
    if opened.classes != present.classes:
        weights = {name: tensor for name, tensor in weights.items() if not name.startswith(PREDICTOR)}
        weights |= {name: t for name, t in network.state_dict().items() if name.startswith(PREDICTOR)}
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise WeightsRefused(f"{file.name} does not fit this network: {first_line(error)}") from error


def _published_network(weights: Weights, known: Published) -> nn.Module:
    header = {"architecture": ARCHITECTURE, "hyperparameters": json.dumps(dict(known.hyperparameters))}
    counts = {  # torchvision publishes frozen normalisation, which does not count its batches
        name.removesuffix("running_var") + "num_batches_tracked": torch.zeros(())
        for name in weights.tensors
        if name.endswith("running_var")
    }
    return own_network(Weights(counts | weights.tensors, header), known.file, WANTED)
