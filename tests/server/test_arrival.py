"""Bodies that come slowly, or never: what one client holds so is bounded and ends in time; who leaves is no failure."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest

from enhancer.server.arrival import CLIENTS, SLOWEST, STOOD_STILL, Shares
from enhancer.server.problems import Refused
from enhancer.settings import MIB, Settings
from tests.server.conftest import Running, png, running
from tests.server.test_monitoring import Figures, until
from tests.server.test_refusals import refused

SECONDS, SOON = 2, 2.0
BODY = MIB
HEAD = "POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {client}\r\nContent-Length: {size}\r\n"
HEAD += "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; "
HEAD += 'name="files"; filename="a.png"\r\n\r\n'
END = b"\r\n--x--\r\n"
UPLOAD = "/gradio_api/upload"


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A disk that as many clients fill as share it, each with one body."""
    limits = {"MAX_DISK": CLIENTS * BODY, "MAX_BODY": BODY, "UPLOAD_SECONDS": SECONDS, "RESULTS_MEMORY": 0}
    yield from running(tmp_path_factory.mktemp("narrow"), limits)


def begun(server: Running, client: str, size: int = BODY, path: str = UPLOAD) -> socket.socket:
    """A connection that promises so many bytes, and has sent none of its file."""
    address = urlsplit(server.url)
    line = socket.create_connection((address.hostname or "", address.port or 0), 10)
    line.sendall(HEAD.format(path=path, client=client, size=size).encode())
    return line


def upload(server: Running, client: str) -> httpx.Response:
    noise = np.random.default_rng().bytes(BODY // 4)
    headers = {"X-Forwarded-For": client}
    return httpx.post(server.url + UPLOAD, files={"files": ("a.png", noise)}, headers=headers, timeout=30)


def test_one_client_that_sends_nothing_takes_its_share_alone_and_not_for_long(narrow: Running) -> None:
    before, began = Figures(narrow.url), time.monotonic()
    with ExitStack() as lines:
        first = lines.enter_context(begun(narrow, "10.0.0.1"))
        time.sleep(0.2)
        for _ in range(2 * CLIENTS):
            assert lines.enter_context(begun(narrow, "10.0.0.1")).recv(4096).split()[1] == b"429"
        answer = upload(narrow, "10.0.0.1")
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
        assert answer.text.startswith("You are sending more than 1 MiB at once"), "as the page shows it to people"
        asked = {"X-Forwarded-For": "10.0.0.1"}
        refused(httpx.post(f"{narrow.url}/v1/median", content=png(8, 8), headers=asked), 429, "at once", "max_disk")
        assert upload(narrow, "10.0.0.2").status_code == 200, "others have room"
        late = first.recv(4096)
        while not late.endswith(STOOD_STILL.encode()):
            late += first.recv(4096)
        assert SECONDS <= time.monotonic() - began < SECONDS + SOON
        assert late.split()[1] == b"408"
    assert upload(narrow, "10.0.0.1").status_code == 200
    after = Figures(narrow.url)
    assert after("enhancer_requests_total", route="page", status="500") == before(
        "enhancer_requests_total", route="page", status="500"
    )


def test_what_comes_slowly_but_comes_is_taken(narrow: Running) -> None:
    part, parts = bytes(SLOWEST // 2), 2 * SECONDS + 2
    with begun(narrow, "10.0.0.3", len(part) * parts + len(END) + _around()) as line:
        began = time.monotonic()
        for _ in range(parts):
            line.sendall(part)
            time.sleep(0.5)
        assert time.monotonic() - began > SECONDS
        line.sendall(END)
        assert line.recv(4096).split()[1] == b"200"


@pytest.mark.parametrize("path", [UPLOAD, "/gradio_api/queue/join", "/v1/median"])
def test_who_leaves_while_sending_is_no_failure(narrow: Running, path: str) -> None:
    before, size = Figures(narrow.url), len(narrow.log.read_text())
    with begun(narrow, "10.0.0.4", path=path) as line:
        line.sendall(bytes(SLOWEST))
        time.sleep(0.3)
    route = path if path.startswith("/v1") else "page"

    def more(name: str, **labels: str) -> float:
        return Figures(narrow.url)(name, **labels) - before(name, **labels)

    until(lambda: more("enhancer_requests_total", route=route, status="400") == 1, "nothing is told of it")
    assert more("enhancer_requests_total", route=route, status="500") == 0
    assert more("enhancer_failures_total") == 0
    assert "Traceback" not in narrow.log.read_text()[size:]


def test_who_leaves_while_waiting_is_no_failure(program: Running) -> None:
    before, asked = Figures(program.url), {"model": "x4-fast", "scale": "4", "best": "true"}
    with pytest.raises(httpx.TimeoutException):
        httpx.post(f"{program.url}/v1/upscale", content=png(1200, 1200), params=asked, timeout=1)

    def more(name: str, **labels: str) -> float:
        return Figures(program.url)(name, **labels) - before(name, **labels)

    name = "enhancer_requests_total"
    until(lambda: more(name, route="/v1/upscale") == 1, "nothing is told of it")
    assert more(name, route="/v1/upscale", status="400") == 1
    assert more("enhancer_failures_total") == 0


def test_a_share_is_at_least_one_body_and_is_given_back() -> None:
    for settings, most in ((Settings(max_disk=80, max_body=30), 30), (Settings(max_disk=800, max_body=30), 100)):
        shares = Shares(settings)
        with shares.taken("a", most), shares.taken("b", most):
            with pytest.raises(Refused) as told, shares.taken("a", 1):
                pass
            assert (told.value.status, told.value.limit) == (HTTPStatus.TOO_MANY_REQUESTS, "max_disk")
        with shares.taken("a", most + 1):  # which is refused for its own size
            pass
        assert not shares._sending


def _around() -> int:
    """Bytes of a form before its file."""
    return len(HEAD.partition("\r\n\r\n")[2])
