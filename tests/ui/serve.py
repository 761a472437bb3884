"""The page over small random networks, as a program: `python -m tests.ui.serve WEIGHTS PORT`."""

import logging
import os
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import torch

from enhancer.engine import Engine
from enhancer.models.catalog import BUNDLED_ENTRIES, HUB_ENTRIES
from enhancer.models.entry import Bundled, Entry
from enhancer.models.store import Store
from enhancer.networks import Generator
from enhancer.settings import Settings
from enhancer.training.checkpoint import export

SIZES = {2: (16, 2), 4: (64, 12)}  # scale → channels, depth: ×2 runs at once, ×4 long enough to be stopped


def write_weights(folder: Path) -> None:
    """A network in place of every bundled one."""
    torch.manual_seed(0)
    for entry in BUNDLED_ENTRIES:
        assert isinstance(entry.source, Bundled)
        channels, depth = SIZES[entry.scale]
        shape = {"scale": entry.scale, "channels": channels, "depth": depth}
        network = Generator(scale=entry.scale, channels=channels, depth=depth)
        export(network, "generator", shape, folder / entry.source.file)


def catalog_of(weights: Path) -> tuple[Entry, ...]:
    """The catalogue with these weights in place of the bundled ones, pinned as they are, and one not for commerce."""

    def pinned(entry: Entry) -> Entry:
        assert isinstance(entry.source, Bundled)
        written = (weights / entry.source.file).read_bytes()
        return replace(entry, sha256=sha256(written).hexdigest(), bytes=len(written))

    return (*map(pinned, BUNDLED_ENTRIES), replace(HUB_ENTRIES[0], commercial=False), *HUB_ENTRIES[1:])


def engine(weights: Path) -> Engine:
    """An engine over these weights, with no way to the Hub."""
    settings = Settings(weights=weights, cache=weights / "cache", max_pixels=40_000_000)
    return Engine(Store(settings, catalog_of(weights), catalog_only=True), settings)


if __name__ == "__main__":
    from enhancer.ui import build, launch_arguments

    logging.basicConfig(level=logging.INFO)
    place = Path(sys.argv[1])
    built = engine(place)
    build(built, built.settings, catalog_of(place)).launch(
        server_port=int(sys.argv[2]), **launch_arguments(built.settings)
    )
