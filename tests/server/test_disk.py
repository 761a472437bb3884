"""All that visitors send lies in the folder of the server; where that is full they are told so, and when to come."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from enhancer.client import Client
from enhancer.workplace import LOCK
from tests.server.conftest import Running, png, running
from tests.server.test_refusals import refused
from tests.server.wire import process
from tests.ui.browser import PATIENCE

MIB = 2**20
CAP, SECONDS = 6 * MIB, 4


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    limits = {"MAX_DISK": CAP, "FILES_SECONDS": SECONDS, "RESULTS_MEMORY": 0}
    yield from running(tmp_path_factory.mktemp("small"), limits)


def folder(server: Running) -> Path:
    (own,) = Path(server.environment["ENHANCER_WORK"]).glob("server-*")
    return own


def upload(server: Running, size: int) -> httpx.Response:
    noise = np.random.default_rng().bytes(size)  # equal files lie there once
    return httpx.post(f"{server.url}/gradio_api/upload", files={"files": ("a.png", noise)})


def there(server: Running) -> set[Path]:
    return {path for path in folder(server).rglob("*") if path.is_file()}


def emptied(server: Running, own: set[Path]) -> bool:
    """Whether what visitors sent is gone within the time for which it is kept, and a little."""
    until = time.monotonic() + SECONDS + 15
    while there(server) - own and time.monotonic() < until:
        time.sleep(0.2)
    return there(server) <= own


def test_uploads_lie_there_until_they_are_swept_and_the_page_stays(small: Running) -> None:
    own = there(small)
    assert [path for path in own if path.suffix == ".jpg"], "the examples of the page"
    answer = upload(small, MIB)
    assert answer.status_code == 200
    assert Path(answer.json()[0]) in there(small)
    assert emptied(small, own)
    assert there(small) == own


def test_a_full_folder_refuses_and_takes_again_later(small: Running) -> None:
    own = there(small)
    while (answer := upload(small, MIB)).status_code == 200:
        assert len(there(small) - own) <= CAP // MIB
    assert answer.status_code == 507
    assert answer.text.startswith(f"The server has no room for more files of visitors now ({CAP // MIB} MiB at most)")
    assert int(answer.headers["Retry-After"]) > 0
    told = httpx.post(f"{small.url}/v1/median", content=bytes(CAP // 2))
    refused(told, 503, "no room", "max_disk")
    assert httpx.get(f"{small.url}/v1/tasks").status_code == 200
    assert emptied(small, own)
    assert upload(small, MIB).status_code == 200
    with Client(small.url) as client:
        assert client.enhance(png(16, 16), "median").width == 16


def test_together_they_send_no_more_than_there_is_room_for(small: Running) -> None:
    own = there(small)
    assert emptied(small, own)
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda _: upload(small, MIB).status_code, range(12)))
    assert set(statuses) == {200, 507}
    assert sum(path.stat().st_size for path in there(small)) <= CAP
    assert emptied(small, own)


def test_an_upload_that_breaks_off_leaves_nothing_for_long(small: Running) -> None:
    own, address = there(small), urlsplit(small.url)
    head = "POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n"
    head += 'Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; name="files"; '
    with socket.create_connection((address.hostname or "", address.port or 0), 10) as line:
        line.sendall((head + 'filename="a.png"\r\n\r\n').encode() + bytes(2 * MIB))
        until = time.monotonic() + 10
        while not there(small) - own and time.monotonic() < until:
            time.sleep(0.05)
    assert emptied(small, own)
    assert upload(small, MIB).status_code == 200, "its promised room is free again"
    assert emptied(small, own)


def test_a_server_that_is_told_to_end_leaves_nothing(tmp_path: Path) -> None:
    """By `kill`, or `docker stop`, and at its work."""
    program = running(tmp_path, {})
    server = next(program)
    assert upload(server, MIB).status_code == 200
    with Client(server.url) as client:
        client.submit(png(1500, 1500), model="x4-fast", scale=4, best=True)
    pid, until = process(server), time.monotonic() + 15
    os.kill(pid, signal.SIGTERM)
    while (found := os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)) is None:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert (found.si_code, found.si_status) == (os.CLD_EXITED, 128 + signal.SIGTERM)
    assert [path.name for path in Path(server.environment["ENHANCER_WORK"]).iterdir()] == [LOCK]
    program.close()


def test_the_page_says_how_long_and_why_not(small: Running, browser: Browser, tmp_path: Path) -> None:
    own = there(small)
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "large.png")
    page = browser.new_page()
    page.goto(small.url)
    expect(page.locator(".promise")).to_contain_text("1 hour after you last used them", timeout=PATIENCE)
    page.locator("#enhance-picture input[type=file]").first.set_input_files(str(tmp_path / "large.png"))
    toast = page.get_by_test_id("toast-body")
    expect(toast).to_contain_text("no room", timeout=PATIENCE)
    expect(toast).not_to_contain_text("{")
    page.close()
    assert emptied(small, own)
