"""What the tests of this room share: weight files made on the spot, and a Hub on this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from enhancer.models.entry import Bundled, Entry, Hub
from enhancer.networks import Generator
from enhancer.settings import Settings
from enhancer.training.checkpoint import export
from tests.models.fake_hub import FakeHub

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read once, when huggingface_hub is first imported
HYPERPARAMETERS = {"scale": 2, "channels": 8, "depth": 2}


def make_entry(source: Bundled | Hub, sha256: str, **values: object) -> Entry:
    """An entry for a file of HYPERPARAMETERS."""
    plain: dict[str, object] = {
        "id": "tiny",
        "title": "Tiny",
        "description": "For tests.",
        "purpose": "upscale",
        "architecture": "generator",
        "scale": 2,
        "licence": "Apache-2.0",
        "commercial": True,
    }
    return Entry(source=source, sha256=sha256, **{**plain, **values})  # type: ignore[arg-type]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "weights").mkdir()
    return Settings(weights=tmp_path / "weights", cache=tmp_path / "cache", device="cpu")


@pytest.fixture
def network() -> Generator:
    torch.manual_seed(1)
    return Generator(scale=2, channels=8, depth=2)


@pytest.fixture
def exported(tmp_path: Path, network: Generator) -> Path:
    """A weight file as training leaves it."""
    file = tmp_path / "tiny.safetensors"
    export(network, "generator", HYPERPARAMETERS, file)
    return file


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A Hub on this machine that HF_ENDPOINT points to."""
    import huggingface_hub  # noqa: F401  # imported before HF_ENDPOINT is set, which it would keep for the other tests

    with FakeHub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server
