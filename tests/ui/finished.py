"""What the tests of evidence share: a finished run, and parts of the page without a page."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from enhancer.engine import Engine
from enhancer.progress import Progress
from enhancer.tasks import TASKS
from enhancer.ui.choice import Choice
from enhancer.ui.enhance_work import Finished, enhance_file

T = TypeVar("T")


def run(cat: Path, hall: Engine, task: str = "upscale", **options: Any) -> Finished:
    place = cat.parent / f"{task}-{len(list(cat.parent.iterdir()))}"
    place.mkdir()
    chosen = {"model": "x2-fast", **options} if task == "upscale" else options
    return enhance_file(cat, Choice(TASKS[task], chosen), hall, place, Progress())


def in_a_loop(make: Callable[[], T]) -> T:
    """A page belongs to a running loop, which it would otherwise leave open."""

    async def made() -> T:
        return make()

    with ThreadPoolExecutor(1) as aside:  # browser tests before this one keep a loop running in the main thread
        return aside.submit(asyncio.run, made()).result()


def on_a_page(make: Callable[[], T]) -> T:
    """Components belong to a page."""

    def page() -> T:
        with gr.Blocks(analytics_enabled=False):
            return make()

    return in_a_loop(page)
