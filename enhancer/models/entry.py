"""What the catalogue says about one model, as data."""

from dataclasses import dataclass, field
from typing import Any

VIDEO = "video"  # the purpose of networks that remember from frame to frame, which are of no use to single pictures
PURPOSES = ("upscale", "mend", "denoise", "deblur", "deblock", "lowlight", "repair")  # of those for pictures
CRISPNESS = 0.7  # usual share of a crisp model in a blend with its twin: no invented texture that jumps to the eye


@dataclass(frozen=True)
class Bundled:
    """A file in the folder `weights/`."""

    file: str


@dataclass(frozen=True)
class Hub:
    """A file on the Hugging Face Hub; `revision` is a commit where one is known, else a branch name."""

    repo_id: str
    filename: str
    revision: str = "main"

    def __str__(self) -> str:
        return f"{self.repo_id}/{self.filename}"


@dataclass(frozen=True)
class Spread:
    """How wrong a model is where its results for the eight flips and turns of a picture differ.

    A standard deviation of `levels[n]` goes with a mean absolute error of `errors[n]`, both in levels of 255 and
    rising, as found on held-out pictures. On others, in blocks of 8x8 pixels: `rank` is Spearman's correlation of the
    expected error with the true one, `ratio` the expected error over the true one, in the mean. All of it holds for
    this `crispness`, the model's share in a blend with its faithful twin.
    """

    levels: tuple[float, ...]
    errors: tuple[float, ...]
    rank: float
    ratio: float
    crispness: float = 1.0


@dataclass(frozen=True)
class Entry:
    """One model as people choose it. `figures` holds measured results as (protocol, value) pairs.

    `blind` marks models for photographs whose faults nobody knows, `twin` names the faithful model of the same network
    that a crisp one was trained on from, so that the two can be blended; `spread` is there where it was measured.
    `failures` has a sentence for each thing that the model is known to do badly.
    """

    id: str
    title: str
    description: str
    purpose: str
    architecture: str
    scale: int
    source: Bundled | Hub
    sha256: str
    licence: str
    commercial: bool
    bytes: int | None = None
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    figures: tuple[tuple[str, str], ...] = ()
    blind: bool = False
    twin: str = ""
    spread: Spread | None = None
    failures: tuple[str, ...] = ()
