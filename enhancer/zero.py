"""The hall on ZeroGPU: a Space that has no GPU, and is lent one of its provider's for as long as a call may take."""

import math
from collections.abc import Sequence

from enhancer.engine import Engine
from enhancer.engine.lent import Asked, EngineLent, StoreLent, drawing_with
from enhancer.evidence.measure import known_speeds
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import Bundled, Entry
from enhancer.models.store import Store
from enhancer.settings import Settings

STARTING = 10.0  # seconds until the process is there and the weights are on the GPU
SPARE = 1.5  # of what was measured, or of the guess
RATE = (
    2e12  # products and sums a second: what is guessed of a network that was not measured here; GPUs do ten times that
)
NUMBER = 4  # bytes of a weight
LEAST, MOST = 15, 120  # seconds that are asked for; longer calls are not granted to all


def lent_engine(settings: Settings, catalog: Sequence[Entry] = CATALOG) -> EngineLent:
    """An engine whose pictures are drawn where a GPU is lent; before the page is launched, in the main thread.

    The bundled networks are placed now: what is moved to the GPU before the launch is on it when a call begins.
    """
    import spaces  # there alone is it installed, and wants to come before anything that uses a GPU
    from gradio import Error

    entries = tuple(catalog)
    bench = Engine(Store(settings, entries, catalog_only=True, most=len(entries)), settings)
    for entry in entries:
        if isinstance(entry.source, Bundled):
            bench.model(entry.id).network.to(bench.device)

    def seconds(asked: Asked) -> int:
        speed = known_speeds(engine, entries).get(asked.which.model_id)
        return to_ask_for(asked, None if speed is None else speed.seconds_per_megapixel)

    draw = spaces.GPU(drawing_with(bench), duration=seconds)
    engine = EngineLent(StoreLent(settings, entries, catalog_only=True), settings, draw, (Error,))
    return engine


def to_ask_for(asked: Asked, seconds_per_megapixel: float | None) -> int:
    """Whole seconds to borrow a GPU for: by the speed that was measured there, else by the size of the network."""
    pixels = math.prod(asked.pixels.shape[-2:])
    if seconds_per_megapixel is None:
        work = asked.weight_bytes / NUMBER * pixels / RATE
    else:
        work = seconds_per_megapixel * pixels / 1e6
    return min(max(math.ceil(STARTING + SPARE * work), LEAST), MOST)
