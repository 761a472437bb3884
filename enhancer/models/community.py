"""Checkpoints of others: spandrel, which only this file knows, recognises the network from its tensors."""

import logging
import math
from typing import Any

import torch
from torch import nn

from enhancer.errors import WeightsRefused
from enhancer.models.contract import BOTH, Model
from enhancer.models.halo import estimate_halo, window_grid
from enhancer.models.weights import first_line

log = logging.getLogger(__name__)
WHOLE, FILLING = ("SR", "Restoration"), "Inpainting"  # as spandrel names them


def recognise(tensors: dict[str, Any], name: str, purposes: tuple[str, ...] = WHOLE) -> Any:
    """The spandrel descriptor of a network that turns pictures into pictures, for these purposes.

    Raises WeightsRefused.
    """
    from spandrel import ModelLoader, UnsupportedModelError

    try:
        found = ModelLoader("cpu").load_from_state_dict(tensors)
    except UnsupportedModelError as error:
        raise WeightsRefused(f"{name} holds a network of a kind that is not known here.") from error
    except Exception as error:  # foreign tensors make its 42 architectures fail in as many ways
        log.info("%s cannot be built", name, exc_info=True)
        raise WeightsRefused(f"{name} resembles a known network, but does not fit it: {first_line(error)}") from error
    if found.purpose not in purposes:
        raise WeightsRefused(f"{name} is made for {found.purpose}, not for whole pictures alone.")
    if found.input_channels != found.output_channels or found.input_channels not in (1, 3):
        raise WeightsRefused(
            f"{name} turns {found.input_channels} channels into {found.output_channels}, not 3 into 3."
        )
    return found


def community_model(tensors: dict[str, Any], name: str, model_id: str) -> Model:
    """The model of a checkpoint of others. Raises WeightsRefused."""
    found = recognise(tensors, name, (*WHOLE, FILLING))
    return described_model(found, _Described(found), model_id)


def described_model(found: Any, network: nn.Module, model_id: str) -> Model:
    """The contract of a descriptor's network, whatever module runs it."""
    needs = found.size_requirements
    multiple_of = math.lcm(needs.multiple_of, window_grid(found.architecture.id, found.model))
    return Model(
        id=model_id,
        network=network,
        scale=found.scale,
        channels=found.input_channels,
        multiple_of=multiple_of,
        minimum=max(1, needs.minimum),
        halo=estimate_halo(found.model, multiple_of),
        precisions=BOTH if found.supports_bfloat16 else (torch.float32,),
        planes=int(found.purpose == FILLING),
        fills=found.purpose == FILLING,
    )


class _Described(nn.Module):
    """A spandrel descriptor as a module: its call adds noise maps, picks outputs and squares where a network needs it.

    Shape: (B, C, H, W) in [0, 1] → (B, C, scale·H, scale·W); a descriptor takes one picture at a time. Networks that
    fill holes take their plane (B, 1, H, W), too, 1 where something is missing.
    """

    def __init__(self, descriptor: Any) -> None:
        super().__init__()
        self.inner = descriptor.model
        self._descriptor, self._fills = descriptor, descriptor.purpose == FILLING

    def forward(self, x: torch.Tensor, plane: torch.Tensor | None = None) -> torch.Tensor:
        """(B, C, H, W) → (B, C, scale·H, scale·W)."""
        if self._fills and plane is None:
            plane = torch.zeros_like(x[:, :1])  # nothing is missing
        told = (x,) if plane is None else (x, plane)
        return torch.cat([self._descriptor(*(one[i : i + 1] for one in told)) for i in range(len(x))])
