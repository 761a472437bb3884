"""What is to be done to a video: tasks on each frame alone, or a network that remembers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from enhancer.engine import Engine
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import VIDEO, Bundled, Entry
from enhancer.progress import Progress
from enhancer.tasks.chain import Step
from enhancer.video.draw import Drawer, EachFrame, Remembered
from enhancer.video.facts import Part

CLEAN = (Step("mend"),)  # where no network for video is bundled


@dataclass(frozen=True)
class Wish:
    """`model` draws with what it remembers; where it is "", the `steps` are done on each frame of the `part`."""

    model: str = ""
    steps: tuple[Step, ...] = ()
    part: Part = field(default_factory=Part)

    @property
    def plain(self) -> list[Any]:
        """As plain values."""
        steps = [[step.task_id, dict(step.options)] for step in self.steps]
        return [self.model, steps, self.part.begin, self.part.seconds]


def drawer_for(wish: Wish, engine: Engine, progress: Progress) -> Drawer:
    """Who does it. Raises what opening the model raises, BadOptions for a model that does not remember."""
    if wish.model:
        return Remembered(wish.model, engine, progress)
    return EachFrame(wish.steps, engine)


def remembering_models(catalog: Sequence[Entry] = CATALOG) -> tuple[Entry, ...]:
    """Those of the catalogue that are for video, bundled ones of the smallest scale first."""
    found = [entry for entry in catalog if entry.purpose == VIDEO]
    return tuple(sorted(found, key=lambda e: (not isinstance(e.source, Bundled), e.scale)))


def usual_wish(part: Part, catalog: Sequence[Entry] = CATALOG) -> Wish:
    """What is done where nothing is asked for: the bundled network for video, else what cleans pictures."""
    models = remembering_models(catalog)
    return Wish(models[0].id, (), part) if models else Wish("", CLEAN, part)
