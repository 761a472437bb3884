"""A GPU that is lent for the time of one call, which is one network over one picture; between calls there is none.

Each call happens in a process that is forked for it, so what goes over is pickled: which model and its pixels go there,
tile after tile comes back. Progress, Stop, canvases and the memory of results stay here.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from enhancer import watch
from enhancer.engine.apart import Elsewhere, Which, weight_bytes
from enhancer.engine.device import bytes_per_pixel
from enhancer.engine.engine import Engine, ModelSource, Part
from enhancer.errors import EnhancerError, WorkerLost
from enhancer.models.contract import Model
from enhancer.models.entry import Entry, Hub
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings

WAITING = "waiting for a GPU"


@dataclass(frozen=True)
class Asked:
    """What goes over: `pixels` (3, H, W) and perhaps a `plane` (1, H, W), in [0, 1]; the weights take so many bytes."""

    which: Which
    weight_bytes: int
    pixels: np.ndarray
    plane: np.ndarray | None = None


Drawing = Generator[Part | EnhancerError, None, None]  # errors come as they are; raised, only their names would
Draw = Callable[[Asked], Drawing]


class There(Elsewhere):
    """A network that runs only where a GPU is lent; here are its facts."""

    def __init__(self, which: Which, facts: dict[str, int]) -> None:
        super().__init__()
        self.which, self.facts = which, facts

    def told(self, what: str, precision: torch.dtype = torch.float32) -> Any:
        """As `Elsewhere.told`: what its process takes, nobody here can tell; the need is that in float32."""
        return self.facts.get(what)


class StoreLent(Store):
    """Fetches, verifies and opens here, for the facts; networks are opened again where they run."""

    def _open(self, model_id: str, place: Entry | Path | Hub, progress: Progress) -> Model:
        model = super()._open(model_id, place, progress)
        facts = {"need": bytes_per_pixel(model, torch.float32), "weights": weight_bytes(model)}
        return replace(model, network=There(Which(model_id), facts))

    def _between(self, twin: str, model_id: str, progress: Progress, crispness: float) -> Model:
        model = super()._between(twin, model_id, progress, crispness)  # of two without weights: facts and origins
        assert isinstance(model.network, There)
        return replace(model, network=There(Which(model_id, crispness), model.network.facts))


class EngineLent(Engine):
    """Draws whole pictures by `draw`; `refusals` are the errors by which a GPU is not lent, or taken back."""

    def __init__(
        self, store: ModelSource, settings: Settings, draw: Draw, refusals: tuple[type[Exception], ...] = ()
    ) -> None:
        super().__init__(store, settings)
        self._draw, self._refusals = draw, refusals

    def parts(
        self, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None = None
    ) -> Generator[Part, None, None]:
        """As `Engine.parts`; Stop is heard with each part. Raises WorkerLost where no GPU is lent to the end, too."""
        assert isinstance(model.network, There), "only a StoreLent knows where its networks run"
        network = model.network
        asked = Asked(network.which, network.weight_bytes(), pixels.numpy(), None if plane is None else plane.numpy())
        progress.step(0, 1, WAITING)
        try:
            with closing(self._draw(asked)) as drawing:
                for part in drawing:
                    if isinstance(part, EnhancerError):
                        raise part
                    progress.step(part.done, part.total, model.id)
                    yield part
        except self._refusals as error:
            raise WorkerLost(f"No GPU was lent for this picture, or it was taken back: {error.args[0]}") from error


def drawing_with(bench: Engine) -> Draw:
    """What happens in a process that a GPU is lent to; nobody else may use `bench`, whose locks are forked with it."""

    def draw(asked: Asked) -> Drawing:
        torch.set_num_threads(1)  # other threads of this process were not forked with it, and would be waited for
        try:
            with watch.apart():
                model = bench.model(asked.which.model_id, crispness=asked.which.crispness)
            plane = None if asked.plane is None else torch.from_numpy(asked.plane)
            yield from bench.parts(model, torch.from_numpy(asked.pixels), Progress(), plane)
        except EnhancerError as error:
            yield error

    return draw
