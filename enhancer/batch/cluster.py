"""Hands on an existing Ray cluster: an actor for each device, with an engine of its own; pictures go over as objects.

Nothing but the program and its weights must be on the other machines: sources are read and results written here.
"""

import logging
import os
import socket
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import torch

from enhancer.batch.hands import LOST, OFTEN, Here, Hire
from enhancer.batch.one import done_before, sentence
from enhancer.batch.order import Order
from enhancer.batch.places import File
from enhancer.batch.row import FAILED, Row
from enhancer.errors import BadOptions, Cancelled, EnhancerError, Unwritable
from enhancer.hall import default_engine
from enhancer.media.files import unwritten, write_whole
from enhancer.progress import Progress

NOT_INSTALLED = "--engine ray needs Ray; `pip install 'ray>=2.50'` brings it."
NOT_THERE = "No Ray cluster was found{where}; start one with `ray start --head`, or let RAY_ADDRESS name one."
NOT_ABLE = "The Ray cluster could not start the program; it must be installed on all its machines, and Ray alike."
WAITS = "The cluster is busy, or slow to start: a free place on it is waited for; Ctrl-C ends that."
PATIENCE = 15.0  # seconds without an answer until that is said; loading the program over there takes some
ANSWERS_WITHIN = 5.0  # seconds, else nobody is there; Ray itself would wait for minutes
log = logging.getLogger(__name__)


def hiring(order: Order) -> tuple[Hire, int]:
    """What makes a hand on the cluster that RAY_ADDRESS names, or that runs here, and how many it has devices for.

    Raises BadOptions without one.
    """
    try:
        import ray
    except ImportError as error:
        raise BadOptions(NOT_INSTALLED) from error
    _check_address(os.environ.get("RAY_ADDRESS", ""))
    try:
        ray.init(address="auto", ignore_reinit_error=True, log_to_driver=False)
    except ConnectionError as error:
        raise BadOptions(NOT_THERE.format(where="")) from error
    there = ray.cluster_resources()
    # a whole GPU where the cluster has any, else a core
    device, count = ({"num_gpus": 1, "num_cpus": 0}, "GPU") if there.get("GPU") else ({"num_cpus": 1}, "CPU")
    return partial(Remote, ray, order, device, threading.Event()), max(1, int(there.get(count, 0)))


def _check_address(address: str) -> None:
    """Raises BadOptions where nobody listens at host:port."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), ANSWERS_WITHIN).close()
    except OSError as error:
        raise BadOptions(NOT_THERE.format(where=f" at {address}")) from error


class Remote:
    """A hand on a machine of the cluster; one that is lost is replaced, and costs one file."""

    def __init__(
        self, ray: Any, order: Order, device: dict[str, int], said: threading.Event, progress: Progress
    ) -> None:
        """Waits for a free place; `said` is whether one of the hands told so.

        Raises BadOptions where the cluster cannot start it, and Cancelled.
        """
        self._ray, self._order, self._device, self._said = ray, order, device, said
        self._start()
        try:
            self._stamp: str = self._heard(self._actor.stamp.remote(), progress)
        except Cancelled:
            self.close()
            raise
        except self._ray.exceptions.RayError as error:
            raise BadOptions(NOT_ABLE) from error

    def _start(self) -> None:
        kind = self._ray.remote(_Actor).options(max_concurrency=2, **self._device)  # one works, one is asked how far
        self._actor = kind.remote(self._order, self._device["num_cpus"])

    def do(self, file: File, progress: Progress, before: Row | None) -> Row:
        """As `Hand.do`."""
        try:
            return done_before(file, self._order, self._stamp, before) or self._done(file, progress)
        except Cancelled:
            raise
        except (EnhancerError, OSError) as error:  # those of the actor, too, which are RayErrors besides
            return Row(file.name, file.made, FAILED, problem=sentence(error, file), final=isinstance(error, Unwritable))
        except self._ray.exceptions.RayError as error:  # want of memory and lost answers are no RayActorError
            log.warning("an actor was lost at %s: %s", file.name, error)
            self.close()
            self._start()
            return Row(file.name, file.made, FAILED, problem=LOST)

    def _done(self, file: File, progress: Progress) -> Row:
        answer = self._actor.do.remote(file.name, file.made, file.source.read_bytes())
        try:
            while not self._ray.wait([answer], timeout=OFTEN)[0]:
                progress.step(*self._heard(self._actor.how_far.remote(), progress))
        except Cancelled:
            self._actor.stop.remote()
            raise
        found: tuple[Row, dict[str, bytes]] = self._ray.get(answer)
        _written(found[1], file.target.parent)
        return found[0]

    def _heard(self, answer: Any, progress: Progress) -> Any:
        """What the actor answers as soon as it has a place. Raises Cancelled."""
        since = time.monotonic()
        while not self._ray.wait([answer], timeout=OFTEN)[0]:
            if time.monotonic() - since > PATIENCE and not self._said.is_set():
                self._said.set()
                log.warning(WAITS)
            progress.step(progress.done, progress.total, progress.note)  # hears Stop
        return self._ray.get(answer)

    def close(self) -> None:
        """As `Hand.close`."""
        self._ray.kill(self._actor)


def _written(made: dict[str, bytes], folder: Path) -> None:
    """Lay files under their names, each whole. Raises Unwritable, BadOptions."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritten(error, f"{folder}") from error
    for name, data in made.items():
        write_whole(folder / name, lambda stream, data=data: stream.write(data), "The picture")  # type: ignore[misc]


class _Actor:
    """What works on the other machine."""

    def __init__(self, order: Order, threads: int) -> None:
        if threads:
            torch.set_num_threads(threads)
        self._order, self._engine, self._progress = order, default_engine(), Progress()
        self._hand = Here(order, self._engine)

    def stamp(self) -> str:
        """The digest of the order as it is done here."""
        return self._order.digest(self._engine)

    def how_far(self) -> tuple[int, int, str]:
        """Of the file that is worked on."""
        return self._progress.done, self._progress.total, self._progress.note

    def stop(self) -> None:
        """Nobody waits for the file any more."""
        self._progress.cancel()

    def do(self, name: str, made: str, data: bytes) -> tuple[Row, dict[str, bytes]]:
        """What became of a file, and the files that it became, by their names."""
        self._progress = Progress()
        with tempfile.TemporaryDirectory() as place:
            source, target = Path(place, "in", Path(name).name), Path(place, "out", Path(made).name)
            for folder in (source.parent, target.parent):
                folder.mkdir()
            source.write_bytes(data)
            row = self._hand.do(File(source, name, target, made, len(data)), self._progress, None)
            return row, {file.name: file.read_bytes() for file in sorted(target.parent.iterdir())}
