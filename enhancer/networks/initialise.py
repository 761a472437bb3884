"""How every network starts: by the names of its layers, so that a new network needs no line here."""

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

from enhancer.networks.block import SLOPE

# Factor on the He start, by a layer's name without numbers, the whole name before its last part; 1 for all others.
GAINS = {
    "body": 0.3,  # plain chains, on top of the identity
    "second": 0.1,  # residual blocks start near the identity
    "down": 0.7,  # no activation halves what passes here
    "up": 0.7,
    "tail": 0.1,  # and whole networks near their input
    "refine.tail": 0.0,  # the tone network starts exactly at its input: no noise to clean yet,
    "mix": 0.0,  # and neither curve nor tables chosen
    "cls_logits": 0.1,  # a detector starts undecided, its boxes at their anchors
    "cls_score": 0.1,
    "bbox_pred": 0.1,
}
CHAIN = "body"
Layer = nn.Conv2d | nn.ConvTranspose2d | nn.Linear
SETTLE = 20  # power iterations until the spectral norm knows its new kernel


def initialise(network: nn.Module, seed: int) -> None:
    """He's normal start (He et al., ICCV 2015, eq. 14) times `GAINS`, biases zero; plain chains add the identity.

    With PyTorch's default start a plain stack stays at the nearest-neighbour picture for thousands of steps.
    Recurrent layers start uniformly within one by the root of their hidden size, which is PyTorch's own start.
    Parameters of other layers keep what the network's constructor gave them.
    """
    source = torch.Generator().manual_seed(seed)
    for name, layer in network.named_modules():
        if isinstance(layer, Layer):
            _start(layer, ".".join(part for part in name.split(".") if not part.isdigit()), source)
        elif isinstance(layer, nn.RNNBase):
            _start_recurrent(layer, source)


def _start(layer: Layer, name: str, source: torch.Generator) -> None:
    last = name.rpartition(".")[2]
    spread = GAINS.get(name, GAINS.get(last, 1.0)) * (2.0 / (1 + SLOPE**2) / _inputs(layer)) ** 0.5
    kernel = torch.randn(layer.weight.shape, generator=source) * spread
    if last == CHAIN:
        kernel += nn.init.dirac_(torch.empty_like(kernel))
    with torch.no_grad():
        _kernel(layer).copy_(kernel)
        if layer.bias is not None:
            layer.bias.zero_()
        if is_parametrized(layer, "weight"):
            for _ in range(SETTLE):
                _ = layer.weight


def _start_recurrent(layer: nn.RNNBase, source: torch.Generator) -> None:
    bound = layer.hidden_size**-0.5
    for parameter in layer.parameters():
        nn.init.uniform_(parameter, -bound, bound, generator=source)


def _inputs(layer: Layer) -> float:
    """How many numbers one number of the output is a sum of; of a transposed convolution those that meet on it."""
    if isinstance(layer, nn.ConvTranspose2d):
        return layer.weight[:, 0].numel() / (layer.stride[0] * layer.stride[1])
    return layer.weight[0].numel()


def _kernel(layer: Layer) -> Tensor:
    """The tensor that is trained, also where a spectral norm stands before it."""
    if is_parametrized(layer, "weight"):
        original: Tensor = layer.get_parameter("parametrizations.weight.original")
        return original
    return layer.weight
