"""A transfer that is stopped stops, and none goes over Xet, where it would run on."""

import time

import pytest

from enhancer.errors import Cancelled
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
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 5000)
    hub.faults.append(Fault("GET", times=1, pause=0.5))
    progress = Progress(lambda p: p.done > 0 and p.cancel())
    with pytest.raises(Cancelled):
        hub_file(SOURCE, sha256, settings, progress)
    begun = time.monotonic()
    assert hub_file(SOURCE, sha256, settings).read_bytes() == GOOD
    assert time.monotonic() - begun < 3
    assert not list(settings.cache.rglob("*.incomplete"))
