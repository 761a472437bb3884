"""The one training loop, to be read from top to bottom."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from accelerate import Accelerator

from enhancer.errors import TrainingError
from enhancer.training.checkpoint import State
from enhancer.training.keeper import Keeper
from enhancer.training.lesson import Lesson
from enhancer.training.logbook import Logbook
from enhancer.training.recipes import Recipe
from enhancer.training.restoration import Restoration


@dataclass(frozen=True)
class Budget:
    """Minutes or steps of a run in all, resumed parts included; what ends first ends it."""

    minutes: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        """Raise TrainingError where there is no end, or none ahead."""
        given = [share for share in (self.minutes, self.steps) if share is not None]
        if not given or min(given) <= 0:
            raise TrainingError("A run needs an end: give minutes, steps or both, above 0.")

    def asked(self) -> dict[str, float]:
        """What was given, by name."""
        return {name: share for name, share in asdict(self).items() if share is not None}

    def spent(self, state: State) -> float:
        """Share used up: 1 or more at the end."""
        by_time = state.seconds / (60 * self.minutes) if self.minutes else 0.0
        by_steps = state.step / self.steps if self.steps else 0.0
        return max(by_time, by_steps)


def train(recipe: Recipe, data: Path, out: Path, budget: Budget, start: Path | None = None) -> Path:
    """Teach a network to restore pictures, by `recipe` on the tiles in `data`; see `follow`.

    Raises FileNotFoundError for a folder without pictures.
    """
    accelerator = fast_as_can_be()
    return follow(Restoration(recipe, data, start, accelerator.device), out, budget, accelerator)


def fast_as_can_be() -> Accelerator:
    """The GPUs where there are any, else the processor."""
    return Accelerator(cpu=not torch.cuda.is_available())


def follow(lesson: Lesson, out: Path, budget: Budget, accelerator: Accelerator) -> Path:
    """Train until the budget is spent, resuming from `out` where it holds a checkpoint.

    Returns the exported weights of the averaged network; those of the best step lie beside them.
    Raises TrainingStopped when the watch-dog ends the run, TrainingError for a disk or checkpoint that does not serve.
    """
    state = lesson.begin(accelerator)
    keeper = Keeper(lesson, out, accelerator, budget.asked())
    keeper.resume(state)
    with Logbook(out, accelerator.is_main_process) as book:
        while (spent := budget.spent(state)) < 1:
            began = time.perf_counter()
            state.set_rates(lesson.recipe.rate(state.step, spent))
            figures = lesson.step(state, spent, accelerator)
            state.seconds += keeper.same_everywhere(time.perf_counter() - began)
            keeper.add(figures)
            book.reached(budget.spent(state))
            if state.step % lesson.recipe.report_every == 0:
                keeper.report(state, book)
        if state.step % lesson.recipe.report_every:
            keeper.report(state, book)
    return keeper.finish(state)
