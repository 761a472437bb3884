"""The catalogue: data only. To offer another model, add one Entry."""

from dataclasses import dataclass, field
from typing import Any

from enhancer.errors import UnknownModel


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


@dataclass(frozen=True)
class Entry:
    """One model as people choose it. `figures` holds measured results as (protocol, value) pairs."""

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


CATALOG: tuple[Entry, ...] = ()


def entry(model_id: str) -> Entry:
    """The entry with this id. Raises UnknownModel naming the known ones."""
    for candidate in CATALOG:
        if candidate.id == model_id:
            return candidate
    raise UnknownModel(f"There is no model {model_id!r}; known: {', '.join(e.id for e in CATALOG)}.")
