"""Bytes are verified, failures are one sentence, and the cache needs no network."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from enhancer.errors import Cancelled, WeightsRefused, WeightsUnavailable
from enhancer.models import hub as hub_module
from enhancer.models.entry import Bundled, Entry, Hub
from enhancer.models.fetch import hub_file, on_disk, weights_file
from enhancer.progress import Progress
from enhancer.settings import Settings
from tests.models.conftest import make_entry
from tests.models.fake_hub import COMMIT, FakeHub, Fault

REPO, FILE = "somebody/networks", "sub/tiny.safetensors"
GOOD = bytes(range(256)) * 400
WRONG = b"\0" * len(GOOD)
Offer = Callable[..., Entry]


@pytest.fixture
def offer(hub: FakeHub) -> Offer:
    def offer(content: bytes = GOOD, revision: str = COMMIT) -> Entry:
        return make_entry(Hub(REPO, FILE, revision), hub.serve(REPO, FILE, content, declared=GOOD))

    return offer


def files_in(folder: Path) -> list[Path]:
    """Weights and parts of weights; locks and notes of huggingface_hub are small."""
    return [f for f in folder.rglob("*") if f.is_file() and f.stat().st_size > 1000]


@pytest.mark.parametrize("revision", [COMMIT, "main"])
def test_fetched_once_then_served_from_the_cache_without_a_network(
    hub: FakeHub, offer: Offer, settings: Settings, revision: str
) -> None:
    entry = offer(revision=revision)
    assert not on_disk(entry.source, settings)
    assert weights_file(entry, settings).read_bytes() == GOOD
    assert on_disk(entry.source, settings, len(GOOD))
    assert not on_disk(entry.source, settings, len(GOOD) + 1)
    hub.stop()
    asked = len(hub.requests)
    begun = time.monotonic()
    assert weights_file(entry, settings).read_bytes() == GOOD
    assert len(hub.requests) == asked
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("revision", [COMMIT, "main"])
def test_wrong_bytes_of_the_right_length_are_removed_and_refused(
    offer: Offer, settings: Settings, revision: str
) -> None:
    entry = offer(WRONG, revision)
    with pytest.raises(WeightsRefused, match=rf"{entry.sha256[:12]}… was expected, [0-9a-f]{{12}}… was found"):
        weights_file(entry, settings)
    assert not files_in(settings.cache)


@pytest.mark.parametrize("revision", [COMMIT, "main"])
def test_a_copy_gone_bad_is_fetched_again(hub: FakeHub, offer: Offer, settings: Settings, revision: str) -> None:
    entry = offer(revision=revision)
    weights_file(entry, settings).resolve().write_bytes(WRONG)
    assert weights_file(entry, settings).read_bytes() == GOOD
    assert hub.count("GET") == 2


def test_a_transfer_cut_once_is_finished(hub: FakeHub, offer: Offer, settings: Settings) -> None:
    hub.faults.append(Fault("GET", cut=1000, times=1))
    assert weights_file(offer(), settings).read_bytes() == GOOD
    assert hub.count("GET") == 2


def test_a_transfer_cut_every_time_ends_in_a_sentence(hub: FakeHub, offer: Offer, settings: Settings) -> None:
    hub.faults.append(Fault("GET", cut=1000))
    with pytest.raises(WeightsUnavailable, match="broke off; try again"):
        weights_file(offer(), settings)
    assert not files_in(settings.cache)


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (Hub("nobody/nothing", FILE), "no public repository nobody/nothing"),
        (Hub(REPO, "other.safetensors"), "has no file other.safetensors"),
        (Hub(REPO, FILE, "v9"), "has no revision v9"),
    ],
)
def test_what_the_hub_does_not_have(offer: Offer, settings: Settings, place: Hub, sentence: str) -> None:
    offer()
    with pytest.raises(WeightsUnavailable, match=sentence):
        weights_file(make_entry(place, "0" * 64), settings)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_hub_is_asked_again(hub: FakeHub, offer: Offer, settings: Settings, status: int) -> None:
    hub.faults.append(Fault("HEAD", status, times=1, headers={"Retry-After": "1"}))
    assert weights_file(offer(), settings).read_bytes() == GOOD


@pytest.mark.parametrize(
    ("status", "sentence"), [(429, "too many requests"), (500, "answered 500"), (403, "answered 403")]
)
def test_a_hub_that_stays_busy_ends_in_a_sentence(
    hub: FakeHub, offer: Offer, settings: Settings, status: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "PAUSES", (0.1, 0.2))
    hub.faults.append(Fault("HEAD", status))
    with pytest.raises(WeightsUnavailable, match=sentence):
        weights_file(offer(), settings)
    assert hub.count("HEAD") == (1 if status == 403 else 3)


def test_a_hub_that_asks_for_minutes_is_not_waited_for(hub: FakeHub, offer: Offer, settings: Settings) -> None:
    hub.faults.append(Fault("HEAD", 429, headers={"Retry-After": "300"}))
    begun = time.monotonic()
    with pytest.raises(WeightsUnavailable, match="too many requests"):
        weights_file(offer(), settings)
    assert time.monotonic() - begun < 2


def test_pauses_for_a_busy_hub_are_bounded() -> None:
    assert sum(max(pause, hub_module.LONGEST_PAUSE) for pause in hub_module.PAUSES) <= 30


@pytest.mark.parametrize("address", ["refused", "silent", "http://no-such-hub.invalid"])
def test_without_a_network_a_clear_sentence_within_five_seconds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes connections and never answers
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if address == "refused":
            listener.close()
        monkeypatch.setenv("HF_ENDPOINT", url if address in ("refused", "silent") else address)
        begun = time.monotonic()
        with pytest.raises(WeightsUnavailable, match=r"cannot be reached.*connect to the network"):
            weights_file(make_entry(Hub(REPO, FILE), "0" * 64), settings)
        assert time.monotonic() - begun < 5


def test_progress_counts_bytes(offer: Offer, settings: Settings) -> None:
    seen: list[tuple[int, int, str]] = []
    weights_file(offer(), settings, Progress(lambda p: seen.append((p.done, p.total, p.note))))
    assert all(done <= total for done, total, _ in seen)
    assert all(note == f"Fetching {FILE}" for _, _, note in seen)


def test_cancel_ends_a_fetch_that_hangs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    progress = Progress()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        timer = threading.Timer(0.3, progress.cancel)
        timer.start()
        begun = time.monotonic()
        with pytest.raises(Cancelled):
            weights_file(make_entry(Hub(REPO, FILE), "0" * 64), settings, progress)
        assert time.monotonic() - begun < 1.5
        timer.join()


def test_a_file_without_a_pin_must_have_the_hash_that_the_hub_declares(
    hub: FakeHub, offer: Offer, settings: Settings
) -> None:
    source = Hub(REPO, FILE)
    offer(WRONG)
    with pytest.raises(WeightsRefused, match="wrong bytes"):
        hub_file(source, None, settings)
    offer(GOOD)
    assert hub_file(source, None, settings).read_bytes() == GOOD
    hub.stop()
    assert hub_file(source, None, settings).read_bytes() == GOOD


def test_bundled_files_are_verified(settings: Settings, exported: Path) -> None:
    from enhancer.models.fetch import digest

    entry = make_entry(Bundled("tiny.safetensors"), digest(exported))
    with pytest.raises(WeightsUnavailable, match=r"tiny.safetensors is missing"):
        weights_file(entry, settings)
    file = settings.weights / "tiny.safetensors"
    file.write_bytes(exported.read_bytes())
    assert weights_file(entry, settings) == file
    spoilt = bytearray(exported.read_bytes())
    spoilt[-1] ^= 1
    file.write_bytes(spoilt)
    with pytest.raises(WeightsRefused, match="wrong bytes"):
        weights_file(entry, settings)
    assert file.is_file()
