"""A weight file opened to be trained on, ours or of any architecture that spandrel knows, and saved as it came."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from enhancer.errors import WeightsRefused
from enhancer.models.community import described_model, recognise
from enhancer.models.contract import Model
from enhancer.models.own import is_ours, own_model
from enhancer.models.weights import SUFFIXES, check_finite, read_weights, write_weights

ONE_BY_ONE = ("DnCNN", "DRUNet")  # spandrel makes their noise map for one picture


@dataclass(frozen=True)
class Trainable:
    """`model.network` takes (B, C, H, W) float32 → (B, C, scale·H, scale·W), not clamped, with gradients.

    H and W are multiples of `model.multiple_of` and at least `model.minimum`; calling `model` itself pads and clamps,
    without gradients. `header` is what the file of one of our own networks says of it; nothing for others.
    """

    model: Model
    header: dict[str, str]

    def save(self, file: Path, network: nn.Module | None = None, precision: torch.dtype = torch.float32) -> None:
        """Write `network` (a copy of the opened one such as its average; by default that itself) as .safetensors.

        The tensors keep the names of the architecture's own network, so that the store, spandrel and its authors'
        code open the file; whole-number buffers keep their type. Nothing is written half: the file appears at the end.
        Raises WeightsRefused when a tensor holds NaN or infinity, also after rounding, ValueError for another suffix.
        """
        if file.suffix != SUFFIXES[0]:
            raise ValueError(f"weights are saved as {SUFFIXES[0]}, not as {file.name}")
        whole = network or self.model.network
        tensors = (whole.inner if isinstance(whole, _Native) else whole).state_dict()
        rounded = {k: _rounded(t, precision) for k, t in tensors.items()}
        for key, tensor in rounded.items():
            if not bool(torch.isfinite(tensor).all()):
                raise WeightsRefused(f"{file.name} is not written: its tensor {key} holds NaN or infinity.")
        partial = file.with_suffix(".partial")
        try:
            write_weights(rounded, partial, self.header)
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)


def open_for_training(file: Path) -> Trainable:
    """The network in a weight file, in training mode, in float32, every parameter trainable, every buffer kept.

    Raises WeightsRefused as the store does: for pickled code, an unknown network, tensors that do not fit
    or are spoilt.
    """
    weights = read_weights(file)
    if is_ours(weights):
        model, header = own_model(weights, file.name, file.stem), weights.header
    else:
        found = recognise(weights.tensors, file.name)
        model, header = described_model(found, _Native(found), file.stem), {}
    check_finite(model.network, file.name)
    model.network.float().train().requires_grad_(True)
    return Trainable(model, header)


class _Native(nn.Module):
    """A network of others as its authors train it: whole batches, no padding, no clamping, with gradients.

    Shape: (B, C, H, W) in [0, 1] → (B, C, scale·H, scale·W).
    """

    def __init__(self, descriptor: Any) -> None:
        super().__init__()
        self.inner: nn.Module = descriptor.model
        self._call = descriptor._call_fn  # what the descriptor does between padding and clamping
        self._together = descriptor.architecture.id not in ONE_BY_ONE

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, scale·H, scale·W)."""
        parts = [x] if self._together else list(torch.split(x, 1))
        return torch.cat([self._call(self.inner, part) for part in parts])


def _rounded(tensor: Tensor, precision: torch.dtype) -> Tensor:
    """A copy on the host that shares its memory with no other tensor, as safetensors wants it."""
    kept = tensor.detach().cpu()
    return kept.to(precision if kept.is_floating_point() else kept.dtype, copy=True).contiguous()
