"""Whoever waits for something else than the processor, such as a download, leaves the place to others meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

Leave = Callable[[], AbstractContextManager[None]]
_LEAVE: ContextVar[Leave] = ContextVar("leave", default=nullcontext)


@contextmanager
def placed(leave: Leave) -> Iterator[None]:
    """What this thread does inside has a place among those who compute, which `leave` gives up and takes again."""
    token = _LEAVE.set(leave)
    try:
        yield
    finally:
        _LEAVE.reset(token)


@contextmanager
def aside() -> Iterator[None]:
    """Nothing is computed inside; the place, where there is one, is somebody else's until then."""
    with _LEAVE.get()(), placed(nullcontext):
        yield
