"""The catalogue: data only. Bundled models are read from the *.json in weights/, or in the folder that the setting
ENHANCER_WEIGHTS names; those of the Hub are listed in hub_entries."""

import os
from pathlib import Path

from enhancer.errors import UnknownModel
from enhancer.models.bundled import read_entries
from enhancer.models.entry import PURPOSES, Bundled, Entry, Hub
from enhancer.models.hub_entries import HUB_ENTRIES
from enhancer.settings import Settings

BUNDLED_ENTRIES: tuple[Entry, ...] = read_entries(Path(os.environ.get("ENHANCER_WEIGHTS", Settings.weights)))
CATALOG: tuple[Entry, ...] = BUNDLED_ENTRIES + HUB_ENTRIES


def entry(model_id: str) -> Entry:
    """The entry with this id. Raises UnknownModel naming the known ones."""
    for candidate in CATALOG:
        if candidate.id == model_id:
            return candidate
    raise UnknownModel(f"There is no model {model_id!r}; known: {', '.join(e.id for e in CATALOG)}.")


__all__ = ["BUNDLED_ENTRIES", "CATALOG", "HUB_ENTRIES", "PURPOSES", "Bundled", "Entry", "Hub", "entry"]
