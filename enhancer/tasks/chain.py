"""Several tasks one after another, with one progress bar, one Stop, and errors that name their step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from enhancer.engine import Engine
from enhancer.errors import Cancelled, EnhancerError
from enhancer.media.picture import Picture
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.tasks import task as find_task
from enhancer.tasks.task import Task
from enhancer.tasks.upscale import UpscaleOptions, target_size

PARTS = 1000  # of the one progress bar


@dataclass(frozen=True)
class Step:
    """One task by its id, with plain values for the options that differ from their defaults."""

    task_id: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Job:
    """A step made ready; `name` is what people call it, `share` (begin, end) its part of the bar, from 0 to 1."""

    name: str
    task: Task
    options: Any
    share: tuple[float, float]


class _Part(Progress):
    """The progress of one step, told as a part of the whole, which alone hears Stop."""

    def __init__(self, whole: Progress, job: _Job) -> None:
        super().__init__()
        self._whole, self._job = whole, job

    def step(self, done: int, total: int, note: str = "") -> None:
        """Say how far this step is. Raises Cancelled after the whole was cancelled."""
        self.done, self.total, self.note = done, total, note
        begin, end = self._job.share
        reached = begin + (end - begin) * (done / total if total else 0)
        self._whole.step(round(PARTS * reached), PARTS, f"{self._job.name}: {note}" if note else self._job.name)

    def cancel(self) -> None:
        """Make the next `step` of the whole raise Cancelled."""
        self._whole.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether the whole was cancelled."""
        return self._whole.cancelled


def run_chain(picture: Picture, steps: Sequence[Step], engine: Engine, progress: Progress) -> Picture:
    """Do the steps one after another; without any, the picture comes back as it is.

    All options are checked before any work. An error keeps its type, and its message begins with the step, as in "Step
    2 (Upscale): ...". Raises Cancelled, as it is, after a cancel.
    """
    jobs = _prepare(picture, steps, engine.settings.max_output_pixels)
    for number, job in enumerate(jobs, 1):
        try:
            picture = job.task.run(picture, job.options, engine, _Part(progress, job))
        except EnhancerError as error:
            raise _named(error, number, job.name) from error
    progress.step(PARTS, PARTS)
    return picture


def _prepare(picture: Picture, steps: Sequence[Step], largest: int) -> list[_Job]:
    """Check every step and give it a part of the bar by the pixels that it is expected to draw."""
    width, height, found, pixels = picture.width, picture.height, list[tuple[str, Task, Any]](), [0]
    for number, step in enumerate(steps, 1):
        name = step.task_id
        try:
            task = find_task(step.task_id)
            name = task.title
            options: Any = parse(task.options, step.options)
            if isinstance(options, UpscaleOptions):
                width, height = target_size(width, height, options, largest)
        except EnhancerError as error:
            raise _named(error, number, name) from error
        found.append((name, task, options))
        pixels.append(pixels[-1] + width * height)
    shares = [(begin / pixels[-1], end / pixels[-1]) for begin, end in pairwise(pixels)]
    return [_Job(*job, share) for job, share in zip(found, shares, strict=True)]


def _named(error: EnhancerError, number: int, name: str) -> EnhancerError:
    return error if isinstance(error, Cancelled) else type(error)(f"Step {number} ({name}): {error}")
