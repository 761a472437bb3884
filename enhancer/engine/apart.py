"""Networks in a process of their own: one that crashes, hangs or eats memory costs the picture that it draws.

Only the networks are there. Tiles, turns, progress and canvases stay here, and a tile goes over in shared memory.
"""

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from enhancer import memory
from enhancer.engine.device import bytes_per_pixel, choose_device
from enhancer.errors import WorkerLost
from enhancer.models.catalog import CATALOG
from enhancer.models.contract import Model, computing
from enhancer.models.entry import Entry, Hub
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.shared import Outbox, Slots, seen
from enhancer.worker import POSSIBLE, Ended, Files, Late, More, Worker

NAME = "drawing"
KEPT_THERE = 5  # models: as many jobs as compute at once, and the canary
ENDED = "The process that drew this picture was ended, perhaps for want of memory; please try again."


def store_for(settings: Settings, catalog: tuple[Entry, ...] = CATALOG, *, catalog_only: bool = False) -> Store:
    """A `Store`; one whose networks are elsewhere where the settings say so, which is on the processor alone."""
    if settings.model_worker and POSSIBLE and choose_device(settings.device).type == "cpu":
        return StoreApart(settings, catalog, catalog_only=catalog_only)
    return Store(settings, catalog, catalog_only=catalog_only)


@dataclass(frozen=True)
class Which:
    """A model, as `Store.load` names it."""

    model_id: str
    crispness: float = 1.0


@dataclass(frozen=True)
class About:
    """One of `ANSWERS`."""

    which: Which
    what: str
    precision: torch.dtype = torch.float32


@dataclass(frozen=True)
class Glance:
    """What does it see in this small picture, (B, C, H, W)?"""

    which: Which
    picture: np.ndarray


@dataclass(frozen=True)
class Run:
    """What does it make of the tensors in the outbox, its input and the extras of these names, and of what is told?"""

    which: Which
    precision: torch.dtype
    slots: Slots
    extras: tuple[str, ...]
    told: dict[str, Any]


class StoreApart(Store):
    """Fetches and verifies here; the process opens what it is asked for, and keeps the last few models."""

    def __init__(self, settings: Settings, catalog: tuple[Entry, ...] = CATALOG, *, catalog_only: bool = False) -> None:
        super().__init__(settings, catalog, catalog_only=catalog_only)
        self._given = settings, catalog, catalog_only
        self._worker: Worker | None = None
        self._beginning, self._filling, self._outbox = threading.Lock(), threading.Lock(), Outbox()

    @property
    def worker(self) -> Worker:
        """The process; begun when it is first needed."""
        with self._beginning:
            if self._worker is None:
                given = *self._given, torch.get_num_threads()
                self._worker = Worker(NAME, _Bench, given, self._settings.model_memory)
            return self._worker

    def ask(self, question: About | Glance | Run, files: Files = ()) -> tuple[Any, list[int]]:
        """Raises what is raised there, and WorkerLost."""
        seconds = self._settings.tile_seconds
        try:
            return self.worker.ask(question, seconds, files)
        except Ended as error:
            raise WorkerLost(ENDED) from error
        except Late as error:
            raise WorkerLost(
                f"A part of this picture took longer than {seconds} seconds to draw; please choose a smaller model.",
                limit="tile_seconds",
            ) from error

    def run(self, which: Which, precision: torch.dtype, x: Tensor, extras: dict[str, Any]) -> Tensor:
        """What the network makes of x (B, C, H, W) and the rest that it takes; it is there until the next run."""
        tensors = {name: value for name, value in extras.items() if isinstance(value, Tensor)}
        told = {name: value for name, value in extras.items() if name not in tensors}
        with self._filling:
            slots, file = self._outbox.fill([x, *tensors.values()])
            found, files = self.ask(Run(which, precision, slots, tuple(tensors), told), [file])
        (result,) = seen(found, files[0])
        assert result is not None
        return result

    def _open(self, model_id: str, place: Entry | Path | Hub, progress: Progress) -> Model:
        self._file(place, progress)  # fetched where its progress is seen
        return self._opened(Which(model_id))

    def _between(self, twin: str, model_id: str, progress: Progress, crispness: float) -> Model:
        for one in (twin, model_id):
            self._file(self._place(one), progress)
        return self._opened(Which(model_id, crispness))

    def _opened(self, which: Which) -> Model:
        model: Model = self.ask(About(which, "facts"))[0]
        return replace(model, network=Apart(self, which))


class Elsewhere(nn.Module, ABC):
    """A network that is not in this process, which knows what it takes."""

    @abstractmethod
    def told(self, what: str, precision: torch.dtype = torch.float32) -> Any:
        """The answer to one of `ANSWERS`."""

    def bytes_per_pixel(self, precision: torch.dtype) -> int:
        """As `enhancer.engine.device.bytes_per_pixel` of the model."""
        return int(self.told("need", precision))

    def weight_bytes(self) -> int:
        """What its weights take."""
        return int(self.told("weights"))

    def low(self) -> int | None:
        """As `enhancer.memory.low` of the process that it is in; None where that cannot be told."""
        found: int | None = self.told("low")
        return found

    def peak(self) -> int | None:
        """As `enhancer.memory.peak` of the process that it is in; None where that cannot be told."""
        found: int | None = self.told("peak")
        return found


class Apart(Elsewhere):
    """A network in the process of a store; to `Model`, a network as any other."""

    def __init__(self, store: StoreApart, which: Which) -> None:
        super().__init__()
        self._store, self._which = store, which

    def forward(self, x: Tensor, **extras: Any) -> Tensor:
        """As the network does it, in the number format that it is asked to compute in here."""
        lower = torch.is_autocast_enabled("cpu")
        precision = torch.get_autocast_dtype("cpu") if lower else torch.float32
        return self._store.run(self._which, precision, x, extras)

    def glance(self, picture: Tensor) -> Tensor:
        """As the network does."""
        found, _ = self._store.ask(Glance(self._which, picture.numpy()))
        return torch.from_numpy(found)

    def told(self, what: str, precision: torch.dtype = torch.float32) -> Any:
        """As `Elsewhere.told`; the process is asked."""
        return self._store.ask(About(self._which, what, precision))[0]


def weight_bytes(model: Model) -> int:
    """Bytes of memory that the weights of a model take."""
    if isinstance(model.network, Elsewhere):
        return model.network.weight_bytes()
    return sum(p.numel() * p.element_size() for p in model.network.parameters())


ANSWERS: dict[str, Callable[[Model, torch.dtype], Any]] = {
    "facts": lambda model, precision: replace(model, network=nn.Identity()),
    "need": bytes_per_pixel,
    "weights": lambda model, precision: weight_bytes(model),
    "low": lambda model, precision: memory.low(),
    "peak": lambda model, precision: memory.peak(),
}


class _Bench:
    """The process: what is asked is done with the model that is named."""

    def __init__(self, settings: Settings, catalog: tuple[Entry, ...], catalog_only: bool, threads: int) -> None:
        torch.set_num_threads(threads)
        self._store = Store(settings, catalog, catalog_only=catalog_only, most=KEPT_THERE)
        self._outbox = Outbox()

    def __call__(self, question: About | Glance | Run, files: Files, more: More) -> tuple[Any, Files]:
        given = seen(question.slots, files[0]) if isinstance(question, Run) else []
        model = self._store.load(question.which.model_id, crispness=question.which.crispness)
        if isinstance(question, About):
            return ANSWERS[question.what](model, question.precision), ()
        network: Any = model.network
        if isinstance(question, Glance):
            with torch.inference_mode():
                return network.glance(torch.from_numpy(question.picture)).numpy(), ()
        x, *extras = given
        assert x is not None
        with computing(x.device, question.precision):
            result = network(x, **dict(zip(question.extras, extras, strict=True)), **question.told)
        slots, file = self._outbox.fill([result])
        return slots, [os.dup(file)]
