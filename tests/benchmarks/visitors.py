"""Start-up, and many visitors at once, as ratios: `python -m tests.benchmarks.visitors`.

What is compared is run in turns, and the median is taken. Processor time is beside the wall clock, because on a busy
machine the latter says more about the others.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from app import warm
from enhancer.engine import Engine
from enhancer.engine.results import Remembering, Results
from enhancer.media import Picture
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import task
from enhancer.ui.choice import Choice
from enhancer.ui.crop import cut
from enhancer.ui.enhance_desk import CROP
from enhancer.ui.enhance_work import preview
from tests.conftest import ROOT
from tests.ui.conftest import free_port
from tests.ui.test_many import answer, as_visitor, follow
from tests.ui.test_start import seconds_of

ROUNDS, VISITORS, PREVIEWS = 3, 8, 3
JOB, LONG = (384, 512), (2500, 2500)  # pixels of the source; the long job draws 100 megapixels
MIB = 2**20


def told(what: str, value: float, unit: str = "", wanted: str = "") -> None:
    """One line of the result."""
    sys.stdout.write(f"{what:<66} {value:8.2f} {unit:<3} {wanted}\n")
    sys.stdout.flush()


def of_gradio() -> tuple[float, float]:
    """Seconds on the clock and of processor time that `import gradio` takes."""
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-c", "import gradio"], check=True)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, spent


def of_page(place: Path) -> tuple[float, float, float]:
    """Seconds from the start of app.py to the first answer of any kind and to the page, and its processor time."""
    port = free_port()
    url, environment = f"http://127.0.0.1:{port}", {"GRADIO_SERVER_PORT": str(port), "ENHANCER_WORK": str(place)}
    began, first = time.perf_counter(), 0.0
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None:
            try:
                with urllib.request.urlopen(url, timeout=60):
                    return first, time.perf_counter() - began, seconds_of(process.pid)
            except OSError as error:
                first = first or (time.perf_counter() - began if hasattr(error, "code") else 0.0)
                time.sleep(0.02)
        raise RuntimeError("the page did not start")
    finally:
        process.terminate()
        process.wait(20)


def start_up() -> None:
    """How long until the page is there, against its largest library alone."""
    with tempfile.TemporaryDirectory() as place:
        rounds = [(*of_gradio(), *of_page(Path(place))) for _ in range(ROUNDS)]
    gradio, gradio_spent, first, page, page_spent = (statistics.median(column) for column in zip(*rounds, strict=True))
    told("first answer (getting ready) / import gradio", first / gradio)
    told("first HTTP 200 / import gradio, on the clock", page / gradio, "", "<= 2")
    told("first HTTP 200 / import gradio, processor time", page_spent / gradio_spent, "", "<= 2")


def seconds(do: Callable[[], Any]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def first_preview(engine: Engine) -> Callable[[], None]:
    """What the page does for a preview; the model is opened and measured, as the page does while it starts."""
    size, wish = (1200, 800), Choice(task("upscale"), {"model": "auto", "scale": 2.0})
    crop = cut(Picture(torch.rand(3, size[1], size[0])), (0.5, 0.5), CROP)

    def look() -> None:
        with tempfile.TemporaryDirectory() as place:
            answer(follow(lambda p: preview(crop, size, wish, engine, Path(place), p), lambda _: {}, quick=True))

    warm(engine, threading.Event())
    return look


def visitors(engine: Engine) -> None:
    """Eight jobs in a row, and the same of eight visitors at once."""
    model, pixels = engine.model("x2-fast"), torch.rand(3, *JOB)

    def job() -> None:
        answer(follow(lambda progress: engine.run(model, pixels, progress), lambda _: {}))

    def in_a_row() -> None:
        for _ in range(VISITORS):
            job()

    def at_once() -> None:
        for thread in [as_visitor(f"visitor {n}", job) for n in range(VISITORS)]:
            thread.join()

    job()
    ratios = [seconds(in_a_row) / seconds(at_once) for _ in range(ROUNDS)]
    told(f"throughput of {VISITORS} visitors / {VISITORS} jobs in a row", statistics.median(ratios), "", ">= 0.9")


def meanwhile(engine: Engine, look: Callable[[], None]) -> None:
    """Previews while 100 megapixels are drawn for somebody, and others wait."""
    before = time.process_time()
    alone = statistics.median(seconds(look) for _ in range(PREVIEWS))
    spent = (time.process_time() - before) / PREVIEWS
    model, pixels, begun = engine.model("x4-fast"), torch.rand(3, *LONG), threading.Event()

    def long(progress: Progress) -> None:
        begun.set()
        engine.run(model, pixels, progress)

    handlers = [follow(long, lambda _: {}) for _ in range(4)]
    for handler in handlers:
        next(handler)
    begun.wait()
    waited = [seconds(look) for _ in range(PREVIEWS)]
    for handler in handlers:
        handler.close()
    told("preview alone, processor time", spent, "s", "<= 1")
    told("preview alone, on the clock", alone, "s", "<= 1")
    told("preview while 100 megapixels are drawn, median", statistics.median(waited), "s", "<= 2")
    told("preview while 100 megapixels are drawn / preview alone", statistics.median(waited) / alone)
    told("preview while 100 megapixels are drawn, slowest", max(waited), "s", "<= 2")


def again(engine: Engine) -> None:
    """The same picture a second time."""
    hall = Remembering(engine, Results(256 * MIB, 60))
    model, pixels = hall.model("x2-fast"), torch.rand(3, *JOB)
    first, second = (seconds(lambda: hall.run(model, pixels, Progress())) for _ in range(2))
    told("the same request again / first time", second / first)


def main() -> None:
    """Print all figures."""
    settings = Settings.from_environment()
    engine = Engine(Store(settings), settings)
    look = first_preview(engine)
    again(engine)
    visitors(engine)
    meanwhile(engine, look)
    start_up()


if __name__ == "__main__":
    main()
