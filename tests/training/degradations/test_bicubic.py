"""Our bicubic is MATLAB's: compared with the small pictures that come with the benchmarks."""

from pathlib import Path

import pytest
import torch

from enhancer.training.data import picture_files, read_rgb
from enhancer.training.degradations import bicubic, imresize


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", ["Set5", "Set14"])
def test_bicubic_equals_matlab(shared: Path, name: str, scale: int) -> None:
    folder = shared / "data" / "bench" / name
    for file in picture_files(folder / "HR"):
        expected = read_rgb(folder / f"LR_x{scale}" / file.name) / 255.0
        sharp = read_rgb(file)[:, : expected.shape[1] * scale, : expected.shape[2] * scale] / 255.0
        assert (bicubic(sharp, scale) - expected).abs().max() < 0.1 / 255, file


def test_a_constant_stays_constant() -> None:
    assert torch.allclose(imresize(torch.full((1, 9, 7), 0.4), 20, 3), torch.full((1, 20, 3), 0.4))


def test_sizes_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 2"):
        bicubic(torch.rand(3, 9, 8), 2)
