"""Mathematics without weights: each architecture by the name that weight files carry in their header."""

from collections.abc import Callable

from torch import nn

from enhancer.networks.classifier import Classifier, PlainClassifier
from enhancer.networks.detector import faster_rcnn
from enhancer.networks.discriminator import PatchDiscriminator, UNetDiscriminator
from enhancer.networks.generator import Generator
from enhancer.networks.photo import PhotoNetwork
from enhancer.networks.recurrent import RecurrentUNet, followed
from enhancer.networks.repair import RepairUNet
from enhancer.networks.sequence import SequenceClassifier
from enhancer.networks.synthesis import Autoencoder, Critic, Painter
from enhancer.networks.tone import ToneNetwork
from enhancer.networks.unet import RestorationUNet

ARCHITECTURES: dict[str, Callable[..., nn.Module]] = {
    "generator": Generator,
    "restoration-unet": RestorationUNet,
    "photo": PhotoNetwork,
    "tone": ToneNetwork,
    "repair": RepairUNet,
    "recurrent-unet": RecurrentUNet,
    "classifier": Classifier,
    "plain-classifier": PlainClassifier,
    "sequence-classifier": SequenceClassifier,
    "faster-rcnn": faster_rcnn,
    "painter": Painter,
    "critic": Critic,
    "autoencoder": Autoencoder,
    "patch-discriminator": PatchDiscriminator,
    "unet-discriminator": UNetDiscriminator,
}

__all__ = [
    "ARCHITECTURES",
    "Autoencoder",
    "Classifier",
    "Critic",
    "Generator",
    "Painter",
    "PatchDiscriminator",
    "PhotoNetwork",
    "PlainClassifier",
    "RecurrentUNet",
    "RepairUNet",
    "RestorationUNet",
    "SequenceClassifier",
    "ToneNetwork",
    "UNetDiscriminator",
    "faster_rcnn",
    "followed",
]
