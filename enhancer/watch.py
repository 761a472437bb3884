"""What happens inside, told to whoever listens: one line at each boundary, and nothing to pay while nobody does."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum, auto
from typing import Protocol
from weakref import ref

from enhancer.errors import Cancelled, EnhancerError

UNEXPECTED = "Unexpected"  # kind of a failure that is none of ours
_TOLD = "_enhancer_told"


class What(Enum):
    """What can be told of, with its value and its labels."""

    REQUEST = auto()  # 1; route, status
    WORK = auto()  # seconds of a job from its turn to its end; door, outcome
    WAITED = auto()  # seconds of a job until its turn
    FAILED = auto()  # 1; kind, the class of the error
    STAGE = auto()  # seconds; stage, model
    PIXELS = auto()  # pixels; way: read, drawn, written
    BYTES = auto()  # bytes of files; way: read, written
    REMEMBERED = auto()  # 1; outcome: hit, miss
    LOADED = auto()  # 1; model
    CONSISTENCY = auto()  # dB; model
    RESTARTED = auto()  # 1, a process that died; work: what it was for
    GAIN = auto()  # dB by which a model beats a plain resize in a self-test; model


class Listener(Protocol):
    """Whoever wants to know."""

    def hear(self, what: What, value: float, labels: Mapping[str, str]) -> None:
        """Called in the thread where it happened, so it must be quick and raise nothing."""


_listeners: tuple[ref[Listener], ...] = ()
_guard = threading.Lock()
_apart: ContextVar[bool] = ContextVar("apart", default=False)


def listen(listener: Listener) -> None:
    """Tell `listener` from now on, for as long as somebody holds it."""
    global _listeners
    with _guard:
        _listeners = (*(known for known in _listeners if known() is not None), ref(listener))


def tell(what: What, value: float = 1.0, **labels: str) -> None:
    """Say that something happened."""
    if _listeners and not _apart.get():
        for known in _listeners:
            if (listener := known()) is not None:
                listener.hear(what, value, labels)


@contextmanager
def apart() -> Iterator[None]:
    """Nothing is told of what this thread does inside: it is no work for anybody."""
    token = _apart.set(True)
    try:
        yield
    finally:
        _apart.reset(token)


@contextmanager
def stage(name: str, model: str = "") -> Iterator[None]:
    """Tell how long the block took, unless it raises."""
    began = time.perf_counter()
    yield
    tell(What.STAGE, time.perf_counter() - began, stage=name, model=model)


def failed(error: BaseException) -> None:
    """Tell of an error, once however many doors it passes; somebody's Stop is none."""
    if isinstance(error, Cancelled) or getattr(error, _TOLD, False):
        return
    setattr(error, _TOLD, True)
    tell(What.FAILED, kind=type(error).__name__ if isinstance(error, EnhancerError) else UNEXPECTED)
