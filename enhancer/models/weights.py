"""Tensors out of a weight file, and nothing else: no file is ever allowed to run code when it is opened."""

import json
import logging
import pickle
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from enhancer.errors import WeightsRefused

log = logging.getLogger(__name__)
SUFFIXES = (".safetensors", ".pth", ".pt")
HEAD = 512  # bytes that tell a web page or a pointer from weights
LENGTH = 8  # bytes of a safetensors file that hold the length of its header
POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class Weights:
    """`tensors` as the file holds them, perhaps nested; `header` the text beside them (safetensors only)."""

    tensors: dict[str, Any]
    header: dict[str, str]


def read_weights(file: Path) -> Weights:
    """Open a .safetensors file, or a .pth or .pt one with PyTorch's unpickler that knows tensors only.

    Raises WeightsRefused, saying why, for anything else: pickled objects, TorchScript, damaged files, web pages.
    """
    _check_outside(file)
    if file.suffix.lower() == ".safetensors":
        return _read_safetensors(file)
    return Weights(_read_pickle(file), {})


def write_weights(tensors: dict[str, Tensor], file: Path, header: Mapping[str, str]) -> None:
    """Write a .safetensors file whose bytes hang on its content alone: the library itself shuffles the header."""
    from safetensors.torch import save

    data = save(tensors, metadata=dict(header) or None)
    body = LENGTH + int.from_bytes(data[:LENGTH], "little")
    told = json.loads(data[LENGTH:body])
    if header:
        told["__metadata__"] = dict(sorted(header.items()))
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode().ljust(body - LENGTH)
    with file.open("wb") as stream:
        stream.writelines((len(text).to_bytes(LENGTH, "little"), text, memoryview(data)[body:]))


def check_finite(network: nn.Module, name: str) -> None:
    """Raise WeightsRefused when a tensor of the network holds NaN or infinity."""
    for key, tensor in network.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise WeightsRefused(f"{name} is spoilt: its tensor {key} holds NaN or infinity. Use another file.")


def _check_outside(file: Path) -> None:
    if file.suffix.lower() not in SUFFIXES:
        raise WeightsRefused(f"{file.name} is no weight file; files that can be opened end in {', '.join(SUFFIXES)}.")
    with file.open("rb") as stream:
        head = stream.read(HEAD)
    if head.startswith(POINTER):
        raise WeightsRefused(f"{file.name} is only a Git LFS pointer; fetch the file itself with `git lfs pull`.")
    if head.lstrip().startswith(b"<"):
        raise WeightsRefused(f"{file.name} is a web page saved under the name of weights; download the file itself.")
    if not head:
        raise WeightsRefused(f"{file.name} is empty; download it again.")


def _read_safetensors(file: Path) -> Weights:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="pt") as stream:
            return Weights({key: stream.get_tensor(key) for key in stream.keys()}, stream.metadata() or {})  # noqa: SIM118
    except SafetensorError as error:
        raise WeightsRefused(f"{file.name} is damaged, cut short or no safetensors file ({error}).") from error


def _read_pickle(file: Path) -> dict[str, Any]:
    _check_archive(file)
    try:
        found = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsRefused(_explained(file, str(error))) from error
    except Exception as error:  # a damaged file fails in many ways, all of which mean the same to people
        log.info("%s cannot be opened", file, exc_info=True)
        raise WeightsRefused(f"{file.name} is damaged, cut short or no PyTorch file; download it again.") from error
    if not isinstance(found, dict):
        raise WeightsRefused(f"{file.name} holds a {type(found).__name__}, not the named tensors of a network.")
    return found


def _check_archive(file: Path) -> None:
    """TorchScript is a program: opening it would run what its author wrote."""
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        if any(name.endswith("/constants.pkl") or "/code/" in name for name in archive.namelist()):
            raise WeightsRefused(
                f"{file.name} is a TorchScript program, which could do anything when opened; "
                "use plain weights, best as .safetensors."
            )


def _explained(file: Path, message: str) -> str:
    culprit = re.search(r"GLOBAL ([\w.]+)", message)
    if culprit is None:
        return f"{file.name} is damaged, or holds more than plain tensors; download it again, best as .safetensors."
    return (
        f"{file.name} holds pickled Python objects ({culprit[1]}), which could run code when opened; "
        "only plain tensors are opened, best as .safetensors."
    )


def first_line(error: Exception) -> str:
    """The beginning of a message, as the end of a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " ".join(lines[:2]) or type(error).__name__
    return f"{text[:200].rstrip('.')}."
