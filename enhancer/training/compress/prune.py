"""Fewer channels: those that matter least are taken out of a plain generator, which is then trained on."""

import argparse
import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from enhancer.errors import WeightsRefused
from enhancer.models.own import own_network
from enhancer.models.weights import read_weights
from enhancer.networks import Generator
from enhancer.training.checkpoint import export


def prune(file: Path, channels: int, out: Path) -> None:
    """Write the generator of `file` with `channels` channels in every layer, to go on with `train finetune --start`.

    A channel counts by the norm of what makes it times the norm of what uses it (after Li et al., "Pruning Filters for
    Efficient ConvNets", ICLR 2017, which has the first alone). Raises WeightsRefused for another network than a plain
    generator, and for more channels than it has.
    """
    weights = read_weights(file)
    found = json.loads(weights.header.get("hyperparameters", "{}"))
    if weights.header.get("architecture") != "generator" or found.get("blocks"):
        raise WeightsRefused(f"{file.name} is not a generator of plain convolutions, and only those can be pruned.")
    if not 1 <= channels < found["channels"]:
        raise WeightsRefused(f"{file.name} has {found['channels']} channels; give fewer, and at least 1.")
    tensors = own_network(weights, file.name).state_dict()  # in the order of the layers, which a file does not keep
    shape = found | {"channels": channels}
    network = Generator(**shape)
    network.load_state_dict(pruned(tensors, channels))
    export(network, "generator", shape, out)


def pruned(tensors: Mapping[str, Tensor], channels: int) -> dict[str, Tensor]:
    """Only the `channels` best channels behind each convolution but the last, in their old order."""
    layers = [name.removesuffix(".weight") for name in tensors if name.endswith(".weight")]
    kept = dict(tensors)
    for layer, following in pairwise(layers):
        made, used = kept[f"{layer}.weight"], kept[f"{following}.weight"]
        worth = made.flatten(1).norm(dim=1) * used.transpose(0, 1).flatten(1).norm(dim=1)
        best = torch.topk(worth, channels).indices.sort().values
        kept[f"{layer}.weight"], kept[f"{layer}.bias"] = made[best], kept[f"{layer}.bias"][best]
        kept[f"{following}.weight"] = used[:, best]
    return kept


def run_prune(a: argparse.Namespace) -> None:
    """Take the least important channels out of a plain generator; train it on afterwards with finetune."""
    prune(a.weights, a.channels, a.out)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `prune` to the command line of this room."""
    parser = commands.add_parser("prune", help=run_prune.__doc__, description=run_prune.__doc__)
    parser.add_argument("weights", type=Path, help="a .safetensors file with a plain generator, such as x2-fast")
    parser.add_argument("--channels", type=int, required=True, help="channels that every layer keeps")
    parser.add_argument("--out", type=Path, required=True, help="the .safetensors file to write")
    parser.set_defaults(call=run_prune)
