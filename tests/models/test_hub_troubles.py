"""Each usual trouble with the Hub is told by its own sentence, which says what would help."""

from pathlib import Path

import pytest

from enhancer.errors import WeightsUnavailable
from enhancer.models.entry import Hub
from enhancer.models.fetch import hub_file
from enhancer.models.hub_troubles import PUBLIC_HUB, endpoint, explained
from enhancer.settings import Settings
from tests.models.fake_hub import COMMIT, FakeHub, Fault

REPO, FILE = "somebody/networks", "tiny.safetensors"
GOOD = bytes(range(256)) * 400
NOT_A_HUB = r"does not answer like a Hugging Face Hub; check HF_ENDPOINT, and whether the network asks for a sign-in"


@pytest.fixture
def sha256(hub: FakeHub) -> str:
    return hub.serve(REPO, FILE, GOOD)


@pytest.mark.parametrize("revision", ["main", COMMIT])
@pytest.mark.parametrize("lost", [("X-Repo-Commit",), ("ETag", "X-Linked-Etag")])
def test_a_server_that_is_no_hub_is_told_as_one(
    hub: FakeHub, sha256: str, settings: Settings, revision: str, lost: tuple[str, ...]
) -> None:
    """As the pages before a network's sign-in answer, and mirrors that leave headers out."""
    hub.lost = lost
    with pytest.raises(WeightsUnavailable, match=NOT_A_HUB):
        hub_file(Hub(REPO, FILE, revision), sha256, settings)


def test_a_hub_that_is_one_only_at_first_is_told_so(sha256: str, hub: FakeHub, tmp_path: Path) -> None:
    from huggingface_hub.errors import FileMetadataError, LocalEntryNotFoundError

    error = LocalEntryNotFoundError("not here either")
    error.__cause__ = FileMetadataError("no commit")
    with pytest.raises(WeightsUnavailable, match=NOT_A_HUB):
        raise explained(error, Hub(REPO, FILE), tmp_path)


def test_an_empty_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "")
    assert endpoint() == PUBLIC_HUB


@pytest.mark.parametrize("address", ["hf-mirror.example", "ftp://hf-mirror.example", "https://"])
def test_an_address_without_its_scheme_is_told_as_such(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    with pytest.raises(WeightsUnavailable, match=r"HF_ENDPOINT is .*, which is no address; write it as https://"):
        hub_file(Hub(REPO, FILE), "0" * 64, settings)


@pytest.mark.parametrize(
    ("token", "sentence"),
    [("hf_stale", r"renew it, or remove it \(HF_TOKEN"), (None, "no public repository somebody/networks")],
)
def test_what_a_hub_keeps_back_is_told_by_whether_it_was_shown_a_token(
    hub: FakeHub,
    sha256: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    token: str | None,
    sentence: str,
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    refused = {"X-Error-Message": "Invalid credentials in Authorization header"}
    hub.faults.append(Fault("HEAD", 401, headers=refused))
    with pytest.raises(WeightsUnavailable, match=sentence):
        hub_file(Hub(REPO, FILE), sha256, settings)


def test_what_forbids_the_network_is_named(
    hub: FakeHub, sha256: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsUnavailable, match=r"HF_HUB_OFFLINE forbids to ask the Hub for .*; unset it"):
        hub_file(Hub(REPO, FILE), sha256, settings)
    assert hub.requests == []
