"""A convolution and what follows it in one pass over memory, by an operator of PyTorch that is not public."""

import logging
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

log = logging.getLogger(__name__)
CLOSE = {torch.bfloat16: 0.05, torch.float32: 1e-4}  # of results about 1 in size; bfloat16 rounds by 0.008


def fuses(x: Tensor) -> bool:
    """Whether `fused` may stand for the plain functions here: on the processor, without gradients."""
    kind = _format(x)
    return kind is not None and _works(kind)


def fused(layer: nn.Conv2d, x: Tensor, slope: float | None = None, plus: Tensor | None = None) -> Tensor:
    """(B, C, H, W) → leaky ReLU of `layer(x)`, or `layer(x) + plus`, in bfloat16 or float32. Only where `fuses(x)`."""
    kind = _format(x)
    bias = None if layer.bias is None else layer.bias.to(kind)
    where = (layer.weight.to(kind), bias, layer.padding, layer.stride, layer.dilation, layer.groups)
    convolve: Any = torch.ops.mkldnn._convolution_pointwise
    result: Tensor
    if plus is None:
        result = convolve(x.to(kind), *where, "leaky_relu", [slope], "")
    else:
        result = convolve.binary(x.to(kind), plus.to(kind), *where, "add", 1.0, None, [], None)
    return result


def _format(x: Tensor) -> torch.dtype | None:
    """In what the convolution of `x` would be computed; None where nothing is fused."""
    traced = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]  # public, but not told as such
    if x.device.type != "cpu" or torch.is_grad_enabled() or traced:
        return None
    kind = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype
    return kind if kind in CLOSE else None


@cache
def _works(kind: torch.dtype) -> bool:
    """Whether this release of PyTorch has the operator and it computes what it should; tried once."""
    with (
        torch.random.fork_rng(devices=[]),
        torch.inference_mode(),
        torch.autocast("cpu", torch.bfloat16, enabled=kind is torch.bfloat16),
    ):
        torch.manual_seed(0)
        layer = nn.Conv2d(32, 32, 3, padding=1)
        x = torch.randn(1, 32, 8, 8).contiguous(memory_format=torch.channels_last)
        try:
            found = fused(layer, x, slope=0.1), fused(layer, x, plus=x)
        except (AttributeError, RuntimeError, TypeError) as error:
            log.info("convolutions are not fused with what follows them: %s", error)
            return False
        with torch.autocast("cpu", enabled=False):
            plain = layer(x)
            wanted = F.leaky_relu(plain, 0.1), plain + x
            return all(torch.allclose(a.float(), b, atol=CLOSE[kind]) for a, b in zip(found, wanted, strict=True))
