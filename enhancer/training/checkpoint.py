"""A training state on disk, replaced atomically, and the small weight file that leaves it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from enhancer.networks import Generator


@dataclass
class State:
    """Everything a run needs to go on as if it had never stopped."""

    network: nn.Module
    average: nn.Module
    optimisers: list[torch.optim.Optimizer]
    source: torch.Generator
    step: int = 0
    seconds: float = 0.0

    def save(self, file: Path) -> None:
        """Write beside `file`, flush to the disk, then replace it in one move."""
        content = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers],
            "source": self.source.get_state(),
            "step": self.step,
            "seconds": self.seconds,
        }
        partial = file.with_suffix(".partial")
        with partial.open("wb") as stream:
            torch.save(content, stream)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)

    def load(self, file: Path) -> None:
        """Take everything up again from `file`."""
        content: dict[str, Any] = torch.load(file, weights_only=True)
        self.network.load_state_dict(content["network"])
        self.average.load_state_dict(content["average"])
        for optimiser, state in zip(self.optimisers, content["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        self.source.set_state(content["source"])
        self.step, self.seconds = content["step"], content["seconds"]


def warm_start(network: Generator, file: Path) -> None:
    """Copy the weights of `file`; a tail for another scale gives each new sub-pixel the one that covered its place.

    Raises KeyError or RuntimeError when head and body do not fit.
    """
    weights = load_file(file)
    for name in ("tail.weight", "tail.bias"):
        weights[name] = _respread(weights[name].float(), len(network.tail.weight))
    network.load_state_dict(weights)


def _respread(tail: Tensor, channels: int) -> Tensor:
    """Rows of a tail, 3·s² of them, for another s: shape (3·s², ...) → (channels, ...)."""
    old, new = (round((n / 3) ** 0.5) for n in (len(tail), channels))
    grid = tail.reshape(3, old, old, *tail.shape[1:])
    place = torch.arange(new) * old // new
    return grid[:, place][:, :, place].reshape(channels, *tail.shape[1:])


def export(network: nn.Module, architecture: str, hyperparameters: dict[str, Any], file: Path) -> None:
    """Write half-precision weights whose header says which network they belong to."""
    weights = {k: v.detach().half().contiguous() for k, v in network.state_dict().items()}
    header = {"architecture": architecture, "hyperparameters": json.dumps(hyperparameters, sort_keys=True)}
    save_file(weights, file, metadata=header)
