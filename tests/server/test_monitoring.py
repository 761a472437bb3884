"""A running program counts what its doors do: figures of /metrics before and after real work, and its log as JSON."""

import io
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser
from prometheus_client.parser import text_string_to_metric_families

from enhancer.client import ApiError, Client
from tests.server.conftest import TIGHT, Running, png, running
from tests.ui.browser import Visitor

SAME_AGAIN = {"scale": 2.0, "model": "x2-fast"}
WITHIN = 60.0  # seconds


class Figures:
    """What /metrics says now; `figures("name", label=...)` adds up all that match."""

    def __init__(self, url: str) -> None:
        answer = httpx.get(f"{url}/metrics")
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        self.samples = [s for family in text_string_to_metric_families(answer.text) for s in family.samples]

    def __call__(self, name: str, **labels: str) -> float:
        return sum(s.value for s in self.samples if s.name == name and labels.items() <= s.labels.items())


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Random networks, whose canary falls ill, and a log as JSON."""
    more = {"CANARY_SECONDS": 1, "LOG": "json"}
    yield from running(tmp_path_factory.mktemp("watched"), more)


def test_work_of_the_api_is_counted(program: Running, client: Client) -> None:
    new = png(61, 47)  # nothing that another test has asked for
    before = Figures(program.url)
    done = client.enhance(new, **SAME_AGAIN)
    client.enhance(new, **SAME_AGAIN)
    client.submit(new, "median").result()
    after = Figures(program.url)

    def more(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    assert more("enhancer_requests_total", route="/v1/upscale", status="200") == 2
    assert more("enhancer_requests_total", route="/v1/jobs/median", status="202") == 1
    assert more("enhancer_work_seconds_count", door="api", outcome="done") == 3
    assert more("enhancer_remembered_total", outcome="miss") == 1
    assert more("enhancer_remembered_total", outcome="hit") == 1
    assert more("enhancer_stage_seconds_count", stage="network", model="x2-fast") == 1
    assert more("enhancer_stage_seconds_sum", stage="network", model="x2-fast") > 0
    assert more("enhancer_stage_seconds_count", stage="encode") == 3
    assert more("enhancer_pixels_total", way="drawn") == 122 * 94
    assert more("enhancer_file_bytes_total", way="written") >= 2 * len(done.file)
    assert more("enhancer_consistency_db_count", model="x2-fast") == 2
    assert after("process_resident_memory_bytes") > 50e6
    assert after("enhancer_remembered_bytes") > 0
    assert after("enhancer_ready") == 1


def test_failures_are_counted_once_by_their_kind(program: Running, client: Client) -> None:
    before = Figures(program.url)
    with pytest.raises(ApiError):
        client.enhance(b"no picture at all", "median")
    with pytest.raises(ApiError):
        client.enhance(png(8, 8), scale=99)
    job = client.submit(b"no picture at all", "median")
    for _ in range(3):
        with pytest.raises(ApiError):
            job.result()
    after = Figures(program.url)
    kinds = {"NotAPicture": 2, "BadOptions": 1, "Unexpected": 0}
    for kind, count in kinds.items():
        assert after("enhancer_failures_total", kind=kind) - before("enhancer_failures_total", kind=kind) == count


def test_addresses_make_no_labels(program: Running) -> None:
    for path in ("/v1/jobs/guessed-by-a-stranger", "/v1/nothing/at/all", "/v1/..%2f..%2fetc", "/gradio_api/odd/place"):
        httpx.get(program.url + path)
        httpx.post(program.url + path)
    routes = {s.labels["route"] for s in Figures(program.url).samples if s.name == "enhancer_requests_total"}
    assert {"/v1/jobs/{job_id}", "page", "/metrics"} <= routes
    assert not [r for r in routes if "stranger" in r or "etc" in r or "odd" in r or "nothing" in r]


def test_work_of_the_page_is_counted(program: Running, browser: Browser, cat: Path) -> None:
    page = browser.new_page()
    visitor = Visitor(page, program.url)
    before = Figures(program.url)
    visitor.give("enhance-picture", cat)
    visitor.images("preview", 2)
    page.locator("#enhance-go").click()
    visitor.says("enhance", "Done")
    page.close()
    after = Figures(program.url)
    name = "enhancer_work_seconds_count"
    assert after(name, door="page", outcome="done") - before(name, door="page", outcome="done") >= 3
    name = "enhancer_consistency_db_count"
    assert after(name) - before(name) == 1


def torn() -> bytes:
    """Half a picture, which a decoder of others refuses."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "BMP")
    return file.getvalue()[:6000]


def lines(running: Running) -> list[dict[str, Any]]:
    return [json.loads(line) for line in running.log.read_text().splitlines() if line.startswith("{")]


def decoders(running: Running, length: int) -> list[str]:
    """The ids of so many letters in the lines of the decoder."""
    found = [line.get("request", "") for line in lines(running) if line["logger"] == "enhancer.media.decode"]
    return [name for name in found if len(name) == length]


def until(there: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WITHIN
    while not there():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def test_networks_that_draw_badly_make_the_server_unready(watched: Running) -> None:
    until(lambda: httpx.get(f"{watched.url}/readyz").status_code == 503, "it stays ready")
    answer = httpx.get(f"{watched.url}/readyz")
    assert "went wrong" in answer.json()["detail"]
    assert "Retry-After" in answer.headers
    figures = Figures(watched.url)
    assert figures("enhancer_canary_misses") >= 3
    assert figures("enhancer_work_seconds_count", door="canary") >= 3
    assert figures("enhancer_stage_seconds_count", stage="network") == 0, "its pictures are no work for anybody"
    assert httpx.get(f"{watched.url}/healthz").status_code == 200


def test_a_full_door_is_told_alike_to_all_who_watch(tight: Running) -> None:
    address = urlsplit(tight.url)
    assert Figures(tight.url)("enhancer_ready") == 1
    with ExitStack() as lines:
        for client in range(TIGHT["MAX_QUEUE"]):
            place = address.hostname or "", address.port or 0
            line = lines.enter_context(socket.create_connection(place, 10))
            head = f"POST /v1/median HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.0.0.{client}\r\n"
            line.sendall(f"{head}Content-Length: 1000\r\n\r\nx".encode())
        until(lambda: httpx.get(f"{tight.url}/readyz").status_code == 503, "its door does not fill")
        assert Figures(tight.url)("enhancer_ready") == 0
    until(lambda: httpx.get(f"{tight.url}/readyz").status_code == 200, "nobody leaves")
    assert Figures(tight.url)("enhancer_ready") == 1


def test_the_log_is_json_and_the_work_names_its_request(watched: Running) -> None:
    with Client(watched.url) as client:
        client.enhance(png(8, 8), "median")
    httpx.post(f"{watched.url}/v1/median", content=torn(), headers={"X-Request-Id": "order-4711-b"})
    assert "order-4711-b" in decoders(watched, 12), "a line that the work wrote in a thread of its own"

    def answered() -> list[dict[str, Any]]:
        told = ("enhancer.server.guard", "order-4711-b")
        return [line for line in lines(watched) if (line["logger"], line.get("request")) == told]

    until(lambda: len(answered()) > 0, "nothing tells how the request ended")  # which is written after the answer
    (told,) = answered()
    assert (told["method"], told["path"], told["status"]) == ("POST", "/v1/median", 422)


def test_what_the_page_asks_for_has_an_id_in_the_log(watched: Running, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "torn.bmp"
    file.write_bytes(torn())
    page = browser.new_page()
    visitor = Visitor(page, watched.url)
    visitor.give("enhance-picture", file)
    until(lambda: len(decoders(watched, 16)) > 0, "no line names a request of the page")
    page.close()
    visitor.problems.clear()  # the refusal is said on the page, too


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    with_none = running(tmp_path, TIGHT | {"MONITORING": 0})
    try:
        found = next(with_none)
        assert httpx.get(f"{found.url}/metrics").status_code == 404
    finally:
        with_none.close()
