"""The folder of visitors' files: of one server alone, wiped when the next one starts, swept by age, capped in bytes."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from enhancer import canvas, workplace
from enhancer.errors import DiskFull
from enhancer.media import Picture
from enhancer.settings import MIB, Settings
from enhancer.ui.display import Kept
from enhancer.workplace import Workplace, told
from tests.conftest import ROOT

SERVER = """
import sys, tempfile, time
from pathlib import Path
from enhancer.settings import Settings
from enhancer.workplace import begin
place = begin(Settings(work=Path(sys.argv[1])))
(place.folder / "page" / "a").mkdir(parents=True)
(place.folder / "page" / "a" / "cat.png").write_bytes(b"x" * 5000)
tempfile.mkdtemp()
print(place.folder, flush=True)
sys.stdin.read()
"""

ALONE = """
from enhancer.ui.display import folder
made = folder()
(made / "cat.png").write_bytes(b"x")
print(made, flush=True)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """As that of a server, in this process, of 4 MiB and for 100 seconds."""
    made = Workplace(tmp_path, Settings(max_disk=4 * MIB, files_seconds=100))
    monkeypatch.setattr(workplace, "_here", made)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return made


def served(work: Path) -> "tuple[subprocess.Popen[str], Path]":
    """A process that has begun a folder, which it says."""
    command = [sys.executable, "-c", SERVER, str(work)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def ended(process: "subprocess.Popen[str]") -> None:
    process.communicate(timeout=20)


def test_without_a_server_folders_go_with_the_process(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", ALONE]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).parent == tmp_path
    assert list(tmp_path.glob("image-enhancer-*")) == []


def test_what_a_killed_server_left_is_wiped_and_what_another_has_is_not(tmp_path: Path) -> None:
    first, left = served(tmp_path)
    second, others = served(tmp_path)
    first.kill()
    ended(first)
    assert (left / "page" / "a" / "cat.png").exists(), "a killed process cleans up nothing"
    third, own = served(tmp_path)
    try:
        assert not left.exists()
        assert (others / "page" / "a" / "cat.png").exists()
        assert len({left, others, own}) == 3
    finally:
        ended(second)
        ended(third)
    assert [path.name for path in tmp_path.iterdir()] == [workplace.LOCK], "who ends in peace leaves nothing"


def test_old_files_go_and_what_belongs_to_the_page_stays(tmp_path: Path) -> None:
    now = [time.time()]
    place = Workplace(tmp_path, Settings(files_seconds=100), lambda: now[0])
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "example.png").write_bytes(b"x")
    place.settle()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "cat.png").write_bytes(b"x")
    os.utime(tmp_path / "run" / "cat.png", (1, 1))  # as old as it was where it comes from
    (tmp_path / "empty").mkdir()
    place.sweep()
    assert (tmp_path / "run" / "cat.png").exists()
    now[0] += 101
    place.sweep()
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["page", "page/example.png"]


def test_the_folder_of_a_job_that_works_is_swept_when_it_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Workplace(tmp_path, Settings(files_seconds=100), clock=lambda: time.time() + 3600)
    monkeypatch.setattr(workplace, "_here", place)
    (inner := tmp_path / "job" / "pieces").mkdir(parents=True)
    files = [tmp_path / "job" / "source", inner / "first", tmp_path / "other"]
    for file in files:
        file.write_bytes(b"x")
    with workplace.held(tmp_path / "job"):
        place.sweep()
        assert [file.exists() for file in files] == [True, True, False]
    place.sweep()
    assert not (tmp_path / "job").exists()


def test_a_folder_is_held_until_the_last_one_who_works_there_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Workplace(tmp_path, Settings(files_seconds=100), clock=lambda: time.time() + 3600)
    monkeypatch.setattr(workplace, "_here", place)
    (tmp_path / "same").mkdir()
    (tmp_path / "same" / "cat.png").write_bytes(b"x")  # the framework has equal files once
    with workplace.held(tmp_path / "same", tmp_path / "other"):
        with workplace.held(tmp_path / "same", tmp_path / "same"):
            pass
        place.sweep()
        assert (tmp_path / "same" / "cat.png").exists()
    place.sweep()
    assert not (tmp_path / "same").exists()


@pytest.mark.parametrize(("seconds", "before_it"), [(3600, 60), (100, 25)])
def test_nothing_waits_for_the_next_look_beyond_its_time(tmp_path: Path, seconds: int, before_it: int) -> None:
    now = [time.time()]
    place = Workplace(tmp_path, Settings(files_seconds=seconds), lambda: now[0])
    (tmp_path / "cat.png").write_bytes(b"x")
    now[0] += seconds - before_it - 1
    place.sweep()
    assert (tmp_path / "cat.png").exists()
    now[0] += 2
    place.sweep()
    assert not (tmp_path / "cat.png").exists()


def test_it_is_swept_while_files_come_and_go(tmp_path: Path) -> None:
    """What made the framework's own cleaning end for ever."""
    place, over = Workplace(tmp_path, Settings(files_seconds=0)), threading.Event()

    def visit(name: str) -> None:
        number = 0
        while not over.is_set():
            folder = tmp_path / f"{name}{number % 7}"
            number += 1
            try:
                folder.mkdir(exist_ok=True)
                (folder / "cat.png").write_bytes(b"x")
            except (FileExistsError, FileNotFoundError):  # swept just now, at an age of nothing
                continue

    visitors = [threading.Thread(target=visit, args=(name,)) for name in "abcd"]
    for visitor in visitors:
        visitor.start()
    try:
        for _ in range(300):
            place.sweep()
    finally:
        over.set()
        for visitor in visitors:
            visitor.join()
    time.sleep(0.05)
    place.sweep()
    place.sweep()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_it_counts_files_with_and_without_a_name(place: Workplace) -> None:
    (place.folder / "cat.png").write_bytes(bytes(MIB))
    assert place.used() == pytest.approx(MIB, abs=65536)
    nameless = tempfile.TemporaryFile()  # noqa: SIM115  # lives on below
    nameless.write(bytes(MIB))
    nameless.flush()
    assert place.used() == pytest.approx(2 * MIB, abs=65536)
    large = canvas.empty((1, 512, 512), Settings(canvas_memory=0, cache=Path("/nowhere")))
    assert place.used() == pytest.approx(3 * MIB, abs=65536)
    del large
    nameless.close()
    assert place.used() == pytest.approx(MIB, abs=65536)


def test_over_the_cap_is_refused_with_the_setting_and_the_time(place: Workplace) -> None:
    place.check(4 * MIB)
    with pytest.raises(DiskFull, match=r"4 MiB at most.* 100 seconds after") as refused:
        place.check(4 * MIB + 1)
    assert refused.value.limit == "max_disk"
    with place.promised(3 * MIB):
        place.check(MIB)
        with pytest.raises(DiskFull):
            place.check(MIB + 1)
    place.check(4 * MIB)


def test_results_and_canvases_are_capped_too(place: Workplace) -> None:
    picture = Picture(torch.zeros(3, 1024, 1024))
    with pytest.raises(DiskFull, match="4 MiB"):
        Kept.keep(picture)
    with pytest.raises(DiskFull, match="4 MiB"):
        canvas.empty((3, 1024, 1024), Settings(canvas_memory=0))
    assert place.used() == 0


def test_a_disk_that_is_nearly_full_is_not_filled(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = np.array([100 * MIB, 0, 6 * MIB])
    monkeypatch.setattr(workplace.shutil, "disk_usage", lambda _: usage)
    place.check(MIB)
    with pytest.raises(DiskFull):
        place.check(MIB + 1)


def test_elsewhere_nothing_is_capped() -> None:
    assert workplace.here() is None
    workplace.check(2**60)


def test_times_are_told_as_people_tell_them() -> None:
    assert [told(seconds) for seconds in (3600, 7200, 900, 60, 90)] == [
        "1 hour",
        "2 hours",
        "15 minutes",
        "1 minute",
        "90 seconds",
    ]
