"""Several tasks one after another, with one progress bar, one Stop, and errors that name their step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from enhancer.errors import Cancelled, EnhancerError
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.tasks import task as find_task
from enhancer.tasks.task import Task
from enhancer.tasks.upscale_options import TARGETS, UPSCALE, UpscaleOptions, target_size

if TYPE_CHECKING:
    from enhancer.engine import Engine
    from enhancer.media.picture import Picture

PARTS = 1000  # of the one progress bar


@dataclass(frozen=True)
class Step:
    """One task by its id, with plain values for the options that differ from their defaults."""

    task_id: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """A step made ready: its task with checked options, and the token that takes its progress."""

    number: int
    name: str
    task: Task
    options: Any
    progress: Progress
    alone: bool

    def run(self, picture: "Picture", engine: "Engine") -> "Picture":
        """Do it. An error of one step among several keeps its type, and its message begins with the step."""
        try:
            return self.task.run(picture, self.options, engine, self.progress)
        except EnhancerError as error:
            if self.alone:
                raise
            raise named(error, self.number, self.name) from error


class _Part(Progress):
    """The progress of one step, told as its `share` (begin, end) of the whole, which alone hears Stop."""

    def __init__(self, whole: Progress, name: str, share: tuple[float, float]) -> None:
        super().__init__()
        self._whole, self._name, self._share = whole, name, share

    def step(self, done: int, total: int, note: str = "") -> None:
        """Say how far this step is. Raises Cancelled after the whole was cancelled."""
        self.done, self.total, self.note = done, total, note
        begin, end = self._share
        reached = begin + (end - begin) * (done / total if total else 0)
        self._whole.step(round(PARTS * reached), PARTS, f"{self._name}: {note}" if note else self._name)

    def cancel(self) -> None:
        """Make the next `step` of the whole raise Cancelled."""
        self._whole.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether the whole was cancelled."""
        return self._whole.cancelled


def run_chain(picture: "Picture", steps: Sequence[Step], engine: "Engine", progress: Progress) -> "Picture":
    """Do the steps one after another; without any, the picture comes back as it is.

    All options are checked before any work. An error keeps its type, and with several steps its message begins with
    the one it is of, as in "Step 2 (Upscale): ...". Raises Cancelled, as it is, after a cancel.
    """
    for job in jobs((picture.width, picture.height), steps, engine.settings.max_output_pixels, progress):
        picture = job.run(picture, engine)
    if len(steps) != 1:  # which has told its own end
        progress.step(PARTS, PARTS)
    return picture


def jobs(size: tuple[int, int], steps: Sequence[Step], largest: int, progress: Progress) -> list[Job]:
    """Check every step for a picture of `size`, and give it its part of the bar by the pixels that it should draw.

    A step alone keeps the whole bar, in its own units. Raises BadOptions, naming the step among several.
    """
    alone, found, pixels = len(steps) == 1, list[tuple[str, Task, Any]](), [0]
    for number, step in enumerate(steps, 1):
        name = step.task_id
        try:
            task = find_task(step.task_id)
            name = task.title
            options: Any = parse(task.options, step.options)
            size = _grown(size, options, largest)
        except EnhancerError as error:
            if alone:
                raise
            raise named(error, number, name) from error
        found.append((name, task, options))
        pixels.append(pixels[-1] + size[0] * size[1])
    shares = [(begin / pixels[-1], end / pixels[-1]) for begin, end in pairwise(pixels)]
    return [
        Job(number, *job, progress if alone else _Part(progress, job[0], share), alone)
        for number, (job, share) in enumerate(zip(found, shares, strict=True), 1)
    ]


def sizes(size: tuple[int, int], steps: Sequence[Step], largest: int) -> list[tuple[int, int]]:
    """(width, height) before the first step and after each. Raises BadOptions over `largest` pixels."""
    found = [size]
    for step in steps:
        found.append(_grown(found[-1], parse(find_task(step.task_id).options, step.options), largest))
    return found


def for_part(steps: Sequence[Step], size: tuple[int, int], part: tuple[int, int], largest: int) -> tuple[Step, ...]:
    """The same steps for a part of a picture of `size`: what they make of it has the same share of the whole."""
    made = []
    for step, whole in zip(steps, sizes(size, steps, largest)[1:], strict=True):
        if step.task_id == UPSCALE.id:
            width, height = (max(1, round(p * w / s)) for p, w, s in zip(part, whole, size, strict=True))
            kept = {name: value for name, value in step.options.items() if name not in TARGETS}
            step = Step(step.task_id, {**kept, "width": width, "height": height})
        made.append(step)
    return tuple(made)


def _grown(size: tuple[int, int], options: Any, largest: int) -> tuple[int, int]:
    return target_size(*size, options, largest) if isinstance(options, UpscaleOptions) else size


def named(error: EnhancerError, number: int, name: str) -> EnhancerError:
    """The same error, whose message begins with its step."""
    return error if isinstance(error, Cancelled) else type(error)(f"Step {number} ({name}): {error}", error.limit)
