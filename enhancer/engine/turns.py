"""Whose turn it is: the one who had the least so far, so that no visitor starves another and small things overtake.

Work is cut into turns, such as one tile. After each, whoever has worked the least gets the next: equal visitors
alternate, many jobs of one visitor share what that visitor gets, and one who comes later is neither served before all
others for ever nor behind what they did before (start-time fair queueing: Goyal, Vin, Cheng, SIGCOMM 1996).
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

PATIENCE = 0.2  # seconds between two looks at whether the one who waits still wants to
AHEAD = 2.0  # seconds of work that quick things may have had more than others, and still go first


@dataclass(frozen=True)
class Asker:
    """For whom this thread works; `quick` is for small things that somebody is waiting for, such as a preview.

    `door` says which way they came in, for those who count.
    """

    name: str = ""
    quick: bool = False
    door: str = ""


NOBODY = Asker()
ASKER: ContextVar[Asker] = ContextVar("asker", default=NOBODY)


@contextmanager
def asked_by(asker: Asker) -> Iterator[None]:
    """What this thread does inside is for `asker`."""
    token = ASKER.set(asker)
    try:
        yield
    finally:
        ASKER.reset(token)


class _Ticket:
    def __init__(self, asker: Asker) -> None:
        self.asker = asker


class Turns:
    """At most `places` work at a time; `clock` gives seconds."""

    def __init__(self, places: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._changed = threading.Condition()
        self._free, self._clock = places, clock
        self._waiting: list[_Ticket] = []  # by arrival
        self._working: Counter[str] = Counter()  # turns under way, by name
        self._spent: dict[str, float] = {}  # seconds of work, by name
        self._least = 0.0  # where those begin who come now

    @contextmanager
    def turn(self, waiting: Callable[[], None]) -> Iterator["Turn"]:
        """Queue up, work, and let the next one in, also after an error.

        `waiting` is called every `PATIENCE` seconds until then; what it raises ends the waiting.
        """
        turn = Turn(self, ASKER.get(), waiting)
        turn.begin()
        try:
            yield turn
        finally:
            turn.end()

    @property
    def load(self) -> tuple[int, int]:
        """How many wait, and how many work."""
        with self._changed:
            return len(self._waiting), self._working.total()

    def begin(self, asker: Asker, waiting: Callable[[], None]) -> float:
        """Wait for a place → when it was got."""
        ticket = self._queue_up(asker)
        try:
            while not self._begins(ticket):
                waiting()
        except BaseException:
            self._give_up(ticket)
            raise
        return self._clock()

    def _queue_up(self, asker: Asker) -> _Ticket:
        ticket = _Ticket(asker)
        with self._changed:
            self._spent[asker.name] = max(self._spent.get(asker.name, 0.0), self._least)
            self._waiting.append(ticket)
        return ticket

    def _begins(self, ticket: _Ticket) -> bool:
        """Wait a little for the turn, and take it."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._free and self._next() is ticket, PATIENCE):
                return False
            self._least = max(self._least, min(self._spent[t.asker.name] for t in self._waiting))
            self._waiting.remove(ticket)
            self._working[ticket.asker.name] += 1
            self._free -= 1
            self._changed.notify_all()  # there may be a free place for the next one
            return True

    def _next(self) -> _Ticket:
        return min(self._waiting, key=self._rank)

    def _rank(self, ticket: _Ticket) -> tuple[int, float]:
        """The least goes first, of equals the one who came first: who holds no place, then who had little."""
        asker = ticket.asker
        return self._working[asker.name], self._spent[asker.name] - AHEAD * asker.quick

    def _give_up(self, ticket: _Ticket) -> None:
        with self._changed:
            self._waiting.remove(ticket)
            self._changed.notify_all()

    def end(self, name: str, began: float) -> None:
        """Give a place up."""
        with self._changed:
            self._free += 1
            self._working[name] -= 1
            self._spent[name] += self._clock() - began
            self._forget()
            self._changed.notify_all()

    def _forget(self) -> None:
        """Drop accounts that say no more than that one begins now."""
        self._working = +self._working
        here = {t.asker.name for t in self._waiting} | set(self._working)
        self._least = self._least if here else 0.0
        self._spent = {n: s for n, s in self._spent.items() if n in here or (here and s > self._least)}


class Turn:
    """A place that one has, or waits for."""

    def __init__(self, turns: Turns, asker: Asker, waiting: Callable[[], None]) -> None:
        self._turns, self._asker, self._waiting = turns, asker, waiting
        self._began: float | None = None

    def begin(self) -> None:
        """Raises what `waiting` raises."""
        self._began = self._turns.begin(self._asker, self._waiting)

    def end(self) -> None:
        """Let the next one in, unless that was done."""
        if self._began is not None:
            began, self._began = self._began, None
            self._turns.end(self._asker.name, began)

    @contextmanager
    def left(self) -> Iterator[None]:
        """Let others work meanwhile, and wait for a place again. Raises what `waiting` raises."""
        self.end()
        try:
            yield
        finally:
            self.begin()
