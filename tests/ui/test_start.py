"""A cold start: the address answers at once, the page soon, and its first preview does not wait for the model."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError

import pytest
import torch
from playwright.sync_api import Browser, expect

from app import warm
from enhancer.engine import Engine
from enhancer.media import Picture
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.ui.choice import UPSCALE, Choice
from enhancer.ui.crop import cut
from enhancer.ui.enhance_desk import CROP
from enhancer.ui.enhance_work import preview
from enhancer.welcome import RETRY_AFTER, getting_ready
from tests.conftest import ROOT
from tests.ui.conftest import STARTED_WITHIN, free_port

GRADIO_ALONE = 2.0  # times `import gradio`, in processor time, which a busy machine does not stretch
TIMES = 3
PREVIEW_WITHIN = 1.0  # seconds of processor time


@contextmanager
def starting(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """app.py as a program that has just been started → its address and process id."""
    port = free_port()
    environment = {"GRADIO_SERVER_PORT": str(port), "ENHANCER_WORK": str(tmp_path), "OMP_NUM_THREADS": "1"}
    with (tmp_path / "log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out
        )
        try:
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait(20)


def answers(url: str) -> Iterator[int]:
    """The status of one request after the other, 0 where nobody answers."""
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=STARTED_WITHIN) as answer:
                yield answer.status
        except HTTPError as error:
            yield error.code
        except OSError:  # nobody there, or the door is just changing hands
            yield 0
        time.sleep(0.05)


def seconds_of(process: int) -> float:
    """Processor time that a running process took so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def seconds_of_gradio() -> float:
    program = "import gradio, os; print(sum(os.times()[:2]))"
    return float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)


def seconds_of_start(place: Path) -> float:
    """Until the page is there, before which the address says that it is getting ready."""
    with starting(place) as (url, process):
        seen = list[int]()
        for status in answers(url):
            seen.append(status)
            if status == HTTPStatus.OK:
                break
        taken = seconds_of(process)
    assert HTTPStatus.SERVICE_UNAVAILABLE in seen
    assert seen[-1] == HTTPStatus.OK
    return taken


def test_the_address_answers_at_once_and_the_page_soon(tmp_path: Path) -> None:
    measured = [(seconds_of_start(tmp_path), seconds_of_gradio()) for _ in range(TIMES)]  # in turn
    start, gradio = (min(times) for times in zip(*measured, strict=True))  # what else goes on only adds
    assert start <= GRADIO_ALONE * gradio


def test_who_comes_too_early_reads_that_it_gets_ready_and_then_has_the_page(tmp_path: Path, browser: Browser) -> None:
    page = browser.new_page()
    with starting(tmp_path) as (url, _):
        next(status for status in answers(url) if status)
        page.goto(url)
        expect(page.get_by_role("status")).to_contain_text("Getting ready")
        expect(page.locator("#enhance-go")).to_be_visible(timeout=1000 * STARTED_WITHIN)
    page.close()


def test_a_program_is_told_to_ask_again() -> None:
    port = free_port()
    with getting_ready("127.0.0.1", port), pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/any/where", timeout=5)
    assert refused.value.code == HTTPStatus.SERVICE_UNAVAILABLE
    assert refused.value.headers["Retry-After"] == str(RETRY_AFTER)
    assert b"Getting ready" in refused.value.read()
    refused.value.close()
    with socket.create_server(("127.0.0.1", port)):  # it is free again
        pass


def test_an_address_that_is_taken_is_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, getting_ready("127.0.0.1", taken.getsockname()[1]):
        pass


def test_the_first_preview_does_not_wait_for_the_model(tmp_path: Path) -> None:
    settings = Settings(device="cpu")
    engine = Engine(Store(settings, catalog_only=True), settings)
    ready = threading.Event()
    warm(engine, ready)
    assert ready.is_set()
    size, wish = (1200, 800), Choice(UPSCALE, {"model": "auto", "scale": 2.0})
    crop = cut(Picture(torch.rand(3, size[1], size[0])), (0.5, 0.5), CROP)
    began = time.process_time()
    preview(crop, size, wish, engine, tmp_path, Progress())
    assert time.process_time() - began < PREVIEW_WITHIN
