"""Around every request: an id, careful headers, closed doors; and no path of a request is ever opened."""

import re

import httpx
import pytest

from tests.server.conftest import Running, png

CLOSED = (
    "/gradio_api/proxy=http://127.0.0.1/",
    "/gradio_api/file=http://169.254.169.254/latest/meta-data",
    "/gradio_api/FILE=HTTP://169.254.169.254/",
    "/gradio_api/monitoring",
    "/monitoring/summary",
    "/gradio_api/vibe-edit/",
)
PATHS = (
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file=../../../../etc/passwd",
    "/gradio_api/file=%2e%2e/%2e%2e/etc/passwd",
    "/gradio_api/file=..%252f..%252fetc/passwd",
    "/gradio_api/file=file:///etc/passwd",
    "/v1/../../../../etc/passwd",
    "/v1/%2e%2e/%2e%2e/etc/passwd",
    "/v1/jobs/..%2f..%2fetc%2fpasswd",
    "/v1//etc/passwd",
    "/static//etc/passwd",
    "/v1/jobs/\\..\\..\\etc\\passwd",
)


@pytest.mark.parametrize("path", ["/", "/v1/tasks", "/healthz", "/readyz", "/config"])
def test_every_answer_has_an_id_and_careful_headers(program: Running, path: str) -> None:
    answer = httpx.get(program.url + path)
    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_what_is_ours_runs_nothing_in_a_browser(program: Running) -> None:
    answer = httpx.post(f"{program.url}/v1/median", content=png(8, 8))
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_id_is_taken_over_when_it_is_harmless(program: Running) -> None:
    url = f"{program.url}/v1/tasks"
    assert httpx.get(url, headers={"X-Request-Id": "order-4711-a"}).headers["X-Request-Id"] == "order-4711-a"
    for odd in ("short", "x" * 65, "two words here", "semi;colon;here"):
        assert httpx.get(url, headers={"X-Request-Id": odd}).headers["X-Request-Id"] != odd
    assert "request=order-4711-a client=127.0.0.1 GET /v1/tasks status=200" in program.log.read_text()


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_ways_to_other_servers_are_closed(program: Running, method: str, path: str) -> None:
    assert httpx.request(method, program.url + path).status_code in (404, 405)


def test_no_work_of_the_page_goes_around_its_queue(program: Running) -> None:
    """What the page itself asks for without the queue are a few small answers, such as which options a task has."""
    events = httpx.get(f"{program.url}/config").json()["dependencies"]
    queued = [event["id"] for event in events if event["queue"] is not False]
    assert len(queued) > len(events) / 2
    for event in queued:
        answer = httpx.post(f"{program.url}/gradio_api/run/predict", json={"fn_index": event, "data": []})
        assert answer.status_code == 404, event


@pytest.mark.parametrize("path", PATHS)
def test_no_path_of_a_request_is_opened(program: Running, path: str) -> None:
    answer = httpx.get(program.url + path)
    assert answer.status_code in (403, 404), answer.text
    assert "root:" not in answer.text


def test_alive_and_ready(program: Running) -> None:
    assert httpx.get(f"{program.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{program.url}/readyz").json() == {"status": "ready"}


def test_the_interface_of_the_framework_is_not_described(program: Running) -> None:
    assert "/gradio_api" not in httpx.get(f"{program.url}/openapi.json").text
