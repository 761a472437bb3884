"""What strangers send, in a process of its own: reading, drawing and writing, which may crash, hang or eat memory."""

import threading
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from enhancer.engine import Engine
from enhancer.errors import BadPicture, OutOfMemory, TooSlow
from enhancer.lanes.glimpse import glimpse
from enhancer.lanes.lane import MEDICAL, SATELLITE, Lane
from enhancer.lanes.made import Made, beside, check_names
from enhancer.lanes.medical import enhance_medical
from enhancer.lanes.satellite import enhance_satellite
from enhancer.lanes.wish import Wish
from enhancer.memory import lacking
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.worker import Ended, Files, Late, More, Worker

WORK = {MEDICAL.name: enhance_medical, SATELLITE.name: enhance_satellite}
WAIT = 0.3  # seconds until it is asked again how far it is


@dataclass(frozen=True)
class Asked:
    """One scene: from `source` into `target`, by a lane."""

    lane: Lane
    source: Path
    target: Path
    wish: Wish


@dataclass(frozen=True)
class Shown:
    """What was made, and two small pictures of its middle, before and after."""

    made: Made
    pair: tuple[Path, Path]


def enhance_apart(asked: Asked, settings: Settings, progress: Progress) -> Shown:
    """As the lane does, in a process that begins now and ends with the work, or with its Stop.

    Raises what the lane raises, OutOfMemory, BadPicture where the process dies at it, and TooSlow where it no longer
    answers; nothing then stays at the target, nor beside it.
    """
    check_names(asked.source, asked.target, asked.wish.uncertainty)
    given = settings, torch.get_num_threads()
    worker = Worker("lane", _Desk, given, settings.decode_memory + settings.model_memory)
    shown: Shown | None = None
    try:
        worker.ask(asked, settings.decode_seconds)
        while True:
            state: tuple[int, int, str, Shown | None] = worker.ask(None, settings.tile_seconds)[0]
            done, total, note, made = state
            progress.step(done, total, note)
            if made is not None:
                shown = made
                return shown
    except Ended as error:
        raise BadPicture("This file makes the program that reads it crash; please export it again.") from error
    except Late as error:
        raise TooSlow("A step with this file takes too long; please make it smaller.", "tile_seconds") from error
    except (MemoryError, RuntimeError) as error:
        if not lacking(error):
            raise
        raise OutOfMemory(
            "This file needs more memory than it may have; please cut it into parts.", "model_memory"
        ) from error
    finally:
        worker.close()
        if shown is None:  # it may have been done before the Stop was heard
            asked.target.unlink(missing_ok=True)
            if asked.wish.uncertainty:
                beside(asked.target).unlink(missing_ok=True)


class _Desk:
    """The process: a thread works, and this one tells how far it is."""

    def __init__(self, settings: Settings, threads: int) -> None:
        torch.set_num_threads(threads)
        self._settings = replace(settings, model_worker=0, decode_workers=0, device="cpu")
        self._progress, self._shown, self._error = Progress(), list[Shown](), list[BaseException]()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._asked: Asked | None = None

    def __call__(self, question: Asked | None, files: Files, more: More) -> tuple[Any, Files]:
        if question is not None:
            self._asked = question
            self._thread.start()
            return None, ()
        self._thread.join(WAIT)
        if self._error:
            raise self._error[0]
        shown = self._shown[0] if self._shown else None
        return (self._progress.done, self._progress.total, self._progress.note, shown), ()

    def _work(self) -> None:
        assert self._asked is not None
        asked, settings = self._asked, self._settings
        store = Store(settings, catalog_only=True)
        try:
            made = WORK[asked.lane.name](
                asked.source, asked.target, asked.wish, Engine(store, settings), self._progress
            )
            self._shown.append(Shown(made, _pair(asked, settings)))
        except BaseException as error:  # it is raised again where somebody asks
            self._error.append(error)


def _pair(asked: Asked, settings: Settings) -> tuple[Path, Path]:
    from enhancer.lanes.dicom_file import DicomFile
    from enhancer.lanes.geotiff_file import GeoFile

    opener: Any = DicomFile if asked.lane == MEDICAL else GeoFile
    roomy = replace(settings, max_scene_bytes=2**62, max_scene_pixels=2**62)
    with ExitStack() as held:
        before, after = (held.enter_context(closing(opener(p, roomy))) for p in (asked.source, asked.target))
        inverted = asked.lane == MEDICAL and before.tags.PhotometricInterpretation == "MONOCHROME1"
        return glimpse(before, after, asked.wish.scale, asked.target.parent, inverted)
