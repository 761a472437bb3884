"""What a run keeps: the figures between reports, the checkpoint, the best weights, and the last ones."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import gather_object
from torch import Tensor

from enhancer.errors import TrainingError
from enhancer.training.checkpoint import Best, State, replace_file
from enhancer.training.lesson import Figures, Lesson
from enhancer.training.logbook import Logbook
from enhancer.training.watchdog import Watchdog

log = logging.getLogger(__name__)


class Keeper:
    """Keeps one run in the folder `out`; with several processes, the first one writes.

    Raises TrainingError when the folder cannot be made.
    """

    def __init__(self, lesson: Lesson, out: Path, accelerator: Accelerator, budget: Mapping[str, float]) -> None:
        self.lesson, self.out, self.accelerator, self.budget = lesson, out, accelerator, budget
        self.watchdog = Watchdog(lesson.recipe.slack, lesson.rules)
        self.sums: Figures = {}
        self.count = 0
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TrainingError(f"The folder {out} cannot be made ({error}). Choose another.") from error

    def resume(self, state: State) -> None:
        """Take up the checkpoint, if there is one."""
        checkpoint = self.out / "checkpoint.pt"
        if checkpoint.exists():
            place = self.accelerator.process_index, self.accelerator.num_processes
            state.load(checkpoint, *place, self.lesson.subject())
            self.watchdog.broken |= state.broken
            log.info("resumed at step %d after %.1f minutes", state.step, state.seconds / 60)

    def same_everywhere(self, value: float) -> float:
        """The mean over all processes, so that all of them decide alike."""
        if self.accelerator.num_processes == 1:
            return value
        return float(self.accelerator.reduce(torch.tensor(value, device=self.accelerator.device), "mean"))

    def add(self, figures: Figures) -> None:
        """Add a step's figures to those since the last report."""
        zero = torch.zeros((), device=self.accelerator.device)
        self.sums = {name: self.sums.get(name, zero) + value for name, value in figures.items()}
        self.count += 1

    def report(self, state: State, book: Logbook) -> None:
        """Judge, write, remember the best, save; raises TrainingStopped, before anything is overwritten."""
        means = {name: self.same_everywhere(float(value) / self.count) for name, value in self.sums.items()}
        self.sums, self.count = {}, 0
        report = self.lesson.report(state, means)
        book.write(report, lambda: self.lesson.sheet(state))
        best = f"The weights of step {state.best.step} are in {self.out / 'best.safetensors'}."
        self.watchdog.check(report, best if state.best.step else "No weights were good enough to be kept.")
        state.broken = dict(self.watchdog.broken)
        quality = self.lesson.quality(report)
        if quality > state.best.quality:
            state.best = Best(state.step, quality)
            self._export(state, "best")
        sources: list[Tensor] = gather_object([state.source.get_state()])
        if self.accelerator.is_main_process:
            state.save(self.out / "checkpoint.pt", sources, self.lesson.subject())
        self.accelerator.wait_for_everyone()

    def finish(self, state: State) -> Path:
        """Export the averaged weights."""
        weights = self._export(state, "weights")
        log.info("done: step %d after %.1f minutes, %s", state.step, state.seconds / 60, weights)
        return weights

    def _export(self, state: State, name: str) -> Path:
        """Weights and, beside them, what made them, for `export`."""
        file = self.out / f"{name}.safetensors"
        if self.accelerator.is_main_process:
            state.save_weights(state.average, file)
            facts = {
                "recipe": asdict(self.lesson.recipe),
                "data": self.lesson.data.name,
                "steps": state.step,
                "minutes": round(state.seconds / 60, 1),
                "processes": self.accelerator.num_processes,
                "best": vars(state.best),
                "asked": dict(self.budget),
            } | self.lesson.told()
            text = json.dumps(facts, indent=2)
            replace_file(self.out / "run.json", lambda partial: partial.write_text(text))
        return file
