"""The protocol gives the published bicubic figures, and the bundled weights give those in their catalogue entries."""

from pathlib import Path

import pytest

from enhancer.models.catalog import BUNDLED_ENTRIES, Entry
from enhancer.training.evaluate import evaluate

BICUBIC = {(2, "Set5"): 33.66, (2, "Set14"): 30.24, (4, "Set5"): 28.42, (4, "Set14"): 26.00}
Figures = dict[tuple[str, int, str], float]


@pytest.fixture(scope="module")
def figures(shared: Path) -> Figures:
    rows = evaluate([e.id for e in BUNDLED_ENTRIES], ["Set5", "Set14"], shared / "data" / "bench", [2, 4])
    cells = [row.split() for row in rows[1:]]
    return {(method, int(scale[1:]), name): float(decibels) for scale, method, name, _, decibels, _ in cells}


@pytest.mark.parametrize("key", BICUBIC, ids=str)
def test_bicubic_gives_the_published_figures(figures: Figures, key: tuple[int, str]) -> None:
    assert figures["bicubic", *key] == pytest.approx(BICUBIC[key], abs=0.03)


@pytest.mark.parametrize("model", BUNDLED_ENTRIES, ids=lambda e: e.id)
def test_bundled_weights_give_the_figures_of_their_entry(figures: Figures, model: Entry) -> None:
    assert [protocol for protocol, _ in model.figures] == ["Set5 Y-PSNR", "Set14 Y-PSNR"]
    for protocol, text in model.figures:
        stated = float(text.split()[0])
        assert figures[model.id, model.scale, protocol.split()[0]] == pytest.approx(stated, abs=0.02)


def test_a_folder_without_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no picture"):
        evaluate([], ["Set5"], tmp_path, [2])


def test_a_model_of_another_scale_is_named(shared: Path) -> None:
    with pytest.raises(ValueError, match="x4-fast enlarges by none of the scales 2"):
        evaluate(["x4-fast"], ["Set5"], shared / "data" / "bench", [2])
