"""Long work behind a page: a thread with a token that is polled, and cancelled as soon as nobody looks any more."""

import logging
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from types import TracebackType
from typing import Any, Generic, TypeVar

import gradio as gr
from gradio.context import LocalContext

from enhancer.engine.turns import Asker, Turns, asked_by
from enhancer.errors import EnhancerError
from enhancer.progress import Progress

log = logging.getLogger(__name__)
T = TypeVar("T")
Update = dict[Any, Any]  # component → what it shows now
Steps = Generator[Update, None, None]  # what a handler does, one update after the other
POLL = 0.1  # seconds between two looks at the token
AT_ONCE = 2  # long jobs that compute; a stopped one counts until it hears of it
QUICK_AT_ONCE = 2  # small ones, which never wait for long ones
UNEXPECTED = "Something unexpected went wrong here; it was written to the log of the server. Please try again."
_places = {False: Turns(AT_ONCE), True: Turns(QUICK_AT_ONCE)}  # by whether a job is quick


class Job(Generic[T]):
    """`work(progress)` in a thread of its own, when it is its turn; leaving the `with` block cancels the token."""

    def __init__(self, work: Callable[[Progress], T], asker: Asker) -> None:
        self.progress = Progress()
        self._work, self._asker = work, asker
        self._over = threading.Event()
        self._results: list[T] = []
        self._error: BaseException | None = None

    def __enter__(self) -> "Job[T]":
        threading.Thread(target=self._run, daemon=True, name="job").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.progress.cancel()

    def ticks(self) -> Iterator[Progress]:
        """The token, again and again until the work is over."""
        while not self._over.wait(POLL):
            yield self.progress

    def result(self) -> T:
        """What `work` returned. Raises what it raised."""
        self._over.wait()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            with asked_by(self._asker), _places[self._asker.quick].turn(self._wait):
                self.progress.step(0, 1)
                self._results.append(self._work(self.progress))
        except BaseException as error:  # it is raised again in the thread that asks for the result
            self._error = error
        finally:
            if self.progress.cancelled:
                log.info("job stopped at %d of %d", self.progress.done, self.progress.total)
            self._over.set()

    def _wait(self) -> None:
        """Whoever waits for a place can still be cancelled."""
        self.progress.step(0, 1, "waiting for the pictures before")


def visitor() -> str:
    """Whose event this handler serves: one name for each open page, "" outside of any."""
    request = LocalContext.request.get(None)
    return "" if request is None else request.session_hash or ""


def follow(
    work: Callable[[Progress], T], show: Callable[[Progress], Update], quick: bool = False
) -> Generator[Update, None, T]:
    """Do `work` and yield `show(progress)` meanwhile: `result = yield from follow(...)` inside a handler.

    Visitors share this machine evenly; `quick` is for what takes about a second, and goes before what takes long.

    When the page closes the handler (Stop, a closed tab), the work ends at its next step. Raises what `work` raises.
    """
    with Job(work, Asker(visitor(), quick)) as job:
        for progress in job.ticks():
            yield show(progress)
        return job.result()


def guarded(steps: Steps, failed: Callable[[str], Update]) -> Steps:
    """Pass the updates of a handler on; an error becomes `failed(sentence)` and a toast with that sentence.

    At the end everything is said once more: of two updates that reach a browser within one frame, the page forgets
    what only the first one held.
    """
    told: Update = {}
    with closing(steps):
        try:
            for update in steps:
                told |= update
                yield update
        except Exception as error:
            text = sentence(error)
            yield {**told, **failed(text)}
            raise gr.Error(text, print_exception=False) from error
    yield told


def sentence(error: Exception) -> str:
    """What a person is told about an error; an unexpected one goes into the log."""
    if isinstance(error, EnhancerError):
        return str(error)
    log.error("unexpected error behind the page", exc_info=error)
    return UNEXPECTED
