"""One server and one browser for all tests of the page, a fresh visitor for each."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser
from skimage import data as pictures

from enhancer.engine import Engine
from enhancer.models.store import Store
from enhancer.settings import Settings
from tests.conftest import ROOT
from tests.ui.browser import Visitor
from tests.ui.serve import write_weights

STARTED_WITHIN = 90  # seconds


@dataclass(frozen=True)
class Server:
    """A running page: where it answers, what it wrote, and which weights it uses."""

    url: str
    log: Path
    weights: Path


@contextmanager
def serving(command: list[str], port: int, log: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run a server until the block ends, and end it by its own id → its address."""
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, stdout=out, stderr=out, env={**os.environ, **environment}
        )
        try:
            _wait(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(20)


def until_ready(url: str, log: Path) -> None:
    """Wait until a server has opened the model that most visitors try first."""
    until = time.monotonic() + STARTED_WITHIN
    while httpx.get(f"{url}/readyz").status_code != 200:
        assert time.monotonic() < until, log.read_text()[-2000:]
        time.sleep(0.2)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError as error:
            if isinstance(error, HTTPError) and error.code == HTTPStatus.UNAUTHORIZED:
                return  # it is there, for those who have its key
            time.sleep(0.2)
    raise AssertionError(f"the page did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page over small networks."""
    place, port = tmp_path_factory.mktemp("page"), free_port()
    write_weights(place)
    log = place / "log"
    environment = {"HF_HUB_OFFLINE": "1", "ENHANCER_WEIGHTS": str(place)}
    with serving(["-m", "tests.ui.serve", str(place), str(port)], port, log, environment) as url:
        yield Server(url, log, place)


@pytest.fixture
def visit(server: Server, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open the page as a new visitor: `visit(width, dark=..., at=...)`; at its end, nothing may have gone wrong."""
    visitors: list[Visitor] = []

    def open_page(width: int = 1280, dark: bool = False, at: str = "") -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        visitors.append(Visitor(context.new_page(), server.url, opened_with=at))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.page.context.close()
    assert [p for v in visitors for p in v.problems] == []


@pytest.fixture
def real(browser: Browser, tmp_path: Path) -> Iterator[Visitor]:
    """The page over the bundled weights, which `verify` knows."""
    port = free_port()
    environment = {"GRADIO_SERVER_PORT": str(port), "ENHANCER_WORK": str(tmp_path / "work")}
    with serving(["app.py"], port, tmp_path / "log", environment) as url:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        visitor = Visitor(context.new_page(), url)
        yield visitor
        context.close()
    assert visitor.problems == []


@pytest.fixture(scope="module")
def hall() -> Engine:
    return Engine(Store(Settings()), Settings(device="cpu"))


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    file = tmp_path / "cat.png"
    Image.fromarray(pictures.chelsea()[100:148, 100:164]).save(file, dpi=(240, 240))
    return file
