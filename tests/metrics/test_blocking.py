"""PSNR-B against values worked out by hand."""

import math

import pytest
import torch

from enhancer.metrics import psnr, psnr_b
from enhancer.metrics.blocking import blocking


def steps(height: int, width: int, at: int, size: float) -> torch.Tensor:
    """Black with a brighter half from column `at` on."""
    plane = torch.zeros(height, width)
    plane[:, at:] = size
    return plane


def test_a_step_at_a_block_border_is_counted_by_hand() -> None:
    """16x16, one step of 0.1 over the only vertical border of blocks: 16 of the 32 pairs at borders, none inside."""
    by_hand = 16 * 0.1**2 / 32 * math.log2(8) / math.log2(16)
    assert blocking(steps(16, 16, 8, 0.1)) == pytest.approx(by_hand, rel=1e-6)
    candidate, reference = steps(16, 16, 8, 0.1).expand(3, 16, 16), torch.zeros(3, 16, 16)
    assert psnr_b(candidate, reference) == pytest.approx(-10 * math.log10(0.1**2 / 2 + by_hand), abs=1e-4)


def test_a_step_within_a_block_is_no_blocking() -> None:
    assert blocking(steps(16, 16, 5, 0.1)) == 0
    candidate, reference = steps(16, 16, 5, 0.1).expand(3, 16, 16), torch.zeros(3, 16, 16)
    assert psnr_b(candidate, reference) == pytest.approx(psnr(candidate, reference), abs=1e-9)


def test_sides_that_are_no_multiple_of_eight_count_the_pairs_there_are() -> None:
    """12 rows and 20 columns: 20 pairs at the horizontal border, 2 * 12 at the vertical ones."""
    by_hand = 12 * 0.2**2 / (20 + 2 * 12) * math.log2(8) / math.log2(12)
    assert blocking(steps(12, 20, 16, 0.2)) == pytest.approx(by_hand, rel=1e-6)


def test_equal_pictures_give_infinity_and_small_ones_are_refused() -> None:
    smooth = torch.linspace(0, 1, 32).expand(3, 32, 32)
    assert psnr_b(smooth, smooth) == math.inf
    with pytest.raises(ValueError, match="PSNR-B needs at least 9 pixels"):
        psnr_b(smooth[:, :8], smooth[:, :8])
