"""What every door offers: one job on one picture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from enhancer.engine import Engine
from enhancer.media.picture import Picture
from enhancer.progress import Progress


@dataclass(frozen=True)
class Task:
    """`run(picture, options, engine, progress)` gives the better picture; `options` is a dataclass of `option` fields.

    `family` is "learned" or "classical".
    """

    id: str
    title: str
    summary: str
    family: str
    options: type
    run: Callable[[Picture, Any, Engine, Progress], Picture]
