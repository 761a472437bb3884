"""python -m enhancer.training average: the mean of several runs that started from one another."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from enhancer.errors import WeightsRefused
from enhancer.models.weights import read_weights, write_weights
from enhancer.training.checkpoint import replace_file
from enhancer.training.history import HEADER

OWN = (HEADER, "temperature")  # what two runs of one network may say differently of themselves


def average(files: Sequence[Path], out: Path) -> None:
    """Write the mean of each tensor over `files`, in half precision (Wortsman et al., "Model soups", ICML 2022).

    It helps where the runs lie in one valley: one went on from the other, or both from a third. Judge it on held-out
    pictures. What else the first file says of itself is kept, but for its training. Raises WeightsRefused where the
    files do not hold the same network, or one of them is no weight file.
    """
    opened = [read_weights(file) for file in files]
    first = opened[0]
    shapes = {name: tensor.shape for name, tensor in first.tensors.items()}
    for file, other in zip(files, opened, strict=True):
        networks = [{k: v for k, v in w.header.items() if k not in OWN} for w in (first, other)]
        if networks[0] != networks[1] or {n: t.shape for n, t in other.tensors.items()} != shapes:
            raise WeightsRefused(f"{file} holds another network than {files[0]}; only like can be averaged with like.")
    mean = {n: _mean([w.tensors[n] for w in opened]) for n in shapes}
    header = {k: v for k, v in first.header.items() if k != HEADER}
    out.parent.mkdir(parents=True, exist_ok=True)
    replace_file(out, lambda partial: write_weights(mean, partial, header))


def _mean(tensors: Sequence[Tensor]) -> Tensor:
    """In half precision; of counts the first."""
    return torch.stack([t.float() for t in tensors]).mean(0).half() if tensors[0].is_floating_point() else tensors[0]


def run_average(a: argparse.Namespace) -> None:
    """Average the weights of several runs of one network that started from one another."""
    average(a.weights, a.out)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`average`."""
    one = commands.add_parser("average", help=run_average.__doc__, description=run_average.__doc__)
    one.add_argument("weights", nargs="+", type=Path, help="weight files (.safetensors)")
    one.add_argument("--out", type=Path, required=True, help="file to write")
    one.set_defaults(call=run_average)
