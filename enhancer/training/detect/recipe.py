"""What varies between runs that teach to find objects, as small typed data."""

from dataclasses import dataclass, replace
from typing import Any

from enhancer.options import option
from enhancer.training.schedule import Schedule, otherwise

NETWORKS: dict[str, dict[str, Any]] = {  # name → hyper-parameters beside the classes
    "narrow": {"backbone": "narrow", "widths": [16, 32, 64]},
    "tiny": {"backbone": "narrow", "widths": [12, 24, 48]},
    "mobilenet-320": {"backbone": "mobilenet-320"},
    "mobilenet": {"backbone": "mobilenet"},
}


@dataclass(frozen=True)
class Search(Schedule):
    """One training run of a network that finds objects."""

    network: str = option("narrow", "network to train; those of torchvision want --start", choices=tuple(NETWORKS))
    longest: int = option(640, "larger pictures are shrunk to this longer side, in pixels", minimum=32, maximum=2048)
    warmup: int = otherwise("warmup", 50)
    decay: float = otherwise("decay", 0.8)
    clip: float = otherwise("clip", 5.0)
    ema: float = otherwise("ema", 0.98)
    hold_out: int = otherwise("hold_out", 5)
    precision: str = otherwise("precision", "float32")
    report_every: int = otherwise("report_every", 100)
    batch: int = option(8, "pictures a step", minimum=1, maximum=256)
    lr: float = option(2.5e-3, "rate of AdamW", minimum=0, maximum=0.1)
    weight_decay: float = option(0.02, "how strongly weights are drawn to zero", minimum=0, maximum=1)
    flip: bool = option(True, "mirror every other picture")
    zoom: float = option(
        0.8, "pictures are shrunk by up to this factor, and enlarged by as much", minimum=0.3, maximum=1
    )
    settled: bool = option(False, "keep the statistics of normalisation as --start has them, for few pictures")
    slack: float = option(0.0, "precision up to which the watch-dog says that nothing is found", minimum=0, maximum=1)

    def architecture(self, classes: int) -> tuple[str, dict[str, Any]]:
        """Name and hyper-parameters of the network."""
        return "faster-rcnn", {"classes": classes, "longest": max(1024, self.longest)} | NETWORKS[self.network]


SEARCHES: dict[str, Search] = {
    "detect": Search(),
    "detect-mobilenet": replace(Search(), network="mobilenet-320", lr=3e-4, settled=True, batch=4, ema=0.99),
    "shapes": replace(Search(), hold_out=6),
}
SUMMARIES = {
    "detect": "Find objects: a small network from nothing, on pictures with boxes.",
    "detect-mobilenet": "Find objects with torchvision's MobileNet, on few pictures; start it from its own file.",
    "shapes": "The bundled example: drawn shapes, in a few minutes; give --data shapes.",
}
