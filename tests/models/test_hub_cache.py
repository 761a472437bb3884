"""What the Hub declared is known again from every kind of cache, and what goes bad leaves nothing behind."""

import errno
import shutil
from pathlib import Path

import pytest

from enhancer.errors import WeightsRefused, WeightsUnavailable
from enhancer.models.entry import Hub
from enhancer.models.fetch import hub_file
from enhancer.settings import Settings
from tests.models.fake_hub import XET, FakeHub

REPO, FILE = "somebody/networks", "sub/tiny.safetensors"
SOURCE = Hub(REPO, FILE)
GOOD = bytes(range(256)) * 400
WRONG = b"\0" * len(GOOD)


@pytest.fixture
def sha256(hub: FakeHub) -> str:
    return hub.serve(REPO, FILE, GOOD)


def shared(file: Path, cache: Path) -> Path:
    """Move the bytes into the store that repositories share, as other programs' transfers over Xet leave them."""
    blob, store = file.parent / file.readlink(), cache / "hub" / "blobs" / XET[:2] / XET
    store.parent.mkdir(parents=True)
    blob.replace(store)
    blob.symlink_to(Path("../../blobs") / XET[:2] / XET)
    return store


def dangling(folder: Path) -> list[Path]:
    return [f for f in folder.rglob("*") if f.is_symlink() and not f.exists()]


def forgotten(cache: Path) -> None:
    """As if another program had filled the cache."""
    shutil.rmtree(next(cache.rglob(".declared")), ignore_errors=True)


@pytest.mark.parametrize("remembered", [True, False])
def test_a_file_in_the_shared_store_is_known_without_a_network(
    hub: FakeHub, sha256: str, settings: Settings, remembered: bool
) -> None:
    shared(hub_file(SOURCE, None, settings), settings.cache)
    if not remembered:
        forgotten(settings.cache)
    hub.stop()
    assert hub_file(SOURCE, None, settings).read_bytes() == GOOD


def test_a_bad_copy_in_the_shared_store_is_left_to_its_owners(sha256: str, settings: Settings) -> None:
    store = shared(hub_file(SOURCE, None, settings), settings.cache)
    store.write_bytes(WRONG)
    assert hub_file(SOURCE, None, settings).read_bytes() == GOOD
    assert store.read_bytes() == WRONG
    assert dangling(settings.cache) == []


def test_no_other_snapshot_is_left_with_a_link_to_nothing(sha256: str, settings: Settings) -> None:
    file = hub_file(SOURCE, None, settings)
    other = file.parents[2] / ("b" * 40) / FILE
    other.parent.mkdir(parents=True)
    other.symlink_to(file.readlink())
    file.resolve().write_bytes(WRONG)
    assert hub_file(SOURCE, None, settings).read_bytes() == GOOD
    assert dangling(settings.cache) == []


def test_a_cache_without_links_knows_what_was_declared(
    hub: FakeHub, sha256: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_SYMLINKS", True)
    file = hub_file(SOURCE, None, settings)
    assert not file.is_symlink()
    forgotten(settings.cache)
    assert hub_file(SOURCE, None, settings) == file
    assert hub.count("GET") == 1
    file.write_bytes(WRONG)
    assert hub_file(SOURCE, None, settings).read_bytes() == GOOD
    hub.stop()
    assert hub_file(SOURCE, None, settings).read_bytes() == GOOD
    forgotten(settings.cache)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeightsUnavailable, match="cannot be reached"):
        hub_file(SOURCE, None, settings)


def test_a_bad_copy_that_cannot_be_removed_is_refused(
    sha256: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_file(SOURCE, sha256, settings).resolve().write_bytes(WRONG)

    def read_only(file: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(file))

    monkeypatch.setattr(Path, "unlink", read_only)
    with pytest.raises(WeightsRefused, match=r"has the wrong bytes and cannot be removed from .*hub"):
        hub_file(SOURCE, sha256, settings)
