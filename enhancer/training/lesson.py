"""What a run learns: where its batches come from, what one step does, and how good the network is by now."""

from abc import ABC, abstractmethod
from dataclasses import asdict
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from PIL import Image
from torch import Tensor

from enhancer.training.checkpoint import State
from enhancer.training.schedule import Schedule
from enhancer.training.watchdog import Rule, Told

Figures = dict[str, Tensor]
# options that a run cannot change on its way
FIXED = ("network", "scale", "degradation", "hold_out", "select", "discriminator", "discriminator_width", "freeze")


class Lesson(ABC):
    """One subject of the training loop; `recipe` holds its options, `data` where the pictures lie.

    `rules` are those of the watch-dog.
    """

    recipe: Schedule
    data: Path
    rules: tuple[Rule[Any], ...]

    def subject(self) -> dict[str, object]:
        """What must be the same where a run goes on, by name: what is learned, and what it is judged by."""
        same = {name: value for name, value in asdict(self.recipe).items() if name in FIXED}
        return {"kind": type(self.recipe).__name__} | same

    def told(self) -> dict[str, str]:
        """What else the run was given, as the options of the command line have it."""
        return {}

    @abstractmethod
    def begin(self, accelerator: Accelerator) -> State:
        """A fresh state on the device."""

    @abstractmethod
    def step(self, state: State, spent: float, accelerator: Accelerator) -> Figures:
        """One update, with the share `spent` of the budget used up; returns scalars on the device."""

    @abstractmethod
    def report(self, state: State, means: dict[str, float]) -> Told:
        """How good the averaged network is on what it never saw; `means` are those of the figures of `step`."""

    @abstractmethod
    def quality(self, report: Any) -> float:
        """What the best step is chosen by; more is better."""

    @abstractmethod
    def sheet(self, state: State) -> Image.Image:
        """A picture that shows people what the network does."""
