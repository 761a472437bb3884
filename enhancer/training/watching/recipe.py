"""What varies between runs that teach watching, as small typed data."""

from dataclasses import dataclass
from typing import Any

from enhancer.models.watcher import FIGURES, KINDS
from enhancer.options import option
from enhancer.training.schedule import Schedule, otherwise


@dataclass(frozen=True)
class Montage(Schedule):
    """One training run on clips that were joined."""

    hidden: int = option(32, "width of the memory", minimum=1, maximum=1024)
    length: int = option(100, "frames of a sequence that are judged", minimum=4, maximum=1000)
    batch: int = option(16, "sequences a step", minimum=1, maximum=1024)
    lr: float = option(4e-3, "rate of AdamW", minimum=0, maximum=0.1)
    shortest: int = option(8, "frames of a scene, at least", minimum=3, maximum=1000)
    longest: int = option(50, "frames of a scene, at most", minimum=3, maximum=1000)
    flicker: float = option(0.4, "share of sequences whose light flickers for a while", minimum=0, maximum=1)
    tampering: float = option(0.5, "share of sequences with frames repeated or taken out", minimum=0, maximum=1)
    stills: int = option(2, "clips made of each still picture", minimum=1, maximum=100)
    hold_out: int = otherwise("hold_out", 5)
    ema: float = otherwise("ema", 0.98)
    warmup: int = otherwise("warmup", 50)
    slack: float = otherwise("slack", 0.3)
    precision: str = otherwise("precision", "float32")
    report_every: int = otherwise("report_every", 100)

    def architecture(self) -> tuple[str, dict[str, Any]]:
        """Name and hyper-parameters of the network."""
        return "sequence-classifier", {"features": FIGURES, "hidden": self.hidden, "classes": len(KINDS)}


WATCHES: dict[str, Montage] = {"cuts": Montage()}
SUMMARIES = {
    "cuts": "Watch a video for scene cuts, flicker and tampering: an LSTM over a few figures of each frame.",
}
