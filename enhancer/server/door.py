"""How many requests may be under way, in all and of one client; whoever comes too many is told when to come again."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType

from enhancer.server.problems import Refused

SOONEST, LATEST = 1, 120  # seconds of Retry-After
FULL = "As many requests are under way as there is room for; please try again later."
RECENT = 0.2  # weight of the last stay in the mean of stays


class Place:
    """One request under way, until the end of the `with` block or until `leave`."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def leave(self) -> None:
        """Make room for another; a second time nothing happens."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def __enter__(self) -> "Place":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.leave()


class Door:
    """Lets `most` in at once, and `share` of one client; `clock` gives seconds."""

    def __init__(self, most: int, share: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._share, self._clock = most, share, clock
        self._inside: Counter[str] = Counter()
        self._stay = 0.0  # seconds, in the mean
        self._last = 0.0  # when the last of those is to come again who found no room
        self._guard = threading.Lock()

    @property
    def inside(self) -> int:
        """Requests under way."""
        with self._guard:
            return self._inside.total()

    @property
    def full(self) -> bool:
        """Whether nobody else is let in."""
        return self.inside >= self._most

    def obstacle(self) -> str | None:
        """Why no work should be sent here now."""
        return FULL if self.full else None

    def enter(self, client: str) -> Place:
        """Raises Refused: 429 for a client with its share under way, 503 where everything is taken."""
        with self._guard:
            if self._inside[client] >= self._share:
                raise Refused(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    f"You have {self._share} requests under way, which is the most; please wait for one of them.",
                    "max_share",
                    self._later(),
                )
            if self._inside.total() >= self._most:
                raise Refused(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    f"{self._most} requests are under way, which is the most; please try again later.",
                    "max_queue",
                    self._one_after_the_other(),
                )
            self._inside[client] += 1
        began = self._clock()
        return Place(lambda: self._left(client, began))

    def _left(self, client: str, began: float) -> None:
        with self._guard:
            self._inside[client] -= 1
            self._inside = +self._inside
            stay = self._clock() - began
            self._stay = stay if not self._stay else (1 - RECENT) * self._stay + RECENT * stay

    def _later(self) -> int:
        """Half of a usual stay from now, half of those who are here will have left."""
        return _seconds(self._stay / 2)

    def _one_after_the_other(self) -> int:
        """The same, but those who are sent away together come back as places become free, and not together."""
        now = self._clock()
        self._last = min(max(now + self._stay / 2, self._last + self._stay / max(1, self._most)), now + LATEST)
        return _seconds(self._last - now)


def _seconds(wait: float) -> int:
    return min(LATEST, max(SOONEST, math.ceil(wait)))
