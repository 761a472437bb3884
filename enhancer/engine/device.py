"""What this machine computes with, and how much of its memory a network needs."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from enhancer.models.contract import Model

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
NATIVE = ("amx_bf16", "avx512_bf16", "sve_bf16")  # processor units that multiply bfloat16
WORKSPACE = 3  # times what the largest layer takes and gives: what PyTorch needs
PROBE = 64  # least side in pixels of the picture that the memory need is measured on


def choose_device(name: str) -> torch.device:
    """ "auto" takes an accelerator where there is one. Raises ValueError for a device that is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"there is no device {name!r}") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device {name!r} was asked for, and no CUDA device is available")
    return device


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """ "auto" is bfloat16 where the hardware multiplies it natively, else float32. Raises ValueError otherwise."""
    if name != "auto":
        if name not in PRECISIONS:
            raise ValueError(f"precision must be auto, {' or '.join(PRECISIONS)}, not {name!r}")
        return PRECISIONS[name]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    # releases of PyTorch that cannot tell compute in float32: slower, and as good
    found: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return torch.bfloat16 if any(found.get(unit) for unit in NATIVE) else torch.float32


def bytes_per_pixel(model: Model, precision: torch.dtype) -> int:
    """Bytes that one input pixel costs: `workspace` times what the largest layer takes and gives.

    Measured on the batch that `Engine.run` gives: three pictures where the network sees one channel.
    """
    largest = 0

    def watch(_module: nn.Module, inputs: tuple[object, ...], output: object) -> None:
        nonlocal largest
        sizes = [x.numel() * x.element_size() for x in (*inputs, output) if isinstance(x, Tensor)]
        largest = max(largest, sum(sizes))

    weight = next(model.network.parameters(), torch.empty(0))
    times = model.workspace if weight.device.type == "cpu" and precision == torch.float32 else WORKSPACE
    leaves = [m for m in model.network.modules() if not any(m.children())]
    hooks = [m.register_forward_hook(watch) for m in leaves]
    side = -(-max(PROBE, model.minimum) // model.multiple_of) * model.multiple_of
    batch = 3 if model.channels == 1 else 1
    try:
        model(torch.zeros(batch, model.channels, side, side, device=weight.device), precision)
    finally:
        for hook in hooks:
            hook.remove()
    return max(1, times * largest // side**2)
