"""The catalogue: data only. Bundled models are read from weights/*.json, those of the Hub are listed in hub_entries."""

from enhancer.errors import UnknownModel
from enhancer.models.bundled import read_entries
from enhancer.models.entry import PURPOSES, Bundled, Entry, Hub
from enhancer.models.hub_entries import HUB_ENTRIES
from enhancer.settings import ROOT

BUNDLED_ENTRIES: tuple[Entry, ...] = read_entries(ROOT / "weights")
CATALOG: tuple[Entry, ...] = BUNDLED_ENTRIES + HUB_ENTRIES


def entry(model_id: str) -> Entry:
    """The entry with this id. Raises UnknownModel naming the known ones."""
    for candidate in CATALOG:
        if candidate.id == model_id:
            return candidate
    raise UnknownModel(f"There is no model {model_id!r}; known: {', '.join(e.id for e in CATALOG)}.")


__all__ = ["BUNDLED_ENTRIES", "CATALOG", "HUB_ENTRIES", "PURPOSES", "Bundled", "Entry", "Hub", "entry"]
