"""What varies between runs that teach names, as small typed data."""

from dataclasses import dataclass, replace
from typing import Any

from enhancer.options import option
from enhancer.training.degradations.faults import FAULTS
from enhancer.training.schedule import Schedule, otherwise

NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {  # name → architecture and hyper-parameters
    "compact": ("classifier", {"widths": [32, 64, 128], "blocks": 1}),
    "tiny": ("classifier", {"widths": [32, 64], "blocks": 1}),
    "deep": ("classifier", {"widths": [64, 128, 256], "blocks": 2}),
    "plain": ("plain-classifier", {}),
}


@dataclass(frozen=True)
class Course(Schedule):
    """One training run of a network that names what it sees."""

    network: str = option("compact", "network to train", choices=tuple(NETWORKS))
    side: int = option(32, "side that every picture is brought to, in pixels", minimum=4, maximum=512)
    grey: bool = option(False, "look at brightness alone")
    warmup: int = otherwise("warmup", 100)
    decay: float = otherwise("decay", 0.8)
    ema: float = otherwise("ema", 0.995)
    hold_out: int = otherwise("hold_out", 5)  # counted only where the data name no test
    precision: str = otherwise("precision", "float32")
    report_every: int = otherwise("report_every", 200)
    batch: int = option(128, "pictures a step", minimum=1, maximum=4096)
    lr: float = option(2e-3, "rate of AdamW", minimum=0, maximum=0.1)
    weight_decay: float = option(0.05, "how strongly weights are drawn to zero", minimum=0, maximum=1)
    smooth: float = option(0.05, "share of certainty that goes to the other classes", minimum=0, maximum=0.5)
    shift: int = option(4, "largest shift of a picture in pixels, up or down, left or right", minimum=0, maximum=64)
    flip: bool = option(True, "mirror every other picture")
    slack: float = option(0.0, "share of right answers below chance that the watch-dog allows", minimum=0, maximum=1)

    @property
    def channels(self) -> int:
        """Of the pictures that the network sees."""
        return 1 if self.grey else 3

    def architecture(self, classes: int) -> tuple[str, dict[str, Any]]:
        """Name and hyper-parameters of the network."""
        name, hyperparameters = NETWORKS[self.network]
        return name, {"classes": classes, "side": self.side, "channels": self.channels} | hyperparameters


@dataclass(frozen=True)
class Inspection(Schedule):
    """One training run of a network that names the faults of a picture."""

    ema: float = otherwise("ema", 0.99)
    hold_out: int = otherwise("hold_out", 10)
    report_every: int = otherwise("report_every", 200)
    batch: int = option(24, "pictures a step", minimum=1, maximum=4096)
    patch: int = option(160, "side of a training patch in pixels", minimum=32, maximum=1024)
    lr: float = option(2e-3, "rate of AdamW", minimum=0, maximum=0.1)
    weight_decay: float = option(0.05, "how strongly weights are drawn to zero", minimum=0, maximum=1)
    zoom: float = option(0.5, "half of the batches are shrunk first, at most by this factor", minimum=0.1, maximum=1)
    width: int = option(32, "channels at the first size", minimum=4, maximum=256)
    fold: int = option(2, "pixels a side that are one cell from the start", minimum=1, maximum=8)

    def architecture(self) -> tuple[str, dict[str, Any]]:
        """Name and hyper-parameters of the network."""
        widths = [self.width, 2 * self.width, 4 * self.width]
        size = {"side": self.patch, "channels": 3, "widths": widths, "blocks": 1, "fold": self.fold}
        return "classifier", {"classes": len(FAULTS)} | size


RECOGNITIONS: dict[str, Course] = {
    "recognise": Course(),
    "digits": replace(Course(), network="tiny", side=8, grey=True, shift=1, flip=False, hold_out=3, report_every=100),
    "cifar10": replace(Course(), network="deep", batch=256),
    "cifar10-plain": replace(Course(), network="plain", weight_decay=0.0, smooth=0.0),
}
SUMMARIES = {
    "recognise": "Tell pictures apart by the folders that they lie in, one folder a class.",
    "digits": "The small example: the real 8x8 digits that scikit-learn ships, in under a minute; give --data digits.",
    "cifar10": "Our network on the files of CIFAR-10 as its authors ship them (the binary version).",
    "cifar10-plain": "The text books' network on the same files.",
}
INSPECTIONS: dict[str, Inspection] = {"faults": Inspection()}
FAULT_SUMMARIES = {
    "faults": "See what ails a picture: darkness, blur, enlargement, noise, compression, several at once.",
}
