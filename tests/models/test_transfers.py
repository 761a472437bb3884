"""A transfer that is stopped stops, none goes over Xet, and one in another process is waited for."""

import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from enhancer.errors import Cancelled, WeightsUnavailable
from enhancer.models import hub as hub_module
from enhancer.models.entry import Hub
from enhancer.models.fetch import hub_file
from enhancer.progress import Progress
from enhancer.settings import Settings
from tests.models.fake_hub import FakeHub, Fault

REPO, FILE = "somebody/networks", "sub/tiny.safetensors"
SOURCE = Hub(REPO, FILE)
GOOD = bytes(range(256)) * 400


@pytest.fixture
def sha256(hub: FakeHub) -> str:
    return hub.serve(REPO, FILE, GOOD)


def test_no_transfer_goes_over_xet(sha256: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants, file_download

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    monkeypatch.setattr(file_download, "xet_get", lambda **_: pytest.fail("this went over Xet"))
    assert hub_file(SOURCE, None, settings).resolve().name == sha256


def test_a_transfer_that_was_stopped_lets_the_next_one_in(
    hub: FakeHub, sha256: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    monkeypatch.setattr(hub_module, "PIECE", 5000)
    hub.faults.append(Fault("GET", times=1, pause=0.5))
    progress = Progress(lambda p: p.done > 0 and p.cancel())
    with pytest.raises(Cancelled):
        hub_file(SOURCE, sha256, settings, progress)
    begun = time.monotonic()
    assert hub_file(SOURCE, sha256, settings).read_bytes() == GOOD
    assert time.monotonic() - begun < 3
    assert not list(settings.cache.rglob("*.incomplete"))


class Other(threading.Thread):
    """What another process does that fetches the same file: it holds the lock while its part grows, then is done."""

    def __init__(self, cache: Path, sha256: str, pieces: int, pause: float) -> None:
        super().__init__()
        self._blob = cache / "hub" / "models--somebody--networks" / "blobs" / sha256
        self._lock = FileLock(cache / "hub" / ".locks" / "models--somebody--networks" / f"{sha256}.lock")
        self._pieces, self._pause, self.holds = pieces, pause, threading.Event()

    def run(self) -> None:
        self._blob.parent.mkdir(parents=True)
        Path(self._lock.lock_file).parent.mkdir(parents=True)
        part = self._blob.with_name(f"{self._blob.name}.0a1b2c3d.incomplete")
        with self._lock, part.open("wb") as stream:
            self.holds.set()
            for at in range(self._pieces):
                stream.write(GOOD[at * 1000 : (at + 1) * 1000])
                stream.flush()
                time.sleep(self._pause)
            stream.write(GOOD[self._pieces * 1000 :])
            stream.flush()
            part.replace(self._blob)


def test_a_small_model_has_its_progress_told_and_can_be_stopped(
    hub: FakeHub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "TICK", 0.02)
    content = GOOD * 30
    sha256 = hub.serve(REPO, FILE, content)
    hub.faults.append(Fault("GET", pause=0.003))
    seen: set[int] = set()
    hub_file(SOURCE, sha256, settings, Progress(lambda p: seen.add(p.done)))
    assert {2**20, 2 * 2**20} <= seen


def test_another_process_that_fetches_the_same_file_is_waited_for(
    hub: FakeHub, sha256: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "SILENCE", 1.0)
    other = Other(settings.cache, sha256, pieces=10, pause=0.25)
    other.start()
    assert other.holds.wait(5)
    seen: list[tuple[int, str]] = []
    progress = Progress(lambda p: seen.append((p.done, p.note)))
    assert hub_file(SOURCE, sha256, settings, progress).read_bytes() == GOOD
    other.join()
    assert hub.count("GET") == 0
    assert max(done for done, note in seen if note == f"{FILE} is being fetched by another process") > 3000


def test_another_process_that_hangs_is_not_waited_for(
    hub: FakeHub, sha256: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "SILENCE", 0.5)
    other = Other(settings.cache, sha256, pieces=1, pause=2.0)
    other.start()
    assert other.holds.wait(5)
    with pytest.raises(WeightsUnavailable, match="broke off; try again"):
        hub_file(SOURCE, sha256, settings)
    assert other.is_alive()
    other.join()
