"""Many visitors at once, in real threads: fair, nearly as fast as one after another, and previews answer at once."""

import threading
import time
from collections.abc import Callable, Generator
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from gradio.context import LocalContext
from torch import Tensor

from enhancer.engine import Engine
from enhancer.engine.jobs import AT_ONCE
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.ui.jobs import Update, follow, visitor
from tests.engine.test_engine import engine, model

VISITORS = 8
TILES = 10
TILE = 0.02  # seconds
THROUGHPUT = 0.9  # of jobs in a row
WITHIN = 2.0  # seconds


def slow(x: Tensor) -> Tensor:
    time.sleep(TILE)
    return x


def answer(handler: Generator[Update, None, Any]) -> Any:
    """What a handler's work gives in the end."""
    try:
        while True:
            next(handler)
    except StopIteration as stop:
        return stop.value


def as_visitor(name: str, do: Callable[[], Any]) -> threading.Thread:
    """Start a thread that does something as the page does it for a visitor."""

    def work() -> None:
        LocalContext.request.set(SimpleNamespace(session_hash=name, headers={}))  # type: ignore[arg-type]
        do()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.fixture
def probe() -> Model:
    return model(slow)


@pytest.fixture
def hall(probe: Model) -> Engine:
    return engine(probe)


def picture(hall: Engine, probe: Model, tiles: int) -> Tensor:
    side = hall.tile_side(probe)
    return torch.rand(3, 16, side * tiles)


def test_a_handler_knows_its_visitor() -> None:
    seen = list[str]()
    as_visitor("somebody", lambda: seen.append(visitor())).join(5)
    assert seen == ["somebody"]
    assert visitor() == ""


def test_eight_visitors_take_no_longer_than_eight_jobs_in_a_row(hall: Engine, probe: Model) -> None:
    pixels = picture(hall, probe, TILES)
    assert hall.tiles(probe, *pixels.shape[1:]) == TILES

    def job() -> None:
        assert torch.equal(answer(follow(lambda p: hall.run(probe, pixels, p), lambda _: {})), pixels)

    def in_a_row() -> float:
        began = time.perf_counter()
        for _ in range(VISITORS):
            job()
        return time.perf_counter() - began

    def at_once() -> float:
        began = time.perf_counter()
        for thread in [as_visitor(f"visitor {n}", job) for n in range(VISITORS)]:
            thread.join(60)
        return time.perf_counter() - began

    ratios = [in_a_row() / at_once() for _ in range(3)]
    assert max(ratios) >= THROUGHPUT, ratios


def test_a_preview_answers_while_long_jobs_run_and_others_wait(hall: Engine, probe: Model) -> None:
    pixels, crop = picture(hall, probe, 1000), picture(hall, probe, 2)
    begun, tokens = threading.Semaphore(0), list[Progress]()

    def long(progress: Progress) -> None:
        tokens.append(progress)
        begun.release()
        hall.run(probe, pixels, progress)

    handlers = [follow(long, lambda _: {}) for _ in range(AT_ONCE + 3)]
    for handler in handlers:
        next(handler)
    assert all(begun.acquire(timeout=10) for _ in range(AT_ONCE))
    began = time.perf_counter()
    answer(follow(lambda p: hall.run(probe, crop, p), lambda _: {}, quick=True))
    assert time.perf_counter() - began < WITHIN
    assert len(tokens) == AT_ONCE  # the others still wait
    for handler in handlers:
        handler.close()


def test_a_visitor_with_many_jobs_does_not_hold_up_one_with_a_single_job(hall: Engine, probe: Model) -> None:
    pixels, ended = picture(hall, probe, TILES), list[str]()

    def job(name: str) -> Callable[[], None]:
        def do() -> None:
            answer(follow(lambda p: hall.run(probe, pixels, p), lambda _: {}))
            ended.append(name)

        return do

    threads = [as_visitor("greedy", job("greedy")) for _ in range(VISITORS)]
    time.sleep(2 * TILE)
    threads.append(as_visitor("modest", job("modest")))
    for thread in threads:
        thread.join(60)
    assert ended.index("modest") <= AT_ONCE + 1
