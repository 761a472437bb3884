"""What every door offers: one job on one picture."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from enhancer.progress import Progress

if TYPE_CHECKING:
    from enhancer.engine import Engine
    from enhancer.media.picture import Picture


@dataclass(frozen=True)
class Task:
    """A task as data; `options` is a dataclass of `option` fields, `family` is "learned", "classical" or "repair".

    `home` is the module that can do it, in its table `RUNS`: imported when the task first runs, so that a page or a
    help text can list all tasks without the mathematics of any.
    """

    id: str
    title: str
    summary: str
    family: str
    options: type
    home: str

    def run(self, picture: "Picture", options: Any, engine: "Engine", progress: Progress) -> "Picture":
        """The better picture, from an instance of `options`."""
        better: Picture = import_module(self.home).RUNS[self.id](picture, options, engine, progress)
        return better
