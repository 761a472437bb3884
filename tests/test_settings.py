"""Settings come from the environment, and a wrong one is named."""

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from PIL import Image

import app
from enhancer.cli import WRONG_USAGE, main
from enhancer.errors import BadPicture
from enhancer.hall import default_engine
from enhancer.media import open_picture
from enhancer.settings import OFF, SERVED, Settings
from enhancer.space import BORROWED
from tests.conftest import ROOT


def test_values_are_read_with_their_type() -> None:
    read = Settings.from_environment({"ENHANCER_MAX_PIXELS": "5", "ENHANCER_CACHE": "c", "HOME": "x"})
    assert (read.max_pixels, read.cache, read.device) == (5, Path("c"), "auto")


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ValueError, match=r"ENHANCER_MAX_PIXEL; known: .*max_pixels"):
        Settings.from_environment({"ENHANCER_MAX_PIXEL": "5"})


def test_an_unreadable_number_is_named() -> None:
    with pytest.raises(ValueError, match="ENHANCER_MAX_SIDE='wide'"):
        Settings.from_environment({"ENHANCER_MAX_SIDE": "wide"})


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("MAX_PIXELS", "-5", "ENHANCER_MAX_PIXELS='-5' is too little; 1 is the least"),
        ("MAX_REQUESTS", "-1", "0 is the least"),
        ("FILES_SECONDS", "0", "1 is the least"),
        ("JOB_SECONDS", "0", "1 is the least"),
        ("DEVICE", "foo", "ENHANCER_DEVICE='foo' is no device"),
        ("DEVICE", "cuda:x", "is no device"),
    ],
)
def test_what_no_setting_can_be_is_told_in_a_sentence(
    name: str, text: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match=told):
        Settings.from_environment({f"ENHANCER_{name}": text})
    monkeypatch.setenv(f"ENHANCER_{name}", text)
    with pytest.raises(SystemExit, match=told):
        app.main([])
    default_engine.cache_clear()
    try:
        assert main(["models"]) == WRONG_USAGE
    finally:
        default_engine.cache_clear()
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(("name", "value"), [("PRECISION", "float8"), ("DEVICE", "cuda:99")])
def test_what_this_machine_cannot_be_is_told_in_a_sentence_too(name: str, value: str) -> None:
    """By a program of its own, for it is known only when much was imported, and the process to fork from began."""
    told = {**os.environ, f"ENHANCER_{name}": value}
    ended = subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=told, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1
    assert repr(value) in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_what_turns_off_and_every_default_may_be_said() -> None:
    said = {f"ENHANCER_{name.upper()}": "0" for name in OFF}
    assert all(getattr(Settings.from_environment(said), name) == 0 for name in OFF)
    usual = {f"ENHANCER_{name.upper()}": str(value) for name, value in asdict(Settings()).items()}
    assert Settings.from_environment(usual) == Settings()
    assert Settings.from_environment({"ENHANCER_DEVICE": "cuda:1"}).device == "cuda:1"
    Settings.from_environment(SERVED | BORROWED)


def test_opening_a_picture_obeys_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "p.png")
    assert open_picture(tmp_path / "p.png").width == 20
    monkeypatch.setenv("ENHANCER_MAX_PIXELS", "399")
    with pytest.raises(BadPicture, match="pixels"):
        open_picture(tmp_path / "p.png")
