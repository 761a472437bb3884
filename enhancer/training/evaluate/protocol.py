"""What a protocol is: where its cases come from, what stands beside the models, and which figures are taken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor


@dataclass(frozen=True)
class Case:
    """One picture of a protocol.

    `given` (3, h, w) float32 is what the model gets, `truth` (3, H, W) in [0, 1] what it should give; `grey` where
    only one plane counts, repeated three times; `shave` pixels at each side of the result are not measured; `plane`
    (1, H, W) is 1 where something is missing, for protocols that tell the model. Of a clip both have the frames
    before these axes: (T, 3, h, w) and (T, 3, H, W).
    """

    given: Tensor
    truth: Tensor
    grey: bool = False
    shave: int = 0
    plane: Tensor | None = None


@dataclass(frozen=True)
class Column:
    """A figure of every row: `function(output, case)` on the output (3, H, W) rounded to 8 bits.

    `digits` and `width` rule the table; `short` digits are stated in the catalogue, which takes the figure up where
    that is positive. `tolerance` is what another machine may differ by.
    """

    title: str
    unit: str
    function: Callable[[Tensor, Case], float]
    digits: int = 3
    width: int = 11
    short: int = 2
    tolerance: float = 0.02

    @property
    def heading(self) -> str:
        """Title and unit."""
        return f"{self.title} {self.unit}".rstrip()

    def text(self, value: float, digits: int | None = None) -> str:
        """A value as people read it, with its unit, e.g. "37.54 dB"."""
        return f"{value:.{self.digits if digits is None else digits}f} {self.unit}".rstrip()


@dataclass(frozen=True)
class Protocol:
    """How a kind of model is measured, as data.

    `cases(folder, level)` gives the pictures of a benchmark folder at one of `levels` (named by `level`, each shown
    after `mark`); `plain(case)` is what stands in the row `baseline`. With `scaled` the level is the model's scale,
    else models enlarge by `scale` and are measured at every level. `stated` levels enter the catalogue under `label`;
    `timed` adds a column of seconds for each megapixel of output.
    """

    id: str
    about: str
    level: str
    mark: str
    levels: tuple[int, ...]
    sets: tuple[str, ...]
    baseline: str
    cases: Callable[[Path, int], Iterator[Case]]
    plain: Callable[[Case], Tensor]
    columns: tuple[Column, ...]
    label: str
    scaled: bool = False
    scale: int = 1
    stated: tuple[int, ...] = ()
    timed: bool = False


@dataclass(frozen=True)
class Row:
    """Mean figures of one method over one set at one level; `seconds` for each megapixel of output."""

    level: int
    method: str
    set: str
    pictures: int
    figures: tuple[float, ...]
    seconds: float
