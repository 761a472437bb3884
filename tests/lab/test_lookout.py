import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from enhancer.errors import UnknownModel, WeightsRefused, WorkerLost
from enhancer.lab.detectors import SHAPES, detector_here, file_here
from enhancer.lab.lookout import Lookout, looking_with
from enhancer.settings import Settings
from enhancer.training.detect.shapes import drawn
from enhancer.worker import POSSIBLE

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="no open files are passed between processes here")
MEMORY, SECONDS = Settings().model_memory, 120
SHAPES_FILE = file_here(SHAPES, Settings())


def scene() -> torch.Tensor:
    return drawn(1, 4711, noisy=False)[0][0].float() / 255


def ended(lookout: Lookout, within: float = 10) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if lookout.pid is None:
            return True
        time.sleep(0.05)
    return False


def look_and_be_killed(lookout: Lookout, folder: Path) -> None:
    """At work for certain: it waits for weights that nobody ever writes."""
    never = folder / "never.safetensors"
    os.mkfifo(never)
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.5):
            with suppress(ProcessLookupError):
                if pid := lookout.pid:
                    os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        lookout.look(never, scene())
    finally:
        over.set()
        killer.join()


def test_what_is_found_apart_is_what_is_found_here() -> None:
    picture = scene()
    here, apart = (looking_with(SHAPES, Settings(model_worker=many))(picture) for many in (0, 1))
    assert here == detector_here(SHAPES, Settings())(picture)
    assert [one.name for one in apart] == [one.name for one in here]
    assert len(here) > 0
    for one, other in zip(here, apart, strict=True):
        assert other.score == pytest.approx(one.score, abs=1e-5)
        assert other.box == pytest.approx(one.box, abs=1e-3)


def test_the_process_ends_when_nobody_asks_and_begins_again() -> None:
    lookout = Lookout(MEMORY, SECONDS, idle=0.5)
    found = lookout.look(SHAPES_FILE, scene())
    first = lookout.pid
    assert first
    assert ended(lookout)
    assert lookout.look(SHAPES_FILE, scene()) == found
    assert lookout.pid
    assert lookout.pid != first


def test_several_at_once_share_one_process_which_stays_as_long_as_they_ask() -> None:
    lookout = Lookout(MEMORY, SECONDS, idle=30)
    seen: list[tuple[int | None, int]] = []

    def ask() -> None:
        found = lookout.look(SHAPES_FILE, scene())
        seen.append((lookout.pid, len(found)))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_a_process_that_dies_or_dawdles_costs_one_look(tmp_path: Path) -> None:
    lookout = Lookout(MEMORY, SECONDS, idle=30)
    found = lookout.look(SHAPES_FILE, scene())
    with pytest.raises(WorkerLost, match="looked for objects was ended"):
        look_and_be_killed(lookout, tmp_path)
    assert lookout.look(SHAPES_FILE, scene()) == found
    with pytest.raises(WorkerLost, match="longer than 0 seconds"):
        Lookout(MEMORY, 0, idle=1).look(SHAPES_FILE, torch.rand(3, 1600, 1600))
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no weights")
    with pytest.raises(WeightsRefused):
        lookout.look(broken, scene())


def test_an_unknown_detector_is_said_at_once() -> None:
    with pytest.raises(UnknownModel, match="There is no detector"):
        looking_with("cats", Settings(model_worker=1))
