"""An exported model reaches a Hub on this machine whole, and every refusal is one sentence."""

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from enhancer.errors import WeightsRefused
from enhancer.models.bundled import entry_text
from enhancer.models.catalog import BUNDLED_ENTRIES
from enhancer.models.entry import VIDEO, Bundled, Entry, Hub
from enhancer.models.fetch import digest, hub_file
from enhancer.settings import Settings
from enhancer.training.publish import NotPublished, add_command, front_matter, publish
from tests.models.conftest import make_entry
from tests.models.fake_hub import FakeHub, Fault

REPO = "somebody/x2-tiny"
# huggingface_hub 2.4 hands large files to its HTTP client in a way that the client calls outdated
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A Hub on this machine that HF_ENDPOINT points to, and a token for it."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # the local Hub speaks the older protocol of large files
    monkeypatch.setenv("HF_TOKEN", "hf_for_tests")
    with FakeHub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A folder as `export` leaves it."""
    folder = tmp_path / "weights"
    folder.mkdir()
    file = folder / "tiny.safetensors"
    file.write_bytes(b"half precision" * 100)
    figures = (("Set5 Y-PSNR", "37.54 dB (bicubic 33.67)"), ("LIVE1 grey q10 PSNR", "29.30 dB (JPEG 27.77)"))
    entry: Entry = make_entry(Bundled(file.name), digest(file), bytes=file.stat().st_size, figures=figures)
    (folder / "tiny.json").write_text(entry_text(entry))
    (folder / "tiny.md").write_text("# tiny\n\n![soft hair](tiny.soft-hair.png)\n")
    (folder / "tiny.soft-hair.png").write_bytes(b"a picture")
    (folder / "other.md").write_text("of another model")
    return folder


def fetched(file: str, tmp_path: Path) -> Path:
    return hub_file(Hub(REPO, file), None, Settings(cache=tmp_path / "cache"))


def test_what_was_published_can_be_fetched_and_is_the_same(hub: FakeHub, weights: Path, tmp_path: Path) -> None:
    assert publish("tiny", REPO, weights) == f"{hub.url}/{REPO}"
    for name in ("tiny.safetensors", "tiny.json", "tiny.soft-hair.png"):
        assert fetched(name, tmp_path).read_bytes() == (weights / name).read_bytes()
    _, front, card = fetched("README.md", tmp_path).read_text().split("---\n", 2)
    assert card.strip() == (weights / "tiny.md").read_text().strip()
    values = yaml.safe_load(front)
    assert values["license"] == "apache-2.0"
    assert {"super-resolution", "safetensors"} <= set(values["tags"])
    results = values["model-index"][0]["results"]
    assert [(r["dataset"]["name"], r["metrics"][0]["value"]) for r in results] == [("Set5", 37.54), ("LIVE1", 29.3)]
    assert hub.uploads.created[REPO]["visibility"] == "public"


@pytest.mark.parametrize("entry", BUNDLED_ENTRIES, ids=lambda entry: entry.id)
def test_every_bundled_model_says_what_it_is_for(entry: Entry) -> None:
    values = yaml.safe_load(front_matter(entry).split("---\n")[1])
    assert values["pipeline_tag"] == ("video-to-video" if entry.purpose == VIDEO else "image-to-image")
    assert len(values["tags"]) == 5
    assert {r["task"]["type"] for r in values["model-index"][0]["results"]} <= {values["pipeline_tag"]}


def test_a_repository_can_be_private_and_be_published_to_again(hub: FakeHub, weights: Path, tmp_path: Path) -> None:
    publish("tiny", REPO, weights, private=True)
    assert hub.uploads.created[REPO]["visibility"] == "private"
    (weights / "tiny.md").write_text("# tiny, told better\n")
    publish("tiny", REPO, weights)
    assert "told better" in fetched("README.md", tmp_path).read_text()


def test_what_is_to_be_private_does_not_go_where_all_can_see_it(
    hub: FakeHub, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish("tiny", REPO, weights)
    (weights / "tiny.md").write_text("# tiny, for few\n")
    public = (
        f"{REPO} is there already, and public; make it private at {hub.url}/{REPO}/settings, or choose another name."
    )
    with pytest.raises(NotPublished, match=re.escape(public)):
        publish("tiny", REPO, weights, private=True)
    assert "for few" not in fetched("README.md", tmp_path).read_text()
    command(weights, "--dry-run")
    assert f"public repository {REPO}" in capsys.readouterr().out
    with pytest.raises(NotPublished, match=re.escape(public)):
        command(weights, "--private", "--dry-run")


def test_a_dry_run_that_finds_nobody_to_ask_lists_everything(
    hub: FakeHub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.stop()
    command(weights, "--private", "--dry-run")
    assert "tiny.safetensors" in capsys.readouterr().out


def command(weights: Path, *words: str) -> None:
    """`publish` as the command line runs it."""
    parser = argparse.ArgumentParser()
    add_command(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["publish", "tiny", "--repo", REPO, "--weights", str(weights), *words])
    arguments.call(arguments)


def test_a_dry_run_lists_everything_and_asks_for_what_is_private_alone(
    hub: FakeHub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command(weights, "--dry-run")
    assert hub.requests == []
    listed = capsys.readouterr().out.splitlines()[1:]
    command(weights, "--private", "--dry-run")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"would go to the private repository {REPO} at {hub.url}:"
    assert [line.split()[1] for line in lines[1:]] == [
        "README.md",
        "tiny.json",
        "tiny.safetensors",
        "tiny.soft-hair.png",
    ]
    assert listed == lines[1:]
    assert hub.requests == [f"GET /api/models/{REPO}"], "whether it is there and public"
    command(weights, "--private")
    assert capsys.readouterr().out == f"{hub.url}/{REPO}\n"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not know this token; make one that may write at http"),
        (403, f"may not write to {REPO}"),
        (429, "too many requests"),
        (400, f"The Hub answered 400 for {REPO}"),
    ],
)
def test_a_refusal_is_one_sentence(hub: FakeHub, weights: Path, status: int, sentence: str) -> None:
    hub.faults.append(Fault("POST", status))
    with pytest.raises(NotPublished, match=sentence) as caught:
        publish("tiny", REPO, weights)
    assert "\n" not in str(caught.value)


def test_without_a_network_it_says_so(hub: FakeHub, weights: Path) -> None:
    hub.stop()
    with pytest.raises(NotPublished, match="cannot be reached; connect to the network"):
        publish("tiny", REPO, weights)


def test_without_a_token_nobody_is_asked(
    hub: FakeHub, weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    with pytest.raises(NotPublished, match="no token for the Hub: set HF_TOKEN"):
        publish("tiny", REPO, weights)
    assert hub.requests == []


def test_what_does_not_fit_together_stays_here(hub: FakeHub, weights: Path) -> None:
    with pytest.raises(NotPublished, match="'tiny' is no name of a repository; write it as owner/name"):
        publish("tiny", "tiny", weights)
    with pytest.raises(FileNotFoundError, match=r"x9\.json, x9\.safetensors, x9\.md is not in .*; export x9 first"):
        publish("x9", REPO, weights)
    values = json.loads((weights / "tiny.json").read_text())
    (weights / "tiny.json").write_text(json.dumps(values | {"sha256": "0" * 64}))
    with pytest.raises(WeightsRefused, match="not the file that its entry was measured on"):
        publish("tiny", REPO, weights)
    assert hub.requests == []
