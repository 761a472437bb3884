"""The watch-dog: it reads every report and stops a run that has gone wrong, for a reason it can name."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, Protocol, TypeVar

from enhancer.errors import TrainingError


class TrainingStopped(TrainingError):
    """The watch-dog ended the run; the message names the reason and the best step, whose weights are kept."""


class Told(Protocol):
    """What a lesson reports: a line for the log, plain data for files."""

    @property
    def step(self) -> int:
        """Of the run."""

    def line(self) -> str:
        """For the log."""

    def data(self) -> dict[str, object]:
        """For files."""


T = TypeVar("T", bound=Told)


@dataclass(frozen=True)
class Report:
    """What is known at one step: figures over held-out pictures, and means since the last report.

    `psnr` and `untouched` are dB of the output and of the plain resize of the input; `contrast` the deviation of the
    output over that of the truth; `drift` how far the mean colour is off, in grey levels, beyond the input's own
    error; `silent` the dead channels of each layer; `real` and `fake` the mean scores of the discriminator, None
    without one.
    """

    step: int
    minutes: float
    loss: float
    psnr: float
    haarpsi: float
    untouched: float
    contrast: float
    drift: float
    silent: tuple[int, ...] = ()
    real: float | None = None
    fake: float | None = None

    def line(self) -> str:
        """For the log."""
        judged = "" if self.real is None else f"  D real {self.real:.2f} fake {self.fake:.2f}"
        mute = f"  silent {' '.join(map(str, self.silent))}" if self.silent else ""
        return (
            f"step {self.step}  {self.minutes:.1f} min  loss {self.loss:.5f}  "
            f"held-out {self.psnr:.3f} dB (untouched {self.untouched:.3f}){judged}{mute}"
        )

    def data(self) -> dict[str, object]:
        """For files."""
        return asdict(self)


@dataclass(frozen=True)
class Rule(Generic[T]):
    """Something that must not hold for `patience` reports in a row; it is asked with the recipe's slack.

    It is not asked before the step `since`.
    """

    name: str
    patience: int
    broken: Callable[[T, float], bool]
    since: int = 0


def _collapsed(report: Report, _slack: float) -> bool:
    """The scores of real and made pictures are the same, or the discriminator is never fooled at all."""
    if report.real is None or report.fake is None:
        return False
    gap = report.real - report.fake
    return abs(gap) < 0.01 or gap > 0.97


RULES: tuple[Rule[Report], ...] = (
    Rule("the loss is not a number", 1, lambda r, _: not (math.isfinite(r.loss) and math.isfinite(r.psnr))),
    Rule("the output turns grey", 2, lambda r, _: r.contrast < 0.6),
    Rule("the colours drift", 3, lambda r, _: r.drift > 5),
    Rule("worse than the untouched input", 4, lambda r, slack: r.psnr < r.untouched - slack),
    Rule("the discriminator has collapsed", 4, _collapsed, since=1000),  # before, it may not have learned anything yet
)


class Watchdog:
    """Counts, over the reports of a run, how long each rule has been broken: `broken`, by name."""

    def __init__(self, slack: float, rules: Sequence[Rule[Any]] = RULES) -> None:
        self.slack, self.rules = slack, rules
        self.broken = dict.fromkeys((rule.name for rule in rules), 0)

    def check(self, report: Told, best: str) -> None:
        """Raise TrainingStopped when a rule has lost its patience; `best` says which weights are kept."""
        for rule in self.rules:
            asked = report.step >= rule.since
            self.broken[rule.name] = self.broken[rule.name] + 1 if asked and rule.broken(report, self.slack) else 0
            if self.broken[rule.name] >= rule.patience:
                raise TrainingStopped(f"Stopped at step {report.step}: {rule.name}. {best}")
