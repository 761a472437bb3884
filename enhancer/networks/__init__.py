"""Mathematics without weights: each architecture by the name that weight files carry in their header."""

from collections.abc import Callable

from torch import nn

from enhancer.networks.discriminator import PatchDiscriminator
from enhancer.networks.generator import Generator

ARCHITECTURES: dict[str, Callable[..., nn.Module]] = {
    "generator": Generator,
    "patch-discriminator": PatchDiscriminator,
}

__all__ = ["ARCHITECTURES", "Generator", "PatchDiscriminator"]
