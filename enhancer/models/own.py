"""Files of ours: the network is rebuilt from the architecture and hyper-parameters in the header."""

import json
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from enhancer.errors import WeightsRefused
from enhancer.models.contract import Model
from enhancer.models.moving import Carried
from enhancer.models.weights import Weights, first_line
from enhancer.networks import ARCHITECTURES, Generator, RecurrentUNet
from enhancer.networks.block import ResidualChain
from enhancer.networks.winograd import WORKSPACE

CHAINED = 12  # times what the largest layer takes and gives, for a U-Net: measured 10.4 to 11.6
LARGEST_HYPERPARAMETER = 4096  # a header may not make us build a network without end
WANTED = ("scale", "halo", "multiple_of")  # what a network that gives out pictures says of itself


def is_ours(weights: Weights) -> bool:
    """Whether the header names a network of ours."""
    return {"architecture", "hyperparameters"} <= weights.header.keys()


def own_network(weights: Weights, name: str, wanted: Sequence[str] = WANTED) -> nn.Module:
    """The network of a file of ours, in float32; it must have the attributes `wanted`.

    Raises WeightsRefused where header and tensors do not fit, and for a network of another kind.
    """
    if not is_ours(weights):
        raise WeightsRefused(f"{name} does not say which network it belongs to.")
    architecture = weights.header["architecture"]
    if architecture not in ARCHITECTURES:
        raise WeightsRefused(f"{name} needs the network {architecture!r}; known are {', '.join(ARCHITECTURES)}.")
    try:
        with torch.device("meta"):  # takes no memory, so a lying header cannot fill it
            network = ARCHITECTURES[architecture](**_hyperparameters(weights.header["hyperparameters"]))
        network.load_state_dict({k: t.float() for k, t in weights.tensors.items()}, assign=True)
    except (TypeError, ValueError, RuntimeError) as error:
        raise WeightsRefused(f"{name} does not fit the network {architecture!r}: {first_line(error)}") from error
    if not all(hasattr(network, one) for one in wanted):
        gives = "give out pictures" if wanted is WANTED else "name what it sees"
        raise WeightsRefused(f"{name} holds the network {architecture!r}, which does not {gives}.")
    return network.to(memory_format=torch.channels_last)


def own_model(weights: Weights, name: str, model_id: str) -> Model:
    """The model of a file of ours. Raises WeightsRefused as `own_network` does."""
    network: Any = own_network(weights, name)
    if isinstance(network, RecurrentUNet):
        network = Carried(network)
    return Model(
        id=model_id,
        network=network,
        scale=network.scale,
        multiple_of=network.multiple_of,
        minimum=network.multiple_of,
        halo=network.halo,
        planes=getattr(network, "planes", 0),
        fills=getattr(network, "needs_plane", False),
        thumbnail=getattr(network, "thumbnail", 0),
        state=getattr(network, "state", 0),
        trims=getattr(network, "trims", False),
        workspace=_workspace(network),
    )


def _workspace(network: nn.Module) -> int:
    """See `Model`; where ncnn may compute, as it takes more than PyTorch."""
    parts = list(network.modules())
    if any(isinstance(part, Generator) for part in parts):
        return WORKSPACE
    return CHAINED if any(isinstance(part, ResidualChain) for part in parts) else 3


def _hyperparameters(text: str) -> dict[str, Any]:
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError(f"its hyper-parameters are a {type(values).__name__}, not names with values")
    for key, value in values.items():
        number = sum(value) if isinstance(value, list) else value
        if isinstance(number, int) and number > LARGEST_HYPERPARAMETER:
            raise ValueError(f"{key} is {number}, above the limit of {LARGEST_HYPERPARAMETER}")
    return values
