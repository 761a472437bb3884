"""Naming and drawing on the command line."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from enhancer.cli import DONE, SOME_FAILED, WRONG_USAGE, main
from enhancer.lab.drawing import redrawn, sheet
from enhancer.media import open_picture
from enhancer.settings import Settings


def test_drawings_of_a_seed_are_alike(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        assert main(["draw", str(tmp_path / name), "--seed", "5", "--count", "12", "--truncation", "0.8"]) == DONE
    one, two = (open_picture(tmp_path / name).pixels for name in ("one.png", "two.png"))
    assert one.shape == (3, 2 * 68, 10 * 68)
    assert torch.equal(one, two)


def test_a_way_and_a_picture_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    way, digit, again = (tmp_path / f"{name}.png" for name in ("way", "digit", "again"))
    assert main(["draw", str(way), "--to", "9", "--count", "5", "--name", "1", "--to-name", "7"]) == DONE
    assert "5 pictures" in capsys.readouterr().out
    assert main(["draw", str(digit), "--count", "1", "--name", "4"]) == DONE
    assert main(["draw", str(again), "--model", "vae-digits", "--again", str(digit), "--name", "4"]) == DONE
    assert main(["recognise", str(again), "--json"]) == DONE
    assert '"name": "4"' in capsys.readouterr().out.split("}")[0]


def test_a_texture_is_coded_as_on_the_page(tmp_path: Path) -> None:
    cat, again = tmp_path / "cat.png", tmp_path / "again.png"
    Image.fromarray(data.chelsea()).save(cat)
    assert main(["draw", str(again), "--model", "vae-textures", "--again", str(cat)]) == DONE
    expected = sheet(redrawn(open_picture(cat), "", Settings(), "vae-textures")[1:])
    assert (open_picture(again).pixels - expected.pixels).abs().max() <= 0.5 / 255 + 1e-6


def test_what_is_wrong_with_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noisy = tmp_path / "noisy.png"
    grain = np.random.default_rng(0).normal(0, 30, data.coffee().shape)
    Image.fromarray((data.coffee() + grain).clip(0, 255).astype(np.uint8)).save(noisy)
    assert main(["recognise", str(noisy), "--what", "faults", "--json"]) == DONE
    assert '"name": "noise"' in capsys.readouterr().out.split("}")[0]
    assert main(["recognise", str(noisy), "--what", "faults", "--weights", "x.safetensors"]) == WRONG_USAGE


def test_what_cannot_be_done_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "x.png")
    assert main(["draw", out, "--name", "dog"]) == WRONG_USAGE
    assert "not 'dog'" in capsys.readouterr().err
    assert main(["draw", out, "--to", "3", "--again", out]) == WRONG_USAGE
    assert not Path(out).exists()
    assert main(["recognise", out]) == SOME_FAILED
