"""What tests share."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import enhancer
from tests.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOT = Path(enhancer.__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of benchmark pictures and public weights beside the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder 'shared' with benchmark pictures is not beside the repository")
    return folder


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A Chromium, one for all tests."""
    from playwright.sync_api import sync_playwright  # tests of training run where there is none

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()
