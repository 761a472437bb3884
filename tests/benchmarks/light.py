"""Light networks of others by their published Set5 x4 PSNR, built by spandrel with random weights: for timing only."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from enhancer.models.store import open_model

# decibels as their papers print them; None where the network was only published for photographs
PUBLISHED: dict[str, float | None] = {"SPAN": 32.20, "SAFMN": 32.18, "DCTLSA": 32.52, "Compact": None}


def span() -> nn.Module:
    """48 channels."""
    from spandrel.architectures.SPAN import SPAN

    return SPAN(num_in_ch=3, num_out_ch=3, feature_channels=48, upscale=4)


def safmn() -> nn.Module:
    """36 channels, 8 blocks."""
    from spandrel.architectures.SAFMN import SAFMN

    return SAFMN(dim=36, n_blocks=8, ffn_scale=2.0, upscaling_factor=4)


def compact() -> nn.Module:
    """64 channels, 32 convolutions: the network of realesr-general-x4v3."""
    from spandrel.architectures.Compact import Compact

    return Compact(num_in_ch=3, num_out_ch=3, num_feat=64, num_conv=32, upscale=4)


BUILT: dict[str, Callable[[], nn.Module]] = {"SPAN": span, "SAFMN": safmn, "Compact": compact}


def described(file: Path) -> nn.Module:
    """The network in a published weight file, as spandrel's descriptor runs it."""
    return open_model(file, file.name).network


def light(name: str) -> nn.Module:
    """A network of `BUILT`, ready to run. Raises KeyError for another name."""
    torch.manual_seed(0)
    return BUILT[name]().eval().requires_grad_(False)
