"""What the catalogue says about one model, as data."""

from dataclasses import dataclass, field
from typing import Any

PURPOSES = ("upscale", "mend", "denoise", "deblur", "deblock", "lowlight")


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
class Entry:
    """One model as people choose it. `figures` holds measured results as (protocol, value) pairs.

    `blind` marks models for photographs whose faults nobody knows, `twin` names the faithful model of the same network
    that a crisp one was trained on from, so that the two can be blended.
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
