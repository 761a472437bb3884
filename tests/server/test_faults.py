"""Faults while a server serves, by their numbers in the plan: each costs one answer a clear sentence, others nothing.

Elsewhere: F1 to F5 in tests/models/test_fetch.py, F9 in tests/batch/test_killed.py, F10 in
tests/training/test_robust.py, F12 in test_refusals.py, F16 in tests/hosting/test_container.py.
"""

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from enhancer.client import Client
from enhancer.models.catalog import HUB_ENTRIES
from enhancer.settings import MIB
from tests.media.rogue import CRASH, EAT, HANG, gif
from tests.server.conftest import Running, png, running
from tests.server.test_refusals import refused

LIMITS = {"DECODE_SECONDS": 2, "DECODE_MEMORY": 512 * MIB, "CANARY_SECONDS": 0}
TOLD_WITHIN = 5.0  # seconds after a process died
WITHIN = 90.0  # seconds; the machine may be busy
LONG = {"model": "x4-fast", "scale": 4}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The program, but that GIF files may bring their reader down. F11: told to end at its work, it does, whole."""
    program = running(tmp_path_factory.mktemp("faulty"), LIMITS, ("-m", "tests.media.rogue"))
    served = next(program)
    yield served
    with Client(served.url) as client:
        begun(client, png(1500, 1500), best=True)
    program.close()  # within 20 seconds, or it fails
    for pid in (int(found) for found in re.findall(r"process (\d+) is for", served.log.read_text())):
        gone(pid)


@pytest.fixture
def client(faulty: Running) -> Iterator[Client]:
    with Client(faulty.url, tries=1) as found:
        yield found


def gone(pid: int) -> None:
    until = time.monotonic() + WITHIN
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until, f"process {pid} is still there"
        time.sleep(0.1)


def process(faulty: Running, work: str) -> int:
    """The one that was begun last for this work."""
    return int(re.findall(rf"process (\d+) is for {work}", faulty.log.read_text())[-1])


def begun(client: Client, picture: bytes, **options: bool) -> str:
    """The address of a job that is at its second tile."""
    job, until = client.submit(picture, **LONG, **options), time.monotonic() + WITHIN
    while (told := job.status())["progress"]["done"] < 1 or told["progress"]["total"] < 2:
        assert told["state"] in ("waiting", "running"), told
        assert time.monotonic() < until
        time.sleep(0.05)
    return job.address


def restarts(faulty: Running, work: str) -> float:
    text = httpx.get(f"{faulty.url}/metrics").text
    (found,) = re.findall(rf'^enhancer_worker_restarts_total{{work="{work}"}} (\S+)', text, re.MULTILINE)
    return float(found)


def test_f2_without_the_hub_a_sentence_and_all_else_works(faulty: Running, client: Client) -> None:
    params = {"model": HUB_ENTRIES[0].id}
    refused(httpx.post(f"{faulty.url}/v1/upscale", content=png(20, 20), params=params, timeout=WITHIN), 503, "Hub")
    assert client.enhance(png(20, 20), "median").width == 20


def test_f8_a_process_that_is_killed_at_a_picture_costs_that_one_alone(faulty: Running, client: Client) -> None:
    before, answers = restarts(faulty, "drawing"), list[httpx.Response]()
    address = begun(client, png(700, 700, 0x336699))

    def visit() -> None:
        params = {"model": "x2-fast", "scale": 2}
        answers.append(httpx.post(f"{faulty.url}/v1/upscale", content=png(50, 40), params=params, timeout=WITHIN))

    os.kill(process(faulty, "drawing"), signal.SIGKILL)
    kills, drawn, killed, other = 1, 1, time.monotonic(), threading.Thread(target=visit)
    other.start()
    while (told := httpx.get(f"{faulty.url}{address}").json())["state"] != "failed":
        if told["progress"]["done"] > drawn + 1:  # it was hit between two tiles, which costs nobody anything
            os.kill(process(faulty, "drawing"), signal.SIGKILL)
            kills, drawn, killed = kills + 1, told["progress"]["done"], time.monotonic()
        assert time.monotonic() - killed < TOLD_WITHIN, told
        assert httpx.get(f"{faulty.url}/healthz").status_code == 200
        time.sleep(0.1)
    refused(httpx.get(f"{faulty.url}{address}/result"), 503, "was ended", for_good=True)
    other.join(WITHIN)
    assert [answer.status_code for answer in answers] == [200]
    assert restarts(faulty, "drawing") == before + kills
    assert client.enhance(png(30, 30), model="x2-fast", scale=2).width == 60


def test_f13_a_reader_that_hangs_is_ended_at_the_limit(faulty: Running, client: Client) -> None:
    began = time.monotonic()
    answer = httpx.post(f"{faulty.url}/v1/median", content=gif(HANG), timeout=WITHIN)
    refused(answer, 504, "longer than 2 seconds", "decode_seconds")
    assert time.monotonic() - began < LIMITS["DECODE_SECONDS"] + TOLD_WITHIN
    assert client.enhance(gif(), "median").width == 40


@pytest.mark.parametrize(("comment", "word", "limit"), [(EAT, "more memory", "decode_memory"), (CRASH, "crash", None)])
def test_f14_a_reader_that_eats_memory_or_crashes_refuses_its_file(
    faulty: Running, client: Client, comment: bytes, word: str, limit: str | None
) -> None:
    refused(httpx.post(f"{faulty.url}/v1/median", content=gif(comment), timeout=WITHIN), 422, word, limit)
    assert client.enhance(gif(), "median").width == 40
    assert httpx.get(f"{faulty.url}/healthz").status_code == 200


def test_f14_a_candidate_that_crashes_its_reader_costs_its_own_row(faulty: Running) -> None:
    files = [("candidates", ("bad.gif", gif(CRASH))), ("candidates", ("good.gif", gif()))]
    rows = httpx.post(f"{faulty.url}/v1/metrics", files=files, timeout=WITHIN).json()
    assert [row["problem"] is None for row in rows] == [False, True]


def test_f6_weights_that_change_while_it_runs_are_refused_by_the_next_process(faulty: Running, client: Client) -> None:
    file = Path(faulty.environment["ENHANCER_WEIGHTS"]) / "x2-fast.safetensors"
    client.enhance(png(31, 30), model="x2-fast", scale=2)
    sound = file.read_bytes()
    file.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    try:
        assert client.enhance(png(32, 30), model="x2-fast", scale=2).width == 64
        os.kill(process(faulty, "drawing"), signal.SIGKILL)
        asked = {"model": "x2-fast", "scale": 2}
        answer = httpx.post(f"{faulty.url}/v1/upscale", content=png(33, 30), params=asked, timeout=WITHIN)
        refused(answer, 502, "wrong bytes")
    finally:
        file.write_bytes(sound)
    assert client.enhance(png(33, 30), model="x2-fast", scale=2).width == 66
