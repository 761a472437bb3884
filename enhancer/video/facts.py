"""What there is to know about a video, as plain data that passes between processes."""

from dataclasses import dataclass, replace
from fractions import Fraction

UNSAID = 2  # of primaries, transfer and matrix, in the numbers of H.273


@dataclass(frozen=True)
class Colours:
    """What the numbers of a picture mean, in the numbers of ITU-T H.273; `range` 0 where it is not said, 1 is limited,
    2 full."""

    primaries: int = UNSAID
    transfer: int = UNSAID
    matrix: int = UNSAID
    range: int = 0


@dataclass(frozen=True)
class Facts:
    """A video as it is shown: `width` and `height` of upright frames in pixels, each `aspect` times as wide as high.

    Time is counted in `tick` seconds: the first frame is shown at `start`, the last one until `end`, `rate` frames a
    second as the file says; `variable` where that changes. `depth` 8, 10 or 12 bits; `turned` by how many degrees
    the file says that its frames are to be turned, counterclockwise. `sounds` are the codecs of its sound tracks;
    `notes` hold one sentence for each thing that is not kept.
    """

    width: int
    height: int
    frames: int
    start: int
    end: int
    tick: Fraction
    rate: Fraction
    variable: bool = False
    aspect: Fraction = Fraction(1)
    depth: int = 8
    turned: int = 0
    colours: Colours = Colours()  # frozen
    codec: str = ""
    sounds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """From the first frame to the end of the last."""
        return float((self.end - self.start) * self.tick)


@dataclass(frozen=True)
class Look:
    """How frames are written: of this size, with the time and colours of their source."""

    width: int
    height: int
    tick: Fraction
    rate: Fraction
    aspect: Fraction
    depth: int
    colours: Colours

    @classmethod
    def like(cls, facts: Facts, width: int, height: int) -> "Look":
        """As the source is, in another size; where it leaves the matrix to players, which guess by the size, it is
        said."""
        colours = facts.colours
        if colours.matrix == UNSAID and (width, height) != (facts.width, facts.height):
            colours = replace(colours, matrix=guessed_matrix(min(facts.width, facts.height)))
        return cls(width, height, facts.tick, facts.rate, facts.aspect, facts.depth, colours)


@dataclass(frozen=True)
class Part:
    """From which second on, and how many of them; 0 for all."""

    begin: float = 0.0
    seconds: float = 0.0

    def holds(self, seconds: float) -> bool:
        """Whether what is shown so many seconds after the first frame belongs to it."""
        return self.begin <= seconds and not self.is_over(seconds)

    def is_over(self, seconds: float) -> bool:
        """Whether nothing more of it comes from this second on."""
        return bool(self.seconds) and seconds >= self.begin + self.seconds


def guessed_matrix(lines: int) -> int:
    """What players take for the matrix of a video that does not say it: of BT.709 from 720 lines on, else of BT.601."""
    return 1 if lines >= 720 else 6


def moment(seconds: float) -> str:
    """As people read it off a player: 1:02.5."""
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"{int(minutes)}:{rest:04.1f}"
