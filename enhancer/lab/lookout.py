"""Detectors in a process of their own, which ends when nobody asked for a while: they leave no memory behind."""

import threading
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from enhancer.errors import OutOfMemory, WorkerLost
from enhancer.lab.detectors import detector_here, file_here, opened
from enhancer.memory import lacking
from enhancer.models.detector import Found, Looking
from enhancer.settings import Settings
from enhancer.shared import Outbox, Slots, seen
from enhancer.worker import POSSIBLE, Ended, Files, Late, More, Worker

NAME = "looking for objects"
IDLE = 60.0  # seconds after the last look until the process ends


@dataclass(frozen=True)
class _Look:
    """What does the detector of this file find in the picture in the outbox?"""

    file: Path
    written: int
    slots: Slots


class Lookout:
    """One process for all detectors, begun when it is needed. Safe to use from several threads: one look at a time."""

    def __init__(self, memory: int, seconds: int, idle: float = IDLE) -> None:
        self._memory, self._seconds, self._idle = memory, seconds, idle
        self._turn, self._outbox = threading.Lock(), Outbox()
        self._worker: Worker | None = None
        self._rest: threading.Timer | None = None

    @property
    def pid(self) -> int | None:
        """The process; None where there is none now."""
        return None if self._worker is None else self._worker.pid

    def look(self, file: Path, pixels: Tensor) -> tuple[Found, ...]:
        """As the detector of `file` does. Raises what is raised there, WorkerLost and OutOfMemory."""
        with self._turn:
            if self._rest is not None:
                self._rest.cancel()
            self._worker = self._worker or Worker(NAME, _Desk, (torch.get_num_threads(),), self._memory)
            try:
                return self._asked(self._worker, file, pixels)
            finally:
                self._outbox.close()
                self._rest = threading.Timer(self._idle, self._end)
                self._rest.daemon = True
                self._rest.start()

    def _asked(self, worker: Worker, file: Path, pixels: Tensor) -> tuple[Found, ...]:
        slots, memory = self._outbox.fill([pixels])
        try:
            question = _Look(file, file.stat().st_mtime_ns, slots)
            found: tuple[Found, ...] = worker.ask(question, self._seconds, [memory])[0]
        except Ended as error:
            raise WorkerLost(
                "The process that looked for objects was ended, perhaps for want of memory; please try again."
            ) from error
        except Late as error:
            raise WorkerLost(
                f"Looking for objects took longer than {self._seconds} seconds; please choose a smaller picture.",
                limit="tile_seconds",
            ) from error
        except (MemoryError, RuntimeError) as error:
            if not lacking(error):
                raise
            raise OutOfMemory(
                "Looking for objects needs more memory than it may have; please choose a smaller picture.",
                "model_memory",
            ) from error
        return found

    def _end(self) -> None:
        with self._turn:
            asked_again = self._rest is not threading.current_thread()
            if self._worker is not None and not asked_again:
                self._worker.close()
                self._worker = None


def looking_with(name: str, settings: Settings) -> Looking:
    """One of `detectors_here`, apart where the settings say so.

    Raises UnknownModel for any other, WeightsUnavailable where its file is missing.
    """
    if not (settings.model_worker and POSSIBLE):
        return detector_here(name, settings)
    return partial(_lookout(settings.model_memory, settings.tile_seconds).look, file_here(name, settings))


@cache
def _lookout(memory: int, seconds: int) -> Lookout:
    return Lookout(memory, seconds)


class _Desk:
    """The process: looks at what it is asked."""

    def __init__(self, threads: int) -> None:
        torch.set_num_threads(threads)

    def __call__(self, question: _Look, files: Files, more: More) -> tuple[Any, Files]:
        (pixels,) = seen(question.slots, files[0])
        assert pixels is not None
        return opened(question.file, question.written)(pixels), ()
