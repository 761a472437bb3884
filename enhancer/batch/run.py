"""A batch under way: files are given out to hands, rows come back as they end, with what is left to do."""

import contextvars
import queue
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from enhancer.batch.hands import Hire
from enhancer.batch.journal import Journal
from enhancer.batch.places import File
from enhancer.batch.row import DONE, KEPT, LEFT, Row
from enhancer.errors import Cancelled
from enhancer.progress import Progress

TICK = 0.2  # seconds between two news, at most


@dataclass(frozen=True)
class News:
    """`row` is the one that just ended, None where time went by; `done` of `total` files have ended.

    `running` are (name, share of it that is done); `remaining` estimates the seconds left, None where nothing is known.
    """

    row: Row | None
    done: int
    total: int
    running: tuple[tuple[str, float], ...]
    remaining: float | None


@dataclass
class _Shift:
    """What the hands of one batch share."""

    files: deque[File]
    before: dict[str, Row]
    ended: "queue.Queue[Row | Exception]" = field(default_factory=queue.Queue)
    running: dict[int, tuple[File, Progress]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)
    hopeless: bool = False  # since one file failed as all others would

    def work(self, hire: Hire, number: int) -> None:
        """Do file after file, until there is none, or the batch is over."""
        try:
            hand = hire(Progress(self._check))
            try:
                while not self.over.is_set() and not self.hopeless and (file := self.next()):
                    self.running[number] = file, Progress(self._check)
                    row = hand.do(file, self.running[number][1], self.before.get(file.made))
                    del self.running[number]
                    self.hopeless |= row.final
                    self.ended.put(row)
            finally:
                hand.close()
        except Exception as error:
            if not isinstance(error, Cancelled) or not self.over.is_set():
                self.ended.put(error)

    def next(self) -> File | None:
        """A file that nobody has begun."""
        try:
            return self.files.popleft()
        except IndexError:
            return None

    def _check(self, progress: Progress) -> None:
        if self.over.is_set():
            progress.cancel()


class Clock:
    """How long the rest takes, by the bytes of the files; what was done before takes no time, and counts for none."""

    def __init__(self, files: Sequence[File]) -> None:
        self._bytes, self._began = {f.made: max(1, f.bytes) for f in files}, time.monotonic()
        self._left, self._done = sum(self._bytes.values()), 0.0

    def ended(self, row: Row) -> None:
        """Count a file."""
        self._left -= self._bytes[row.target]
        self._done += self._bytes[row.target] if row.outcome != KEPT else 0

    def remaining(self, running: Sequence[tuple[File, Progress]]) -> float | None:
        """Seconds."""
        begun = sum(self._bytes[file.made] * share(progress) for file, progress in running)
        done = self._done + begun
        return (time.monotonic() - self._began) / done * (self._left - begun) if done else None


def run(files: Sequence[File], hire: Hire, workers: int, journal: Journal | None = None) -> Generator[News, None, None]:
    """Do all files with so many hands; every file that is done stands in the journal before its row is told.

    Files that nobody begins, after one that failed finally, have a row that says so. Closing the iterator stops the
    work at its next step. Raises Unwritable for the journal, and what `hire` raises.
    """
    shift = _Shift(deque(files), {} if journal is None else dict(journal.rows))
    threads = [_thread(shift, hire, number) for number in range(min(workers, len(files)))]
    clock, done = Clock(files), 0
    try:
        while done < len(files):
            for row in _rows(shift):
                if row is not None:
                    done += 1
                    clock.ended(row)
                    if journal is not None and row.outcome == DONE:
                        journal.add(row)
                running = tuple(shift.running.values())
                names = tuple((file.name, share(progress)) for file, progress in running)
                yield News(row, done, len(files), names, clock.remaining(running))
    finally:
        shift.over.set()
        for thread in threads:
            thread.join()


def _thread(shift: _Shift, hire: Hire, number: int) -> threading.Thread:
    """Works for whom this thread works for."""
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(shift.work, hire, number), daemon=True, name="batch")
    thread.start()
    return thread


def _rows(shift: _Shift) -> Iterator[Row | None]:
    """The next row that ends, None after a while; after one that all others would share, those that were not begun."""
    try:
        ended = shift.ended.get(timeout=TICK)
    except queue.Empty:
        yield None
        return
    if isinstance(ended, Exception):
        raise ended
    yield ended
    if ended.final:
        while (file := shift.next()) is not None:
            yield Row(file.name, file.made, LEFT, problem=ended.problem)


def share(progress: Progress) -> float:
    """How much of a file is done, 0 to 1."""
    return min(1.0, progress.done / progress.total) if progress.total else 0.0
