"""A training state on disk, replaced atomically, and the small weight file that leaves it."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from enhancer.errors import TrainingError
from enhancer.models.weights import write_weights


@dataclass
class Best:
    """The step whose averaged weights did best on held-out pictures."""

    step: int = 0
    quality: float = float("-inf")


@dataclass
class State:
    """Everything a run needs to go on as if it had never stopped.

    `save_weights` writes a network of this kind into a weight file; `source` draws patches and degradations of this
    process: with several processes each has its own; `broken` counts how long each rule of the watch-dog has been.
    """

    network: nn.Module
    average: nn.Module
    save_weights: Callable[[nn.Module, Path], None]
    optimisers: list[torch.optim.Optimizer]
    source: torch.Generator
    discriminator: nn.Module | None = None
    judges: list[torch.optim.Optimizer] = field(default_factory=list)
    step: int = 0
    seconds: float = 0.0
    best: Best = field(default_factory=Best)
    broken: dict[str, int] = field(default_factory=dict)

    def parts(self) -> dict[str, Any]:
        """What has a `state_dict`, by name."""
        named = {"network": self.network, "average": self.average}
        if self.discriminator is not None:
            named["discriminator"] = self.discriminator
        lists = {"optimiser": self.optimisers, "judge": self.judges}
        return named | {f"{name} {n}": o for name, items in lists.items() for n, o in enumerate(items)}

    def set_rates(self, factor: float) -> None:
        """Give every optimiser its first rates times `factor`."""
        for group in self._groups():
            group["lr"] = group.setdefault("full_lr", group["lr"]) * factor

    def _groups(self) -> list[dict[str, Any]]:
        return [group for o in self.optimisers + self.judges for group in o.param_groups]

    def save(self, file: Path, sources: list[Tensor], subject: Mapping[str, object]) -> None:
        """Write everything, with the random states of all processes and what the run is about.

        Raises TrainingError when the disk is full or read-only; the last checkpoint then stays as it was.
        """
        content = {name: part.state_dict() for name, part in self.parts().items()}
        content |= {"sources": sources, "step": self.step, "seconds": self.seconds, "best": vars(self.best)}
        content |= {"broken": self.broken, "subject": dict(subject)}
        replace_file(file, lambda partial: torch.save(content, partial))

    def load(self, file: Path, process: int, processes: int, subject: Mapping[str, object]) -> None:
        """Take everything up again, at the rates that the optimisers have now.

        Raises TrainingError for a checkpoint of another subject, recipe or number of processes.
        """
        rates = [group["lr"] for group in self._groups()]
        try:
            content: dict[str, Any] = torch.load(file, weights_only=True, map_location="cpu")
            for name, part in self.parts().items():
                part.load_state_dict(content[name])
            sources, before, self.broken = content["sources"], content["subject"], content["broken"]
            self.step, self.seconds, self.best = content["step"], content["seconds"], Best(**content["best"])
        except (KeyError, RuntimeError, ValueError) as error:
            raise TrainingError(f"{file} belongs to another recipe ({error}). Choose another folder.") from error
        changed = [f"{k} was {before.get(k)}, not {v}" for k, v in subject.items() if before.get(k) != v]
        if changed:
            raise TrainingError(f"{file} belongs to another recipe ({'; '.join(changed)}). Choose another folder.")
        for group, rate in zip(self._groups(), rates, strict=True):
            group["full_lr"] = rate
        if len(sources) != processes:
            raise TrainingError(f"{file} was written by {len(sources)} processes; go on with as many, not {processes}.")
        self.source.set_state(sources[process])


def replace_file(file: Path, write: Any) -> None:
    """Let `write` fill a file beside `file`, flush it to the disk, then replace `file` in one move.

    Raises TrainingError where the disk does not take it.
    """
    partial = file.with_name(file.name + ".partial")
    try:
        write(partial)
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        partial.replace(file)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as RuntimeError
        partial.unlink(missing_ok=True)
        raise TrainingError(
            f"{file} cannot be written ({error}). Make room or choose another folder; the last checkpoint is whole."
        ) from error


def export(network: nn.Module, architecture: str, hyperparameters: dict[str, Any], file: Path) -> None:
    """Write half-precision weights whose header says which network they belong to."""
    weights = {k: v.detach().half().contiguous().cpu() for k, v in network.state_dict().items()}
    header = {"architecture": architecture, "hyperparameters": json.dumps(hyperparameters, sort_keys=True)}
    replace_file(file, lambda partial: write_weights(weights, partial, header))
