"""Mathematics without weights: each architecture by the name that weight files carry in their header."""

from collections.abc import Callable

from torch import nn

from enhancer.networks.discriminator import PatchDiscriminator, UNetDiscriminator
from enhancer.networks.generator import Generator
from enhancer.networks.photo import PhotoNetwork
from enhancer.networks.tone import ToneNetwork
from enhancer.networks.unet import RestorationUNet

ARCHITECTURES: dict[str, Callable[..., nn.Module]] = {
    "generator": Generator,
    "restoration-unet": RestorationUNet,
    "photo": PhotoNetwork,
    "tone": ToneNetwork,
    "patch-discriminator": PatchDiscriminator,
    "unet-discriminator": UNetDiscriminator,
}

__all__ = [
    "ARCHITECTURES",
    "Generator",
    "PatchDiscriminator",
    "PhotoNetwork",
    "RestorationUNet",
    "ToneNetwork",
    "UNetDiscriminator",
]
