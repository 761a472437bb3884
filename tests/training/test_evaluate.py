"""The protocol gives the published bicubic figures, and the bundled weights stay above their floor."""

from pathlib import Path

import pytest

from enhancer.training.evaluate import evaluate

BICUBIC = {(2, "Set5"): 33.66, (2, "Set14"): 30.24, (4, "Set5"): 28.42, (4, "Set14"): 26.00}
FLOORS = {(2, "Set5"): 37.6, (2, "Set14"): 33.2, (4, "Set5"): 31.5, (4, "Set14"): 28.2}


@pytest.fixture(scope="module")
def figures(shared: Path) -> dict[tuple[str, int, str], float]:
    rows = evaluate(["x2-fast", "x4-fast"], ["Set5", "Set14"], shared / "data" / "bench", [2, 4])
    cells = [row.split() for row in rows[1:]]
    return {(method, int(scale[1:]), name): float(decibels) for scale, method, name, _, decibels, _ in cells}


@pytest.mark.parametrize("key", BICUBIC, ids=str)
def test_bicubic_gives_the_published_figures(figures: dict[tuple[str, int, str], float], key: tuple[int, str]) -> None:
    assert figures["bicubic", *key] == pytest.approx(BICUBIC[key], abs=0.03)


@pytest.mark.parametrize("key", FLOORS, ids=str)
def test_bundled_weights_reach_their_floor(figures: dict[tuple[str, int, str], float], key: tuple[int, str]) -> None:
    assert figures[f"x{key[0]}-fast", *key] >= FLOORS[key]


def test_a_folder_without_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no picture"):
        evaluate([], ["Set5"], tmp_path, [2])
