"""The bundled recogniser of digits reaches what its card says; its picture is the middle square."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from enhancer.cli import DONE, main
from enhancer.models.recogniser import open_recogniser
from tests.conftest import ROOT

DIGITS = ROOT / "weights" / "lab" / "digits.safetensors"


def test_the_bundled_digits_are_named_as_the_card_says() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from enhancer.training.recognise import read_labelled

    recogniser, held = open_recogniser(DIGITS), read_labelled(Path("digits"), 8, True, 3)[1]
    with torch.inference_mode():
        guesses = recogniser.network(held.pictures / 255.0).argmax(1)
    right = float((guesses == held.labels).float().mean())
    assert right >= 0.98
    assert f"{right:.1%}".replace("%", " %") in DIGITS.with_suffix(".md").read_text()


def test_a_wide_picture_is_named_by_its_middle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from sklearn.datasets import load_digits

    digit = (load_digits().images[3] * 255 / 16).astype(np.uint8)
    wide = np.zeros((80, 200), np.uint8)
    wide[:, 60:140] = digit.repeat(10, 0).repeat(10, 1)
    Image.fromarray(wide).save(tmp_path / "wide.png")
    assert main(["recognise", str(tmp_path / "wide.png"), "--json"]) == DONE
    assert '"name": "3"' in capsys.readouterr().out.split("}")[0]
