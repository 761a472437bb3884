"""The hall behind the doors: settings → store → engine, and one function that does any task."""

from functools import cache
from typing import Any

from enhancer.engine import Engine
from enhancer.media.picture import Picture
from enhancer.models.store import Store
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import task as find_task


@cache
def default_engine() -> Engine:
    """One engine a process, made from the ENHANCER_* environment variables on first use."""
    settings = Settings.from_environment()
    return Engine(Store(settings), settings)


def enhance(
    picture: Picture,
    task: str = "upscale",
    *,
    engine: Engine | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Picture:
    """Do `task` with its options, e.g. `enhance(picture, scale=4)` or `enhance(picture, "median", radius=2)`.

    Raises BadOptions for an unknown task or option, and the other errors of `enhancer.errors`.
    """
    chosen = find_task(task)
    parsed: Any = parse(chosen.options, options)
    return chosen.run(picture, parsed, engine or default_engine(), progress or Progress())
