"""The token that long work carries: progress one way, cancelling the other."""

import threading
import time
from collections.abc import Callable

from enhancer.errors import Cancelled

Report = Callable[["Progress"], None]


class Progress:
    """Work calls `step` at every safe point; anybody may call `cancel` from another thread.

    `done` of `total` steps are finished, `note` says at what the work is, `remaining` estimates the seconds left.
    """

    def __init__(self, report: Report | None = None) -> None:
        self.done, self.total, self.note = 0, 0, ""
        self._report = report
        self._cancel = threading.Event()
        self._began: float | None = None

    def step(self, done: int, total: int, note: str = "") -> None:
        """Say that `done` of `total` steps are finished. Raises Cancelled after `cancel`."""
        if done == 0 or self._began is None:
            self._began = time.monotonic()
        self.done, self.total, self.note = done, total, note
        if self._report is not None:
            self._report(self)
        if self._cancel.is_set():
            raise Cancelled("Stopped.")

    def part(self, n: int, parts: int) -> "Progress":
        """The token for the `n`-th (from 0) of so many equal parts of this work: its steps move this one on.

        A cancel of this token stops the part, too.
        """
        return Progress(lambda p: self.step(n * p.total + p.done, parts * p.total, p.note))

    def cancel(self) -> None:
        """Make the next `step` raise Cancelled."""
        self._cancel.set()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancel.is_set()

    @property
    def remaining(self) -> float | None:
        """Estimated seconds left, or None before the first step is finished."""
        if not self.done or self._began is None:
            return None
        return (time.monotonic() - self._began) / self.done * (self.total - self.done)
