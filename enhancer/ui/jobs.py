"""Long work behind a page: polled while somebody looks, and cancelled as soon as nobody does any more."""

import logging
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any, TypeVar

import gradio as gr
from gradio.context import LocalContext

from enhancer import watch
from enhancer.engine.jobs import Job
from enhancer.engine.turns import Asker
from enhancer.errors import EnhancerError
from enhancer.logs import REQUEST_ID
from enhancer.progress import Progress

log = logging.getLogger(__name__)
T = TypeVar("T")
Update = dict[Any, Any]  # component → what it shows now
Steps = Generator[Update, None, None]  # what a handler does, one update after the other
ID = "x-request-id"  # as the server in front of the page hands it on
UNEXPECTED = "Something unexpected went wrong here; it was written to the log of the server. Please try again."


def visitor() -> str:
    """Whose event this handler serves: one name for each open page, "" outside of any."""
    request = LocalContext.request.get(None)
    return "" if request is None else request.session_hash or ""


def name_request() -> None:
    """Let the log lines of this step of a handler name its request; each step runs in a context of its own."""
    request = LocalContext.request.get(None)
    REQUEST_ID.set("" if request is None else str(request.headers.get(ID, "")))


def follow(
    work: Callable[[Progress], T], show: Callable[[Progress], Update], quick: bool = False
) -> Generator[Update, None, T]:
    """Do `work` and yield `show(progress)` meanwhile: `result = yield from follow(...)` inside a handler.

    Visitors share this machine evenly; `quick` is for what takes about a second, and goes before what takes long.

    When the page closes the handler (Stop, a closed tab), the work ends at its next step. Raises what `work` raises.
    """
    name_request()
    with Job(work, Asker(visitor(), quick, "page")) as job:
        for progress in job.ticks():
            yield show(progress)
        return job.result()


def guarded(steps: Steps, failed: Callable[[str], Update]) -> Steps:
    """Pass the updates of a handler on; an error becomes `failed(sentence)`, and what was to follow does not."""
    error = yield from answered(steps, failed)
    if error is not None:
        raise gr.Error(error, visible=False, print_exception=False)


def answered(steps: Steps, failed: Callable[[str], Update]) -> Generator[Update, None, str | None]:
    """The same for a handler that nothing follows, which ends in peace: → the sentence about its error.

    For handlers that work through the newest question last (`always_last`): behind one that ends in an error, the page
    forgets the question that waits.

    At the end everything is said once more: of two updates that reach a browser within one frame, the page forgets
    what only the first one held.
    """
    told: Update = {}
    name_request()
    with closing(steps):
        try:
            for update in steps:
                told |= update
                yield update
        except Exception as error:
            text = sentence(error)
            yield {**told, **failed(text)}
            return text
    yield told
    return None


def sentence(error: Exception) -> str:
    """What a person is told about an error; it is counted, and an unexpected one goes into the log."""
    watch.failed(error)
    if isinstance(error, EnhancerError):
        return str(error)
    log.error("unexpected error behind the page", exc_info=error)
    return UNEXPECTED
