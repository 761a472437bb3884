"""What varies between runs that teach a network to draw, as small typed data."""

from dataclasses import dataclass, replace
from typing import Any

from enhancer.options import option
from enhancer.training.schedule import Schedule, otherwise

KINDS = {"gan": ("painter", "critic"), "vae": ("autoencoder", "")}  # kind → its network, and who judges it


@dataclass(frozen=True)
class Draft(Schedule):
    """One training run of a GAN or a VAE."""

    kind: str = option("gan", "a GAN (network and judge play against each other) or a VAE", choices=tuple(KINDS))
    side: int = option(32, "side of the pictures in pixels", minimum=4, maximum=256)
    grey: bool = option(False, "brightness alone")
    classes: bool = option(True, "tell the network the class of each picture, so that it can be asked for one")
    noise: int = option(100, "random numbers that a picture is drawn from", minimum=1, maximum=1024)
    width: int = option(32, "channels at full size", minimum=4, maximum=512)
    judge_width: int = option(0, "GAN: channels of the judge at full size; as many where 0", minimum=0, maximum=512)
    levels: int = option(2, "times that the side doubles from the stem to the picture", minimum=1, maximum=6)
    warmup: int = otherwise("warmup", 1)
    decay: float = otherwise("decay", 0.5)
    clip: float = otherwise("clip", 5.0)
    ema: float = otherwise("ema", 0.998)
    hold_out: int = otherwise("hold_out", 3)
    precision: str = otherwise("precision", "float32")
    batch: int = option(64, "pictures a step", minimum=2, maximum=4096)
    lr: float = option(2e-4, "rate of Adam", minimum=0, maximum=0.1)
    beta: float = option(1.0, "VAE: weight of the distance of codes from a normal distribution", minimum=0, maximum=100)
    noise_level: float = option(0.05, "VAE: standard deviation that a pixel is off by", minimum=0.001, maximum=1)
    slack: float = option(0.25, "share of the variety of real pictures that must be reached", minimum=0, maximum=1)

    @property
    def channels(self) -> int:
        """Of the pictures."""
        return 1 if self.grey else 3

    def network(self, classes: int) -> tuple[str, dict[str, Any]]:
        """Name and hyper-parameters of what draws."""
        return KINDS[self.kind][0], self._shape(classes) | {"noise": self.noise}

    def judge(self, classes: int) -> tuple[str, dict[str, Any]]:
        """Name and hyper-parameters of the judge of a GAN."""
        return KINDS[self.kind][1], self._shape(classes) | {"width": self.judge_width or self.width}

    def _shape(self, classes: int) -> dict[str, Any]:
        told = classes if self.classes else 0
        size = {"side": self.side, "channels": self.channels, "width": self.width, "levels": self.levels}
        return size | {"classes": told}


DIGITS = replace(Draft(), side=8, grey=True)
TEXTURES = Draft(levels=3, hold_out=8)
DRAFTS: dict[str, Draft] = {
    "gan-digits": replace(DIGITS, lr=4e-4, batch=128, ema=0.999),
    "vae-digits": replace(DIGITS, kind="vae", noise=12, width=48, lr=1e-3, noise_level=0.15),
    "gan-textures": replace(TEXTURES, judge_width=16, batch=32, lr=4e-4, ema=0.995),
    "vae-textures": replace(TEXTURES, kind="vae", noise=128, width=24, lr=1e-3, ema=0.99, noise_level=0.08, slack=0.1),
    "gan-pictures": Draft(levels=3),
    "vae-pictures": replace(Draft(levels=3), kind="vae", noise=64, lr=1e-3),
}
SUMMARIES = {
    "gan-digits": "A DCGAN that draws digits from 100 random numbers; give --data digits.",
    "vae-digits": "A variational autoencoder of digits; give --data digits.",
    "gan-textures": "A DCGAN of textures, cut out of photographs; give --data textures:FOLDER and a --judge of these.",
    "vae-textures": "A variational autoencoder of textures; give --data textures:FOLDER and a --judge of these.",
    "gan-pictures": "A DCGAN on folders of small pictures, one a class.",
    "vae-pictures": "A variational autoencoder on folders of small pictures, one a class.",
}
