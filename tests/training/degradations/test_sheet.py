"""The sheet of examples, from its command."""

import argparse
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from enhancer.errors import BadOptions, BadPicture
from enhancer.training.degradations.kinds import DEGRADATIONS
from enhancer.training.degradations.sheet import COLUMNS, GAP, SIDE, add_command, sheet


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "in.png"
    Image.fromarray(data.chelsea()).save(file)
    return file


def call(*words: str) -> None:
    top = argparse.ArgumentParser()
    add_command(top.add_subparsers(required=True))
    arguments = top.parse_args(words)
    arguments.call(arguments)


@pytest.mark.parametrize("kind", DEGRADATIONS)
def test_every_kind_draws(picture: Path, tmp_path: Path, kind: str) -> None:
    scale = 2 if kind in ("bicubic", "blind") else 1
    call("sheet", str(picture), str(tmp_path / "out.png"), "--kind", kind, "--scale", str(scale))
    page = np.asarray(Image.open(tmp_path / "out.png"))
    assert page.shape[1] == COLUMNS * (SIDE + GAP) + GAP
    assert np.array_equal(page[GAP : GAP + 300, GAP : GAP + SIDE], data.chelsea()[:, 65 : 65 + SIDE])


def test_labels_tell_the_parameters(picture: Path, tmp_path: Path) -> None:
    labels = sheet(picture, tmp_path / "out.png", "jpeg", 1, seed=3)
    assert all(label.rsplit("JPEG ", 1)[1].split()[0].isdigit() for label in labels[1:])
    assert labels == sheet(picture, tmp_path / "again.png", "jpeg", 1, seed=3)


def test_what_cannot_be_drawn_is_said(picture: Path, tmp_path: Path) -> None:
    with pytest.raises(BadOptions, match="jpeg keeps the size"):
        sheet(picture, tmp_path / "out.png", "jpeg", 2, 0)
    (tmp_path / "no.png").write_bytes(b"nothing")
    with pytest.raises(BadPicture, match=r"no\.png"):
        sheet(tmp_path / "no.png", tmp_path / "out.png", "jpeg", 1, 0)
    Image.new("RGB", (20, 20)).save(tmp_path / "tiny.png")
    with pytest.raises(BadPicture, match="too small"):
        sheet(tmp_path / "tiny.png", tmp_path / "out.png", "blind", 4, 0)
