"""What is not served: the code, one shape, a plain sentence, the limit by its name, and nothing read past it."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from enhancer.client import ApiError, Client
from tests.media.make import flat_png
from tests.server.conftest import TIGHT, Running, png

SOON = 2.0  # seconds; a refusal takes no work
LONG = {"model": "x4-fast", "scale": "4", "best": "true"}


def refused(answer: httpx.Response, status: int, word: str, limit: str | None = None, for_good: bool = False) -> None:
    """Assert the one shape; what is refused for good says of no time that it is worth to come again."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert word in told["detail"]
    assert told["detail"].endswith(".")
    assert told.get("limit") == limit
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ("Retry-After" in answer.headers) == (status in (429, 503) and not for_good)


STRANGERS = {
    "empty": (b"", 415, "empty"),
    "text": (b"Dear Sir or Madam,\n", 415, "text"),
    "html": (b"<!doctype html><html></html>", 415, "web page"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", 415, "SVG"),
    "zip": (b"PK\x03\x04" + bytes(40), 415, "ZIP"),
    "pdf": (b"%PDF-1.7\n", 415, "PDF"),
    "video": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", 415, "video"),
    "cut off": (png(64, 64)[:-30], 422, ""),
    "damaged": (png(64, 64).replace(b"IDAT", b"IDAT\xff", 1), 422, ""),
}


@pytest.mark.parametrize("kind", STRANGERS)
def test_bytes_that_are_no_sound_picture(program: Running, kind: str) -> None:
    data, status, word = STRANGERS[kind]
    refused(httpx.post(f"{program.url}/v1/median", content=data), status, word)


OPTIONS = {
    "out of range": ("upscale", {"scale": "9"}, 422, "between 1 and 4"),
    "not a number": ("upscale", {"scale": "NaN"}, 422, "between 1 and 4"),
    "text": ("upscale", {"scale": "large"}, 422, "type float"),
    "below": ("median", {"radius": "-1"}, 422, "radius"),
    "half": ("median", {"radius": "1.5"}, 422, "radius"),
    "neither true nor false": ("upscale", {"best": "perhaps"}, 422, "true or false"),
    "unknown": ("median", {"scale": "2"}, 422, "Unknown option 'scale'"),
    "two targets": ("upscale", {"scale": "2", "long_side": "100"}, 422, "one target"),
    "format": ("median", {"format": "gif"}, 422, "format"),
    "quality": ("median", {"jpeg_quality": "0"}, 422, "jpeg_quality"),
    "protect": ("median", {"protect": "faces"}, 422, "faces"),
    "unknown model": ("upscale", {"model": "nosuch"}, 404, "nosuch"),
    "a path": ("upscale", {"model": "/etc/passwd"}, 404, "no model"),
    "a file of the server": ("upscale", {"model": "weights/x2-fast.safetensors"}, 404, "no model"),
    "an address": ("upscale", {"model": "owner/repo/file.safetensors"}, 404, "no model"),
    "unknown task": ("nosuch", {}, 404, "no task 'nosuch'"),
    "unknown task of a job": ("jobs/nosuch", {}, 404, "no task 'nosuch'"),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_options_that_there_are_not(program: Running, case: str) -> None:
    task, options, status, word = OPTIONS[case]
    refused(httpx.post(f"{program.url}/v1/{task}", content=png(16, 16), params=options), status, word)


def test_an_option_given_twice(program: Running) -> None:
    url = f"{program.url}/v1/median?radius=1&radius=2"
    refused(httpx.post(url, content=png(8, 8)), 422, "twice")
    files = {"file": ("a.png", png(8, 8))}
    refused(httpx.post(f"{program.url}/v1/median?radius=1", files=files, data={"radius": "2"}), 422, "twice")


def test_forms_that_hold_no_single_picture(program: Running) -> None:
    url, one = f"{program.url}/v1/median", ("a.png", png(8, 8))
    refused(httpx.post(url, files={"picture": one}), 422, "one picture")
    refused(httpx.post(url, data={"radius": "2"}, files={}), 415, "text")
    refused(httpx.post(url, files=[("file", one), ("file", one)]), 400, "form")
    refused(httpx.post(url, content=b"--x\r\n", headers={"Content-Type": "multipart/form-data"}), 400, "form")


def test_addresses_and_methods_that_there_are_not(program: Running) -> None:
    refused(httpx.get(f"{program.url}/v1/upscale"), 405, "requests of this kind")
    refused(httpx.get(f"{program.url}/v1/no/where"), 404, "nothing at this address")
    refused(httpx.get(f"{program.url}/v1/jobs/{'x' * 32}"), 404, "no job", "job_seconds")


def test_pixels_over_the_limit(tight: Running) -> None:
    began = time.perf_counter()
    refused(httpx.post(f"{tight.url}/v1/median", content=flat_png(2000, 2000)), 422, "megapixels", "max_pixels")
    assert time.perf_counter() - began < SOON


def test_a_result_over_the_limit(program: Running) -> None:
    answer = httpx.post(
        f"{program.url}/v1/upscale", content=png(2000, 1000), params={"width": "30000", "height": "15000"}
    )
    refused(answer, 422, "megapixels", "max_output_pixels")


def endless(chunk: bytes = bytes(100_000)) -> Iterator[bytes]:
    """A body that never ends, of unknown length."""
    while True:
        yield chunk


def test_bytes_over_the_limit(tight: Running) -> None:
    """What says its length is refused at once; what does not, while it arrives."""
    url, most = f"{tight.url}/v1/median", TIGHT["MAX_BYTES"] + 2**20
    refused(httpx.post(url, content=bytes(most + 1)), 413, "MiB", "max_bytes")
    refused(httpx.post(url, files={"file": ("a.png", bytes(most + 1))}), 413, "MiB", "max_bytes")
    refused(httpx.post(url, files={"file": ("a.png", bytes(TIGHT["MAX_BYTES"] + 1))}), 413, "MiB", "max_bytes")


def test_a_body_without_end_is_cut(tight: Running) -> None:
    """On the wire: the answer comes while we are still sending, and at most a little more is taken."""
    with speaking(tight) as line:
        line.sendall(b"POST /v1/median HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent, answer = 0, b""
        line.settimeout(0.05)
        while not answer and sent < 50_000_000:
            sent += len(b"%x\r\n" % 100_000) and 100_000
            try:
                line.sendall(b"%x\r\n" % 100_000 + bytes(100_000) + b"\r\n")
                answer = line.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                break
    assert sent < 10_000_000
    assert b"413" in answer.split(b"\r\n")[0] or not answer


def test_the_body_of_the_page_has_a_limit_too(tight: Running) -> None:
    answer = httpx.post(f"{tight.url}/gradio_api/upload", files={"files": ("a.png", bytes(TIGHT["MAX_BODY"] + 1))})
    assert answer.status_code == 413


def speaking(running: Running) -> socket.socket:
    address = urlsplit(running.url)
    return socket.create_connection((address.hostname or "", address.port or 0), 10)


def test_a_slow_body_is_cut(tight: Running) -> None:
    with speaking(tight) as line:
        line.sendall(b"POST /v1/median HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx")
        began = time.perf_counter()
        answer = line.recv(4096)
        assert time.perf_counter() - began < TIGHT["UPLOAD_SECONDS"] + SOON
    assert b" 408 " in answer.split(b"\r\n")[0]


def test_a_full_queue_and_a_greedy_client(tight: Running, cat: Path) -> None:
    """One client has two places; a third request of it is refused at once, and served when it comes again."""
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(
                lambda _: httpx.post(f"{tight.url}/v1/upscale", content=png(256, 192), params=LONG, timeout=60),
                range(6),
            )
        )
    busy = [answer for answer in answers if answer.status_code == 429]
    assert busy
    assert {answer.status_code for answer in answers} <= {200, 429, 504}
    for answer in busy:
        refused(answer, 429, "under way", "max_share")
        assert 1 <= int(answer.headers["Retry-After"]) <= 120
        assert answer.elapsed.total_seconds() < SOON
    with Client(tight.url, tries=20) as client:
        assert client.enhance(cat, "median").width == 64


def test_an_answer_that_takes_too_long(tight: Running) -> None:
    answer = httpx.post(f"{tight.url}/v1/upscale", content=png(440, 440), params=LONG, timeout=60)
    refused(answer, 504, "/v1/jobs", "answer_seconds")


def test_work_stops_when_the_client_leaves(program: Running) -> None:
    def ask() -> None:
        with pytest.raises(httpx.TimeoutException):
            httpx.post(f"{program.url}/v1/upscale", content=png(1200, 1200), params=LONG, timeout=2)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(30)
    until = time.monotonic() + 20
    while "job stopped at" not in program.log.read_text():
        assert time.monotonic() < until
        time.sleep(0.2)


def test_measuring_has_limits(tight: Running) -> None:
    url = f"{tight.url}/v1/metrics"
    three = [("candidates", (f"{n}.png", png(16, 16))) for n in range(3)]
    refused(httpx.post(url, files=three), 422, "At most 2", "max_candidates")
    refused(httpx.post(url, files={"candidates": ("a.png", bytes(TIGHT["MAX_BODY"] + 1))}), 413, "MiB", "max_body")


def test_the_client_says_what_the_server_said(program: Running) -> None:
    with Client(program.url) as client, pytest.raises(ApiError, match="between 1 and 4") as told:
        client.enhance(png(8, 8), scale=9)
    assert told.value.status == 422
    assert told.value.request_id
