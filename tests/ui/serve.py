"""The page over small random networks, as a program: `python -m tests.ui.serve WEIGHTS PORT`."""

import os
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import torch

from enhancer.engine import Engine
from enhancer.engine.results import remembering
from enhancer.logs import configure
from enhancer.models.bundled import entry_text, read_entries
from enhancer.models.catalog import HUB_ENTRIES, entry
from enhancer.models.entry import Entry
from enhancer.models.store import Store
from enhancer.networks import Generator
from enhancer.settings import Settings
from enhancer.training.checkpoint import export

SIZES = {"x2-fast": (16, 2), "x4-fast": (64, 12)}  # channels, depth: ×2 runs at once, ×4 long enough to be stopped


def write_weights(folder: Path) -> None:
    """Two networks and their entries, for the setting ENHANCER_WEIGHTS; whatever the program bundles besides."""
    torch.manual_seed(0)
    for name, (channels, depth) in SIZES.items():
        bundled, file = entry(name), folder / f"{name}.safetensors"
        shape = {"scale": bundled.scale, "channels": channels, "depth": depth}
        export(Generator(scale=bundled.scale, channels=channels, depth=depth), "generator", shape, file)
        written = file.read_bytes()
        pinned = replace(bundled, sha256=sha256(written).hexdigest(), bytes=len(written))
        file.with_suffix(".json").write_text(entry_text(pinned), encoding="utf-8")


def catalog_of(weights: Path) -> tuple[Entry, ...]:
    """The catalogue with these weights instead of the bundled ones, and one of the Hub that is not for commerce."""
    return (*read_entries(weights), replace(HUB_ENTRIES[0], commercial=False), *HUB_ENTRIES[1:])


def engine(weights: Path) -> Engine:
    """An engine over these weights, with no way to the Hub."""
    settings = Settings(weights=weights, cache=weights / "cache", max_pixels=40_000_000, canary_seconds=0)
    return Engine(Store(settings, catalog_of(weights), catalog_only=True), settings)


if __name__ == "__main__":
    from enhancer.monitor import Monitor
    from enhancer.server import app_arguments, build_api
    from enhancer.ui import build, launch_arguments

    configure("text")
    place = Path(sys.argv[1])
    built = remembering(engine(place))
    monitor = Monitor(built, catalog_of(place))
    monitor.ready.set()
    monitor.start()
    beside = app_arguments(build_api(built, catalog_of(place), monitor))
    build(built, built.settings, catalog_of(place), monitor).launch(
        server_port=int(sys.argv[2]), app_kwargs=beside, **launch_arguments(built.settings)
    )
