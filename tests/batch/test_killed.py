"""A batch that is killed, loses a worker, or finds no place: what is there stays whole, the same command goes on."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from enhancer.batch.hands import LOST, Worker
from enhancer.batch.journal import NAME, opened
from enhancer.batch.order import Order
from enhancer.batch.places import of_folder
from enhancer.batch.row import DONE, FAILED, KEPT, Row
from enhancer.batch.run import News, run
from enhancer.cli import ENDED, SOME_FAILED, WRONG_USAGE, main
from enhancer.progress import Progress
from enhancer.tasks.chain import Step
from tests.batch.make import folder_of, results, started, whole
from tests.ui.browser import scene

COUNT = 50
BEFORE = 10  # files that are done when the batch is killed
PATIENCE = 120  # seconds; the machine may be busy
GAMMA = ("--task", "gamma", "--gamma", "1.5")


def lines(out: Path) -> int:
    file = out / NAME
    return file.read_bytes().count(b"\n") if file.is_file() else 0


def wait(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.005)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_after_kill_9_the_same_command_ends_with_all_files(tmp_path: Path, workers: str) -> None:
    source, out = folder_of(tmp_path / "in", COUNT, (480, 360)), tmp_path / "out"
    words = (source, out, *GAMMA, "--workers", workers)
    first = started(*words)
    wait(lambda: lines(out) >= BEFORE)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    there = {file: file.stat().st_mtime_ns for file in results(out)}
    assert BEFORE <= len(there) < COUNT
    assert all(map(whole, there))
    remembered = [json.loads(line)["target"] for line in (out / NAME).read_bytes().splitlines(keepends=True)[:BEFORE]]

    again = started(*words)
    told, _ = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0
    assert len(results(out)) == COUNT
    assert all(map(whole, results(out)))
    assert all((out / name).stat().st_mtime_ns == there[out / name] for name in remembered)
    rows = json.loads((out / "summary.json").read_text())
    assert len(rows) == COUNT
    kept = [row["target"] for row in rows if row["outcome"] == KEPT]
    assert set(remembered) <= set(kept)
    assert f"{COUNT} pictures: {COUNT - len(kept)} done, {len(kept)} done before." in told


def test_after_sigterm_nothing_temporary_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out, place = folder_of(tmp_path / "in", COUNT, (480, 360)), tmp_path / "out", tmp_path / "t"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    process = started(source, out, *GAMMA, "--workers", "2")
    wait(lambda: lines(out) >= 2)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=PATIENCE)
    assert (process.returncode, told) == (ENDED, "")
    assert list(place.iterdir()) == []
    assert len(json.loads((out / "summary.json").read_text())) >= 2
    assert not list(out.rglob("*.part"))


def test_a_line_that_was_cut_off_is_forgotten(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        journal.add(Row("a", "a.png", DONE, consistency=float("inf"), notes=("x",)))
        journal.add(Row("b", "b.png", DONE))
    file = tmp_path / NAME
    file.write_bytes(file.read_bytes()[:-20] + b"\n{}\n[]\nnull\n")
    stale, fresh = tmp_path / ".0123456789abcdef.part", tmp_path / ".fedcba9876543210.part"
    stale.write_bytes(b"half"), fresh.write_bytes(b"half")
    os.utime(stale, (0, 0))
    with opened(tmp_path) as journal:
        assert journal.rows == {"a.png": Row("a", "a.png", DONE, consistency=float("inf"), notes=("x",))}
    assert (stale.exists(), fresh.exists()) == (False, True)


def test_a_worker_that_is_killed_costs_one_file(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", 4)
    scene(2000, 1500).save(source / "a-big.png")
    files = of_folder(source, tmp_path / "out")
    order, hands = Order((Step("upscale", {"scale": 4.0, "model": "x4-fast"}),), evidence=False), list[Worker]()

    def hire(_: Progress) -> Worker:
        hands.append(Worker(order, 1))
        return hands[-1]

    rows, killed_at, lost_after = list[Row](), 0.0, 0.0
    with closing(run(files, hire, 1)) as batch:
        for news in batch:
            if not killed_at and begun(news):
                killed_at = time.monotonic()
                os.kill(hands[0].pid or 0, signal.SIGKILL)
            if news.row is not None:
                rows.append(news.row)
                lost_after = lost_after or time.monotonic() - killed_at
    assert [(r.source, r.outcome) for r in rows if not r.there] == [("a-big.png", FAILED)]
    assert rows[0].problem == LOST
    assert lost_after < 5
    assert len(rows) == 5


def begun(news: News) -> bool:
    return any(name == "a-big.png" and share > 0 for name, share in news.running)


def full(after: int) -> Callable[..., None]:
    from enhancer.media.encode import write

    calls = []

    def writing(*given: object, **named: object) -> None:
        calls.append(1)
        if len(calls) > after:
            raise OSError(28, "No space left on device")
        write(*given, **named)  # type: ignore[arg-type]

    return writing


def test_a_full_disk_ends_the_batch_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = folder_of(tmp_path / "in", 6), tmp_path / "out"
    monkeypatch.setattr("enhancer.media.files.write", full(after=2))
    assert main(["enhance", str(source), str(out), *GAMMA]) == SOME_FAILED
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert "No space left on device" in printed.err
    assert "6 pictures: 2 done, 1 failed, 3 not begun." in printed.out
    assert len(results(out)) == 2
    assert not list(out.rglob("*.part"))
    monkeypatch.undo()
    assert main(["enhance", str(source), str(out), *GAMMA]) == 0
    assert "6 pictures: 4 done, 2 done before." in capsys.readouterr().out


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a place that takes no files even of its owner")
def test_a_place_that_takes_no_files_is_told_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = folder_of(tmp_path / "in", 2)
    assert main(["enhance", str(source), "/proc/self/results", *GAMMA]) == WRONG_USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "please choose another folder" in printed.err
