"""Folders of small pictures, and the command line run on them as a program."""

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

from tests.conftest import ROOT
from tests.ui.browser import scene

COMMAND = [sys.executable, "-m", "enhancer", "enhance"]


def folder_of(place: Path, count: int, size: tuple[int, int] = (48, 36), suffix: str = ".png") -> Path:
    """So many different pictures, half of them in a sub-folder."""
    (place / "sub").mkdir(parents=True)
    for n in range(count):
        scene(*size, seed=n).save(place / ("sub" if n % 2 else ".") / f"p{n:03}{suffix}")
    return place


def started(*words: str | Path) -> "subprocess.Popen[str]":
    """The command line at work, in a process group of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*COMMAND, *map(str, words)], cwd=ROOT, env=environment, **pipes)  # type: ignore[call-overload,no-any-return]


def whole(file: Path) -> bool:
    """Whether a file holds a picture from its first to its last byte."""
    with Image.open(file) as image:
        image.load()
    return file.stat().st_size > 0


def results(out: Path) -> list[Path]:
    """The pictures under final names."""
    return sorted(p for p in out.rglob("[!.]*.png"))
