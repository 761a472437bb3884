"""The page over small random networks, as a program: `python -m tests.ui.serve WEIGHTS PORT`."""

import os
import shutil
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import torch

from enhancer.engine import Engine
from enhancer.engine.apart import store_for
from enhancer.engine.results import remembering
from enhancer.lab.bundled import LAB
from enhancer.logs import configure
from enhancer.models.bundled import entry_text, read_entries
from enhancer.models.catalog import HUB_ENTRIES, entry
from enhancer.models.entry import VIDEO, Bundled, Entry
from enhancer.networks import Generator
from enhancer.settings import Settings
from enhancer.training.checkpoint import export
from tests.video.make import tiny

REMEMBERS = Entry(
    id="video",
    title="Clean video",
    description="Cleans clips of noise and compression, and remembers what it drew for the frames before.",
    purpose=VIDEO,
    architecture="recurrent-unet",
    scale=1,
    source=Bundled("video.safetensors"),
    sha256="",
    licence="Apache-2.0",
    commercial=True,
)
SIZES = {"x2-fast": (16, 2), "x4-fast": (64, 12)}  # channels, depth: ×2 runs at once, ×4 long enough to be stopped


def write_weights(folder: Path) -> None:
    """Two networks and one for video, with their entries, for the setting ENHANCER_WEIGHTS."""
    torch.manual_seed(0)
    shutil.copytree(Settings().weights / LAB, folder / LAB, dirs_exist_ok=True)
    for name, (channels, depth) in SIZES.items():
        bundled, file = entry(name), folder / f"{name}.safetensors"
        shape = {"scale": bundled.scale, "channels": channels, "depth": depth}
        export(Generator(scale=bundled.scale, channels=channels, depth=depth), "generator", shape, file)
        written = file.read_bytes()
        pinned = replace(bundled, sha256=sha256(written).hexdigest(), bytes=len(written))
        file.with_suffix(".json").write_text(entry_text(pinned), encoding="utf-8")
    written = tiny(folder / "video.safetensors").read_bytes()
    moving = replace(REMEMBERS, sha256=sha256(written).hexdigest(), bytes=len(written))
    (folder / "video.json").write_text(entry_text(moving), encoding="utf-8")


def catalog_of(weights: Path) -> tuple[Entry, ...]:
    """The catalogue with these weights instead of the bundled ones, and one of the Hub that is not for commerce."""
    return (*read_entries(weights), replace(HUB_ENTRIES[0], commercial=False), *HUB_ENTRIES[1:])


def engine(weights: Path, workers: int = 0) -> Engine:
    """An engine over these weights, with no way to the Hub; with `workers` in processes of its own, as it is served."""
    settings = Settings(
        weights=weights,
        cache=weights / "cache",
        work=weights / "work",
        max_pixels=40_000_000,
        max_requests=0,  # tests ask more often than people
        canary_seconds=0,
        decode_workers=2 * workers,
        model_worker=workers,
    )
    return Engine(store_for(settings, catalog_of(weights), catalog_only=True), settings)


if __name__ == "__main__":
    from enhancer.monitor import Monitor
    from enhancer.server import app_arguments, build_api
    from enhancer.ui import build, launch_arguments
    from enhancer.workplace import begin

    configure("text")
    place = Path(sys.argv[1])
    built = remembering(engine(place, workers=1))
    work = begin(built.settings)
    work.keep_swept()
    monitor = Monitor(built, catalog_of(place))
    monitor.ready.set()
    monitor.start()
    beside = app_arguments(build_api(built, catalog_of(place), monitor))
    demo = build(built, built.settings, catalog_of(place), monitor)
    work.settle()
    demo.launch(server_port=int(sys.argv[2]), app_kwargs=beside, **launch_arguments(built.settings, demo))
