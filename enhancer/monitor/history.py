"""The last quarter of an hour in memory, a sample every few seconds, for charts that have no database behind them."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

EVERY = 5.0  # seconds
KEPT = 180  # samples: a quarter of an hour


@dataclass(frozen=True)
class Sample:
    """Values by name at a moment, in seconds of the clock."""

    at: float
    values: Mapping[str, float]


class History:
    """Samples of what `read` gives; `clock` gives seconds."""

    def __init__(self, read: Callable[[], Mapping[str, float]], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._samples: deque[Sample] = deque(maxlen=KEPT)

    def take(self) -> None:
        """Remember how things stand now."""
        self._samples.append(self._now())

    def samples(self) -> list[Sample]:
        """What is remembered, and how things stand now, the oldest first."""
        return [*self._samples, self._now()]

    def _now(self) -> Sample:
        return Sample(self._clock(), self._read())


def line(samples: Sequence[Sample], name: str) -> list[tuple[float, float]]:
    """(seconds before the last sample, value) of what goes up and down."""
    return [(samples[-1].at - s.at, s.values[name]) for s in samples]


def grown(samples: Sequence[Sample], name: str, over: float, count: int) -> list[float]:
    """How much a sum grew in each of the last `count` spans of `over` seconds, the oldest first; 0 before the samples.

    A span ends with the last sample in it.
    """
    ends = [_at(samples, name, samples[-1].at - n * over) for n in range(count, -1, -1)]
    return [b - a for a, b in pairwise(ends)]


def _at(samples: Sequence[Sample], name: str, moment: float) -> float:
    return next((s for s in reversed(samples) if s.at <= moment), samples[0]).values[name]
