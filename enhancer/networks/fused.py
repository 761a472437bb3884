"""A convolution and what follows it in one pass over memory, by an operator of PyTorch that is not public."""

import logging
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

log = logging.getLogger(__name__)
CLOSE = 0.05  # of results about 1 in size; bfloat16 rounds by 0.008, and the two ways round at different places


def fuses(x: Tensor) -> bool:
    """Whether `fused` may stand for the plain functions here: in bfloat16 on the processor, without gradients."""
    return (
        x.device.type == "cpu"
        and not torch.is_grad_enabled()
        and torch.is_autocast_enabled("cpu")
        and torch.get_autocast_dtype("cpu") == torch.bfloat16
        and _works()
    )


def fused(layer: nn.Conv2d, x: Tensor, slope: float | None = None, plus: Tensor | None = None) -> Tensor:
    """(B, C, H, W) → leaky ReLU of `layer(x)`, or `layer(x) + plus`, in bfloat16. Only where `fuses(x)`."""
    bias = None if layer.bias is None else layer.bias.bfloat16()
    where = (layer.weight.bfloat16(), bias, layer.padding, layer.stride, layer.dilation, layer.groups)
    convolve: Any = torch.ops.mkldnn._convolution_pointwise
    result: Tensor
    if plus is None:
        result = convolve(x.bfloat16(), *where, "leaky_relu", [slope], "")
    else:
        result = convolve.binary(x.bfloat16(), plus.bfloat16(), *where, "add", 1.0, None, [], None)
    return result


@cache
def _works() -> bool:
    """Whether this release of PyTorch has the operator and it computes what it should; tried once."""
    with torch.random.fork_rng(devices=[]), torch.inference_mode(), torch.autocast("cpu", enabled=False):
        torch.manual_seed(0)
        layer = nn.Conv2d(32, 32, 3, padding=1)
        x = torch.randn(1, 32, 8, 8).contiguous(memory_format=torch.channels_last)
        plain = layer(x)
        try:
            found = fused(layer, x, slope=0.1), fused(layer, x, plus=x)
        except (AttributeError, RuntimeError, TypeError) as error:
            log.info("convolutions are not fused with what follows them: %s", error)
            return False
        wanted = F.leaky_relu(plain, 0.1), plain + x
        return all(torch.allclose(a.float(), b, atol=CLOSE) for a, b in zip(found, wanted, strict=True))
