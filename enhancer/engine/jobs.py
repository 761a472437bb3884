"""Long work behind a door: a thread with a token, places that all doors share, and fair turns among those who ask."""

import concurrent.futures
import contextvars
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Generic, TypeVar

from enhancer import watch
from enhancer.aside import placed
from enhancer.engine.turns import Asker, Turns, asked_by
from enhancer.errors import Cancelled
from enhancer.progress import Progress
from enhancer.watch import What

log = logging.getLogger(__name__)
T = TypeVar("T")
POLL = 0.1  # seconds between two looks at the token
AT_ONCE = 2  # long jobs that compute; a stopped one counts until it hears of it
QUICK_AT_ONCE = 2  # small ones, which never wait for long ones
_places = {False: Turns(AT_ONCE), True: Turns(QUICK_AT_ONCE)}  # by whether a job is quick
DONE, FAILED, STOPPED = "done", "failed", "stopped"


def load() -> tuple[int, int]:
    """How many jobs of this process wait for a place, and how many have one."""
    waiting, working = zip(*(places.load for places in _places.values()), strict=True)
    return sum(waiting), sum(working)


class Job(Generic[T]):
    """`work(progress)` in a thread of its own, when it is its turn; leaving the `with` block cancels the token.

    `begun` says whether it had its turn yet, `future` holds what it returned or raised.
    """

    def __init__(self, work: Callable[[Progress], T], asker: Asker) -> None:
        self.progress = Progress()
        self.future: Future[T] = Future()
        self.begun = False
        self._work, self._asker = work, asker
        self._context = (
            contextvars.copy_context()
        )  # whose thread this is: log lines name the request, GPUs are lent to it

    def start(self) -> "Job[T]":
        """Queue up, in another thread."""
        threading.Thread(target=self._context.run, args=(self._run,), daemon=True, name="job").start()
        return self

    def __enter__(self) -> "Job[T]":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.progress.cancel()

    def ticks(self) -> Iterator[Progress]:
        """The token, again and again until the work is over."""
        while not concurrent.futures.wait([self.future], POLL).done:
            yield self.progress

    def result(self) -> T:
        """What `work` returned. Raises what it raised."""
        return self.future.result()

    def _run(self) -> None:
        came = time.perf_counter()
        try:
            with asked_by(self._asker), _places[self._asker.quick].turn(self._wait) as turn, placed(turn.left):
                self.begun = True
                watch.tell(What.WAITED, time.perf_counter() - came)
                self.progress.step(0, 1)
                result = self._worked()
        except BaseException as error:  # it is raised again in the thread that asks for the result
            self._tell_stop()
            self.future.set_exception(error)
        else:
            self._tell_stop()
            self.future.set_result(result)

    def _worked(self) -> T:
        began, outcome = time.perf_counter(), FAILED
        try:
            result = self._work(self.progress)
            outcome = DONE
        except Cancelled:
            outcome = STOPPED
            raise
        except BaseException as error:
            watch.failed(error)
            raise
        finally:
            watch.tell(What.WORK, time.perf_counter() - began, door=self._asker.door, outcome=outcome)
        return result

    def _tell_stop(self) -> None:
        if self.progress.cancelled:
            log.info("job stopped at %d of %d", self.progress.done, self.progress.total)

    def _wait(self) -> None:
        """Whoever waits for a place can still be cancelled."""
        self.progress.step(0, 1, "waiting for the pictures before")
