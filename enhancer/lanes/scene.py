"""What a lane works on: layers of values on one grid, read and written window by window."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from enhancer.lanes.mapping import Mapping


@dataclass(frozen=True)
class Window:
    """A rectangle of a grid, in whole pixels from its top left corner."""

    left: int
    top: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def times(self, scale: int) -> "Window":
        """The same rectangle on a grid that is so many times as fine."""
        return Window(*(scale * n for n in (self.left, self.top, self.width, self.height)))

    def widened(self, reach: int, width: int, height: int) -> "Window":
        """With so many pixels more at each side, where a grid of this size has them."""
        left, top = max(0, self.left - reach), max(0, self.top - reach)
        right = min(width, self.left + self.width + reach)
        bottom = min(height, self.top + self.height + reach)
        return Window(left, top, right - left, bottom - top)

    def inside(self, outer: "Window") -> "Window":
        """Counted from the corner of an outer one."""
        return Window(self.left - outer.left, self.top - outer.top, self.width, self.height)


@dataclass(frozen=True)
class Layer:
    """What a network sees at once: `channels` 1, or 3 colours of one kind.

    Layers of one `kind` are measured together, so that equal values stay equal, as in the frames of a film. Those that
    are not `drawn` hold no measurements (an alpha channel, numbers of classes): each pixel is repeated. Values are
    rounded to `whole` numbers; `inner` are two of them between which most of what matters lies, where the file says so.
    """

    index: int
    kind: int
    channels: int = 1
    whole: bool = True
    drawn: bool = True
    inner: tuple[float, float] | None = None


class Source(Protocol):
    """A scene that is read: `width` and `height` of its grid, and the `layers` on it."""

    @property
    def width(self) -> int:
        """Pixels from left to right."""

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """In the order in which they are drawn."""

    @property
    def together(self) -> bool:
        """Whether the layers lie together, pixel by pixel, so that all of a window are to be drawn before the next."""

    def read(self, layer: Layer, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """Values (channels, h, w) float64, and which pixels (1, h, w) hold a measurement, bool."""


class Target(Protocol):
    """The scene that is written, on a finer grid."""

    def ready(self, mappings: dict[int, Mapping]) -> None:
        """The source was looked through: what is known of the values of each kind of layer."""

    def write(self, layer: Layer, window: Window, values: np.ndarray, valid: np.ndarray) -> None:
        """Values (channels, h, w) float64 and their validity (1, h, w), into a window of the finer grid."""

    def doubt(self, layer: Layer, window: Window, error: np.ndarray) -> None:
        """The error to expect (1, h, w), in the unit of the values; asked for only with uncertainty."""


def windows(width: int, height: int, side: int) -> list[Window]:
    """A grid cut into squares of at most `side` pixels, row by row."""
    return [
        Window(left, top, min(side, width - left), min(side, height - top))
        for top in range(0, height, side)
        for left in range(0, width, side)
    ]
