"""Networks that name what a picture shows, from files of ours, with probabilities that mean what they say."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.errors import WeightsRefused
from enhancer.models.own import own_network
from enhancer.models.weights import Weights, check_finite, read_weights

LUMA = (0.299, 0.587, 0.114)
NAMES = "labels"  # of the header
LONGEST_NAME = 60
ANSWERS, SEVERAL = "answers", "several"  # in the header of a network to which each class is a question of its own


@dataclass(frozen=True)
class Guess:
    """One class and how probable it is, in [0, 1]."""

    name: str
    probability: float


@dataclass(frozen=True)
class Recogniser:
    """A network with the names of its classes; logits are divided by `temperature` (Guo et al., ICML 2017)."""

    network: nn.Module
    names: tuple[str, ...]
    temperature: float

    def __call__(self, pixels: Tensor, count: int = 5) -> tuple[Guess, ...]:
        """The `count` most probable classes of a picture (3, H, W) in [0, 1], the likeliest first."""
        network: Any = self.network
        with torch.inference_mode():
            found = (network(square(pixels, network.side, network.channels))[0].float() / self.temperature).softmax(0)
        best = found.topk(min(count, len(self.names)))
        pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return tuple(Guess(self.names[n], probability) for n, probability in pairs)


def square(pixels: Tensor, side: int, channels: int) -> Tensor:
    """The middle square of a picture as a small network sees it: (3, H, W) in [0, 1] → (1, channels, side, side)."""
    edge = min(pixels.shape[1:])
    top, left = ((length - edge) // 2 for length in pixels.shape[1:])
    middle = pixels[None, :, top : top + edge, left : left + edge].float()
    if channels == 1:
        middle = (middle * middle.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    if edge != side:
        middle = F.interpolate(middle, (side, side), mode="bicubic", antialias=True)
    return middle.clamp(0, 1)


def open_recogniser(file: Path) -> Recogniser:
    """The recogniser of a weight file. Raises WeightsRefused where it holds anything else or does not fit together."""
    weights = read_weights(file)
    names, temperature = told(weights, file.name)
    if weights.header.get(ANSWERS) == SEVERAL:
        raise WeightsRefused(f"{file.name} says which faults a picture has; it does not name what it shows.")
    network = own_network(weights, file.name, wanted=("classes", "side", "channels")).eval()
    if getattr(network, "classes", 0) != len(names):
        raise WeightsRefused(f"{file.name} names {len(names)} classes for another number of answers.")
    check_finite(network, file.name)
    return Recogniser(network, names, temperature)


def told(weights: Weights, name: str) -> tuple[tuple[str, ...], float]:
    """What the header says: names of the classes, temperature. Raises WeightsRefused where it does not."""
    names = class_names(weights, name)
    try:
        temperature = float(weights.header["temperature"])
    except (KeyError, ValueError) as error:
        raise WeightsRefused(_nameless(name)) from error
    if not 0.01 < temperature < 100:
        raise WeightsRefused(_nameless(name))
    return names, temperature


def class_names(weights: Weights, name: str) -> tuple[str, ...]:
    """What the header calls the classes. Raises WeightsRefused where it does not."""
    try:
        names = json.loads(weights.header[NAMES])
    except (KeyError, ValueError) as error:
        raise WeightsRefused(_nameless(name)) from error
    if not isinstance(names, list) or not all(isinstance(n, str) and 0 < len(n) <= LONGEST_NAME for n in names):
        raise WeightsRefused(_nameless(name))
    return tuple(names)


def _nameless(name: str) -> str:
    return f"{name} does not say what its classes are called."
