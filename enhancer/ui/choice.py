"""What the form asks for: one task with its options, or several one after another."""

from dataclasses import dataclass, field
from typing import Any

from enhancer.models.catalog import Entry, entry
from enhancer.tasks import TASKS, Task
from enhancer.tasks.chain import Step, sizes
from enhancer.tasks.choose import AUTO, choose_model
from enhancer.ui.words import model_card

UPSCALE = TASKS["upscale"]
RESIZE = "Plain resize"
Size = tuple[int, int]  # (width, height)


class Wish:
    """One choice or several; `largest` is the limit of pixels of a result, over which BadOptions is raised."""

    choices: "tuple[Choice, ...]"

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is to be done, as a chain."""
        return tuple(Step(choice.task.id, choice.options) for choice in self.choices)

    def sizes(self, size: Size, largest: int) -> list[Size]:
        """(width, height) of a picture of `size` before the first step and after each."""
        return sizes(size, self.steps, largest)

    def result_size(self, size: Size, largest: int) -> Size:
        """(width, height) of the result for a picture of `size`."""
        return self.sizes(size, largest)[-1]

    def models(self, size: Size, largest: int) -> tuple[Entry | None, ...]:
        """For each step the catalogue entry that will run on a picture of `size`, None where no network does."""
        found = self.sizes(size, largest)
        changes = zip(self.choices, found[:-1], found[1:], strict=True)
        return tuple(None if choice.plain else choice.model(before, after) for choice, before, after in changes)

    def what(self, size: Size, largest: int) -> str:
        """What people call this: the model or else the task, of several steps both."""
        named = list(zip(self.choices, self.models(size, largest), strict=True))
        if len(named) == 1:
            return named[0][0].title if named[0][1] is None else named[0][1].title
        return " → ".join(c.title if model is None else f"{c.title} ({model.title})" for c, model in named)

    def mark(self, before: Size, after: Size) -> str:
        """What the name of a result ends in: the tasks, and by how much they enlarged."""
        marks = [choice.task.id for choice in self.choices if choice.task is not UPSCALE]
        if len(marks) < len(self.choices):
            marks.append(f"x{round(max(a / b for a, b in zip(after, before, strict=True)), 2):g}")
        return "-".join(marks)

    def card(self, size: Size | None = None, largest: int = 0) -> str:
        """What one should know about the model of a single task, as HTML."""
        return ""


@dataclass(frozen=True)
class Choice(Wish):
    """A task with the plain values of its options."""

    task: Task
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def choices(self) -> "tuple[Choice, ...]":  # type: ignore[override]  # nobody sets it
        """Itself alone."""
        return (self,)

    @property
    def plain(self) -> bool:
        """Whether this resizes without any network."""
        return self.task is UPSCALE and self.options.get("strength") == 0

    @property
    def title(self) -> str:
        """The task as people call it."""
        return RESIZE if self.plain else self.task.title

    def model(self, size: Size | None = None, result: Size | None = None) -> Entry | None:
        """The catalogue entry that is meant for the way from `size` to `result`, None for tasks without a network."""
        if self.task.family != "learned":
            return None
        factor = self.options.get("scale", 2.0) if self.task is UPSCALE else 1.0
        if size is not None and result is not None:
            factor = max(result[0] / size[0], result[1] / size[1])
        return entry(choose_model(self.options.get("model", AUTO), self.task.id, factor))

    def meant(self, size: Size | None = None, largest: int = 0) -> Entry | None:
        """The entry that is meant for a picture of `size`; without one, for the factor alone."""
        return self.model(size, None if size is None else self.result_size(size, largest))

    def card(self, size: Size | None = None, largest: int = 0) -> str:
        """What one should know about the model, as HTML."""
        model = self.meant(size, largest)
        return "" if model is None else model_card(model, self.options.get("model") != model.id)


@dataclass(frozen=True)
class Chain(Wish):
    """Several tasks, each working on what the one before it made; none of them where all were left out."""

    choices: tuple[Choice, ...]
