"""Values of any unit and range into the 0 to 1 that networks know, and back: rising everywhere, so order is kept."""

from dataclasses import dataclass, field

import numpy as np

WINDOW = (0.25, 0.75)  # where the values go between which the file is looked at; what lies beside counts, too
BULK = (0.05, 0.95)  # where all but a few values go, where the file does not say
SHARES = (0.005, 0.995)  # of the values, that lie below the first and the last of those
SAMPLE, SAMPLES = 4096, 2**22  # values that are kept of a window, and of a scene


@dataclass(frozen=True)
class Mapping:
    """A line with at most two bends: `values`, rising, go to `shares`, rising from 0 to 1. Its ends are exact."""

    values: tuple[float, ...]
    shares: tuple[float, ...]

    @property
    def low(self) -> float:
        """The least value."""
        return self.values[0]

    @property
    def span(self) -> float:
        """From the least value to the greatest."""
        return self.values[-1] - self.values[0]

    def into(self, values: np.ndarray) -> np.ndarray:
        """Values, of any shape → shares in [0, 1]."""
        found: np.ndarray = np.interp(values, self.values, self.shares)
        return found

    def back(self, shares: np.ndarray) -> np.ndarray:
        """Shares in [0, 1] → values."""
        found: np.ndarray = np.interp(shares, self.shares, self.values)
        return found

    def steepness(self, shares: np.ndarray) -> np.ndarray:
        """By how much values change for each unit of shares, there."""
        slopes = np.diff(self.values) / np.diff(self.shares)
        found: np.ndarray = slopes[np.searchsorted(self.shares[1:-1], shares, side="right")]
        return found


@dataclass
class Tally:
    """What is seen of the values of a scene on the way through it: their ends, and some of those between."""

    low: float = np.inf
    high: float = -np.inf
    kept: list[np.ndarray] = field(default_factory=list)

    def see(self, values: np.ndarray, windows: int) -> None:
        """Valid values of one of so many windows, in any shape; none is fine, too."""
        if not values.size:
            return
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))
        most = max(1, min(SAMPLE, SAMPLES // windows))
        self.kept.append(values.ravel()[:: -(-values.size // most)].copy())

    def mapping(self, inner: tuple[float, float] | None = None) -> Mapping:
        """From the least value to the greatest, with most of the room for those of `inner`, or for all but a few.

        A scene that holds a single value, or none, gets a line of length 1.
        """
        if not self.high > self.low:
            low = self.low if np.isfinite(self.low) else 0.0
            return Mapping((low, low + max(1.0, abs(low))), (0.0, 1.0))
        if inner is not None:
            return bent(self.low, inner, self.high, WINDOW)
        first, last = np.quantile(np.concatenate(self.kept), SHARES)
        return bent(self.low, (float(first), float(last)), self.high, BULK)


def bent(low: float, inner: tuple[float, float], high: float, shares: tuple[float, float]) -> Mapping:
    """The line through both ends, with a bend at each value of `inner` that lies well between them.

    The ends get the rest of the room, but never more than on a straight line: nothing there is made to look steep.
    """
    spare = 1e-12 * (high - low)
    known = [(low, 0.0), (high, 1.0)]
    if inner[1] - inner[0] > spare:
        straight = [(value - low) / (high - low) for value in inner]
        bends = (inner[0], min(shares[0], straight[0])), (inner[1], max(shares[1], straight[1]))
        known += [(value, share) for value, share in bends if low + spare < value < high - spare]
    values, at = zip(*sorted(known), strict=True)
    return Mapping(values, at)
