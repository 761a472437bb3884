"""The one training loop, to be read from top to bottom."""

import copy
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import nn

from enhancer.errors import TrainingError
from enhancer.training.checkpoint import State
from enhancer.training.data import hold_out, picture_files
from enhancer.training.feed import feed
from enhancer.training.keeper import Keeper
from enhancer.training.logbook import Logbook
from enhancer.training.optim import BETAS, optimisers
from enhancer.training.recipes import Recipe
from enhancer.training.start import network_of, seeded
from enhancer.training.update import step

log = logging.getLogger(__name__)


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

    def spent(self, state: State) -> float:
        """Share used up: 1 or more at the end."""
        by_time = state.seconds / (60 * self.minutes) if self.minutes else 0.0
        by_steps = state.step / self.steps if self.steps else 0.0
        return max(by_time, by_steps)


def train(recipe: Recipe, data: Path, out: Path, budget: Budget, start: Path | None = None) -> Path:
    """Train until the budget is spent, resuming from `out` where it holds a checkpoint.

    Returns the exported weights of the averaged network; those of the best step lie beside them.
    Raises TrainingStopped when the watch-dog ends the run, TrainingError for a disk or checkpoint that does not serve,
    FileNotFoundError for a folder without pictures.
    """
    accelerator = Accelerator(cpu=not torch.cuda.is_available())
    training, validation = hold_out(picture_files(data), recipe.hold_out)
    pairs, unseen = (feed(files, recipe, accelerator.device) for files in (training, validation))
    state = begin(recipe, start, accelerator)
    keeper = Keeper(recipe, data, out, accelerator)
    keeper.resume(state)
    with Logbook(out, accelerator.is_main_process) as book:
        while (spent := budget.spent(state)) < 1:
            began = time.perf_counter()
            figures = step(state, recipe, pairs, spent, accelerator)
            state.seconds += keeper.same_everywhere(time.perf_counter() - began)
            keeper.add(figures)
            book.reached(budget.spent(state))
            if state.step % recipe.report_every == 0:
                keeper.report(state, unseen, book)
        if state.step % recipe.report_every:
            keeper.report(state, unseen, book)
    return keeper.finish(state)


def begin(recipe: Recipe, start: Path | None, accelerator: Accelerator) -> State:
    """A fresh state on the device, from the weights in `start` if given."""
    network, save = network_of(recipe, start)
    network = _placed(network, accelerator)
    source = torch.Generator(accelerator.device).manual_seed(recipe.seed + 1_000_003 * accelerator.process_index)
    rates = optimisers(network, recipe.muon_lr, recipe.adamw_lr)
    state = State(network, copy.deepcopy(network).requires_grad_(False), save, rates, source)
    if recipe.adversarial:
        name, width = f"{recipe.discriminator}-discriminator", {"channels": recipe.discriminator_width}
        state.discriminator = _placed(seeded(name, width, recipe.seed + 1), accelerator)
        judged = state.discriminator.parameters()
        state.judges = [torch.optim.AdamW(judged, recipe.discriminator_lr, BETAS, weight_decay=0.0)]
    for group in (g for o in state.optimisers + state.judges for g in o.param_groups):
        group["full_lr"] = group["lr"]
    return state


def _placed(network: nn.Module, accelerator: Accelerator) -> nn.Module:
    move: Callable[..., nn.Module] = network.to
    return move(accelerator.device, memory_format=torch.channels_last)
