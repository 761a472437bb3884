"""How often one client may ask: a window that moves, kept in memory."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from http import HTTPStatus

from enhancer.server.problems import Refused

MINUTE = 60.0  # seconds
CLIENTS = 4096  # remembered before those are forgotten who did not come for a minute


class Pace:
    """Lets one client in `most` times a minute, 0 for as often as it likes; `limit` names the setting, if there is one.

    `clock` gives seconds.
    """

    def __init__(
        self, most: int, told: str, limit: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._told, self._limit, self._clock = most, told, limit, clock
        self._came: dict[str, deque[float]] = {}
        self._guard = threading.Lock()

    def step(self, client: str) -> None:
        """Count one. Raises Refused as `check` does, and does not count then."""
        if not self._most:
            return
        with self._guard:
            self._check(client)
            self._forget()
            self._came.setdefault(client, deque()).append(self._clock())

    def check(self, client: str) -> None:
        """Raises Refused, 429, saying when to come again."""
        with self._guard:
            self._check(client)

    def _check(self, client: str) -> None:
        came, now = self._came.get(client, deque()), self._clock()
        while came and came[0] <= now - MINUTE:
            came.popleft()
        if self._most and len(came) >= self._most:
            after = max(1, math.ceil(came[0] + MINUTE - now))
            message = self._told.format(most=self._most, after=after)
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, message, self._limit, after)

    def _forget(self) -> None:
        if len(self._came) >= CLIENTS:
            oldest = self._clock() - MINUTE
            self._came = {client: came for client, came in self._came.items() if came and came[-1] > oldest}
