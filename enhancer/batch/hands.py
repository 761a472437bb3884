"""Who does the work of a batch: this process, or several with an engine each, of which none can take others down."""

import logging
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Protocol

import torch

from enhancer import worker
from enhancer.batch.one import enhanced
from enhancer.batch.order import Order
from enhancer.batch.places import File
from enhancer.batch.row import FAILED, Row
from enhancer.engine import Engine
from enhancer.errors import Cancelled
from enhancer.hall import default_engine
from enhancer.progress import Progress

POLL = 0.1  # seconds between two looks at the token
OFTEN = 0.2  # seconds between two reports of a worker
ENDS_WITHIN = 5.0  # seconds, else it is killed
LOST = (
    "The process that worked on this file was ended from outside, perhaps for want of memory; "
    "the same command does it again."
)
log = logging.getLogger(__name__)


class Hand(Protocol):
    """One that does one file at a time."""

    def do(self, file: File, progress: Progress, before: Row | None) -> Row:
        """As `enhancer.batch.one.enhanced`. Raises Cancelled."""

    def close(self) -> None:
        """No more files come."""


Hire = Callable[[Progress], Hand]  # what makes one; it may wait for a place, and hears Stop meanwhile


class Here:
    """This process, with an engine that may serve others, too."""

    def __init__(self, order: Order, engine: Engine) -> None:
        self._order, self._engine, self._stamp = order, engine, order.digest(engine)

    def do(self, file: File, progress: Progress, before: Row | None) -> Row:
        """As `Hand.do`."""
        return enhanced(file, self._order, self._engine, progress, self._stamp, before)

    def close(self) -> None:
        """As `Hand.close`."""


class Worker:
    """A process of its own, with so many `threads`; one that dies is replaced, and costs one file."""

    def __init__(self, order: Order, threads: int) -> None:
        self._order, self._threads = order, threads
        self._start()

    def _start(self) -> None:
        afresh = worker.context()
        self._pipe, there = afresh.Pipe()
        self._process = afresh.Process(target=_serve, args=(there, self._order, self._threads), daemon=True)
        self._process.start()
        there.close()

    @property
    def pid(self) -> int | None:
        """The process, for who wants to end it."""
        return self._process.pid

    def do(self, file: File, progress: Progress, before: Row | None) -> Row:
        """As `Hand.do`."""
        try:
            self._pipe.send((file, before))
            return self._answer(progress)
        except (EOFError, OSError):
            self._process.join(ENDS_WITHIN)
            log.warning("a worker ended with code %s at %s", self._process.exitcode, file.name)
            self.close()
            self._start()
            return Row(file.name, file.made, FAILED, problem=LOST)

    def _answer(self, progress: Progress) -> Row:
        while True:
            if not self._pipe.poll(POLL):
                progress.step(progress.done, progress.total, progress.note)  # hears Stop
                continue
            said = self._pipe.recv()
            if isinstance(said, Row):
                return said
            progress.step(*said)

    def close(self) -> None:
        """As `Hand.close`: at its next step the process finds that nobody listens, and cleans up."""
        self._pipe.close()
        self._process.join(ENDS_WITHIN)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _serve(pipe: Connection, order: Order, threads: int) -> None:
    """What a worker does until nobody listens any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who gives the work decides what Ctrl-C means
    torch.set_num_threads(threads)
    hand, reporter = Here(order, default_engine()), _Reporter(pipe)
    try:
        while True:
            file, before = pipe.recv()
            pipe.send(hand.do(file, Progress(reporter), before))
    except (EOFError, OSError, Cancelled):
        return


class _Reporter:
    """Tells the other side how far a file is, not too often; nobody there means Stop."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe, self._last = pipe, 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last < OFTEN:
            return
        self._last = now
        try:
            self._pipe.send((progress.done, progress.total, progress.note))
        except OSError as error:
            raise Cancelled("Stopped.") from error
