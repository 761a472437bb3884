"""A batch on a Ray cluster of two machines makes the same files as here, and goes on where it was.

What a cluster rarely does, a stand-in for Ray does here: `tests.batch.fake_ray`.
"""

import importlib.util
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from enhancer.batch.cluster import WAITS, hiring
from enhancer.batch.hands import LOST
from enhancer.batch.order import Order
from enhancer.batch.places import of_folder
from enhancer.batch.row import DONE, FAILED
from enhancer.batch.run import run
from enhancer.cli import SOME_FAILED, WRONG_USAGE, main
from tests.batch.fake_ray import FakeRay, ObjectLostError, OutOfMemoryError, RayActorError, Refused
from tests.batch.make import COMMAND, folder_of, results
from tests.conftest import ROOT

GAMMA = ["--task", "gamma", "--gamma", "1.5"]
THERE = importlib.util.find_spec("ray") is not None
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
WITHIN = 120  # seconds
needs_ray = pytest.mark.skipif(not THERE, reason="Ray is not installed: an extra of 240 MB, for clusters alone")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    """Is imported as Ray, and found at once."""
    stand_in = FakeRay()
    monkeypatch.setitem(sys.modules, "ray", stand_in)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    return stand_in


@contextmanager
def cluster() -> Iterator[str]:
    """Of two machines → its address."""
    command = [sys.executable, "-m", "tests.batch.cluster"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    begun = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **QUIET}, text=True, **pipes)  # type: ignore[call-overload]
    try:
        assert select.select([begun.stdout], [], [], WITHIN)[0], "the cluster did not begin"
        yield begun.stdout.readline().strip()
    finally:
        begun.stdin.close()
        begun.wait(WITHIN)
        begun.stdout.close()


def on_the_cluster(address: str, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [*COMMAND, *map(str, words), "--engine", "ray"]
    environment = {**os.environ, **QUIET, "RAY_ADDRESS": address}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=WITHIN, check=False
    )


@needs_ray
def test_two_machines_make_the_same_files_as_this_one(tmp_path: Path) -> None:
    source, out, here = folder_of(tmp_path / "in", 6), tmp_path / "out", tmp_path / "here"
    (source / "text.jpg").write_text("no picture")
    with cluster() as address:
        found = on_the_cluster(address, source, out, *GAMMA, "--recipe")
        assert found.returncode == SOME_FAILED, found.stderr
        assert "7 pictures: 6 done, 1 failed." in found.stdout
        rows = json.loads((out / "summary.json").read_text())
        made = {file.relative_to(out): file.read_bytes() for file in results(out)}
        (source / "text.jpg").unlink()
        results(out)[0].unlink()
        again = on_the_cluster(address, source, out, *GAMMA, "--recipe", "--workers", "9")  # which it has no room for
    assert "6 pictures: 1 done, 5 done before." in again.stdout, again.stderr
    assert sorted(row["outcome"] for row in rows) == sorted([DONE] * 6 + [FAILED])
    assert main(["enhance", str(source), str(here), *GAMMA, "--recipe"]) == 0
    assert made == {file.relative_to(here): file.read_bytes() for file in results(here)}


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_a_cluster_that_is_not_there_is_said_at_once(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", address)
    source = folder_of(tmp_path / "in", 1)
    assert main(["enhance", str(source), str(tmp_path / "out"), *GAMMA, "--engine", "ray"]) == WRONG_USAGE
    said = capsys.readouterr().err
    assert (f"No Ray cluster was found at {address}" if THERE else "pip install") in said


def test_a_single_picture_needs_no_cluster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = folder_of(tmp_path / "in", 1) / "p000.png"
    assert main(["enhance", str(source), str(tmp_path / "a.png"), "--engine", "ray"]) == WRONG_USAGE
    assert "for folders" in capsys.readouterr().err


def test_whatever_ray_loses_costs_the_file_that_it_was_at(
    fake: FakeRay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = folder_of(tmp_path / "in", 6), tmp_path / "out"
    fake.errors = {
        "p000.png": OutOfMemoryError("killed due to the node running low on memory"),
        "p002.png": ObjectLostError("all copies are lost"),
        "sub/p001.png": RayActorError("the actor died"),
        "p004.png": Refused(13, "Permission denied"),
    }
    assert main(["enhance", str(source), str(out), *GAMMA, "--engine", "ray"]) == SOME_FAILED
    assert "6 pictures: 2 done, 4 failed." in capsys.readouterr().out
    problems = {row["source"]: row["problem"] for row in json.loads((out / "summary.json").read_text())}
    assert problems["p000.png"] == problems["p002.png"] == problems["sub/p001.png"] == LOST
    assert "Permission denied" in problems["p004.png"]
    assert fake.started == fake.killed == 5, "two hands, three that took the places of lost ones, and none stays behind"


def stopped(place: Path, hands: int, until: Callable[[], bool]) -> bool:
    """Whether a batch of so many hands, begun and stopped after that, ends then."""
    files = of_folder(folder_of(place / "in", 3), place / "out")

    def begin_and_stop() -> None:
        with closing(run(files, hiring(Order((), evidence=False))[0], hands)) as batch:
            while not until():
                next(batch)

    at_work = threading.Thread(target=begin_and_stop, daemon=True)
    at_work.start()
    at_work.join(20)
    return not at_work.is_alive()


def test_a_busy_cluster_is_waited_for_aloud_and_no_longer_than_wanted(
    fake: FakeRay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("enhancer.batch.cluster.PATIENCE", 0.1)
    fake.places = 0
    assert stopped(tmp_path, 2, lambda: bool(caplog.messages))
    assert caplog.messages == [WAITS], "once, not by every hand"
    assert fake.started == fake.killed == 2, "nobody stays in the queue of the cluster"


def test_a_hand_that_finds_no_place_again_hears_stop(fake: FakeRay, tmp_path: Path) -> None:
    fake.places, fake.errors = 1, {"p000.png": OutOfMemoryError("killed due to the node running low on memory")}
    assert stopped(tmp_path, 1, lambda: fake.started == 2)
    assert fake.killed == 2
