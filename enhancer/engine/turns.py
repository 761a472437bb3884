"""First come, first served: one turn at a time, so that long work lets short work in between its tiles."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 0.2  # seconds between two looks at whether the one who waits still wants to


class Turns:
    """A queue of tickets; whoever holds the first one works."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tickets: deque[object] = deque()

    @contextmanager
    def turn(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Queue up, work, and let the next one in, also after an error.

        `waiting` is called every `PATIENCE` seconds until then; what it raises ends the waiting.
        """
        ticket = object()
        with self._changed:
            self._tickets.append(ticket)
        try:
            while not self._is_first(ticket):
                waiting()
            yield
        finally:
            with self._changed:
                self._tickets.remove(ticket)
                self._changed.notify_all()

    def _is_first(self, ticket: object) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._tickets[0] is ticket, PATIENCE)
