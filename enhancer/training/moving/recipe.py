"""What varies between runs that teach video, as small typed data."""

from dataclasses import dataclass, replace
from typing import Any

from enhancer.options import option
from enhancer.training.schedule import Schedule, otherwise


@dataclass(frozen=True)
class Reel(Schedule):
    """One training run on clips."""

    scale: int = option(1, "output pixels for each input pixel and side", minimum=1, maximum=4)
    memory: int = option(16, "channels that are remembered from frame to frame", minimum=1, maximum=128)
    recurrent: bool = option(True, "hand on what was drawn and remembered; without it every frame stands alone")
    frames: int = option(6, "frames of a training clip", minimum=1, maximum=60)
    batch: int = option(2, "clips a step", minimum=1, maximum=1024)
    patch: int = option(64, "side of a training patch in pixels of the input", minimum=16, maximum=512)
    muon_lr: float = option(0.003, "rate of Muon on hidden kernels; 0 leaves them to AdamW", minimum=0, maximum=0.1)
    adamw_lr: float = option(1e-3, "rate of AdamW on the rest", minimum=0, maximum=0.1)
    still: float = option(0.4, "share of clips of a camera that does not move", minimum=0, maximum=1)
    speed: float = option(3.0, "most pixels of the result that the camera passes in a frame", minimum=0, maximum=32)
    things: float = option(0.6, "share of clips in which something passes by", minimum=0, maximum=1)
    report_every: int = otherwise("report_every", 250)

    def architecture(self) -> tuple[str, dict[str, Any]]:
        """Name and hyper-parameters of the network."""
        return "recurrent-unet", {"scale": self.scale, "memory": self.memory}


VIDEOS: dict[str, Reel] = {
    "video": Reel(),
    "video-x2": replace(Reel(), scale=2, patch=48),
    "video-alone": replace(Reel(), recurrent=False),
}
SUMMARIES = {
    "video": "Clean clips of noise and compression with a network that remembers from frame to frame.",
    "video-x2": "The same, and twice the size.",
    "video-alone": "The network of `video` without its memory, frame by frame: what the others are measured against.",
}
