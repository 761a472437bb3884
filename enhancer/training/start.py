"""Weights to start from: those of the same network, or of a relative with another scale."""

from pathlib import Path

import torch
from torch import Tensor, nn

from enhancer.errors import WeightsRefused
from enhancer.models.weights import read_weights
from enhancer.networks import Generator

TAIL = ("tail.weight", "tail.bias")


def warm_start(network: nn.Module, file: Path) -> None:
    """Copy the weights of `file`; a generator's tail for another scale is spread over the new sub-pixels.

    Each new sub-pixel gets the kernel of the old one that covered its place.
    Raises WeightsRefused when the file is no weight file, holds NaN, or does not fit the network.
    """
    weights: dict[str, Tensor] = read_weights(file).tensors
    spoilt = [name for name, value in weights.items() if not bool(torch.isfinite(value).all())]
    if spoilt:
        raise WeightsRefused(f"{file.name} is spoilt: its tensor {spoilt[0]} holds NaN or infinity. Use another file.")
    if isinstance(network, Generator) and set(TAIL) <= set(weights):
        weights |= {name: _respread(weights[name].float(), len(network.tail.weight)) for name in TAIL}
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise WeightsRefused(f"{file.name} does not fit the network of this recipe ({error}).") from error


def _respread(tail: Tensor, channels: int) -> Tensor:
    """Rows of a tail, 3·s² of them, for another s: shape (3·s², ...) → (channels, ...)."""
    old, new = (round((n / 3) ** 0.5) for n in (len(tail), channels))
    grid = tail.reshape(3, old, old, *tail.shape[1:])
    place = torch.arange(new) * old // new
    return grid[:, place][:, :, place].reshape(channels, *tail.shape[1:])
