"""The blind pipeline: sizes, shares, independence of how samples are grouped, and nothing strange at borders."""

from dataclasses import replace

import pytest
import torch
from skimage import data

from enhancer.training.degradations import BlindRanges, bicubic
from enhancer.training.degradations.blind import BlindParams, degrade

PICTURE = torch.from_numpy(data.astronaut()[:192, 128:320].copy()).permute(2, 0, 1)[None] / 255.0


def drawn(batch: int, **fixed: float) -> BlindParams:
    return BlindRanges(**fixed).draw(batch, torch.Generator().manual_seed(4))  # type: ignore[arg-type]


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_sizes(scale: int) -> None:
    out, _ = BlindRanges(scale=scale)(PICTURE[..., :96].expand(4, -1, -1, -1), torch.Generator().manual_seed(0))
    assert out.shape == (4, 3, 192 // scale, 96 // scale)


def test_sides_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 4 and at least 64, not 66x64"):
        BlindRanges(scale=4)(torch.rand(1, 3, 66, 64), torch.Generator())


def test_clean_samples_are_matlabs_bicubic() -> None:
    out, _ = BlindRanges(scale=4, clean=1.0)(PICTURE, torch.Generator().manual_seed(0))
    assert torch.equal(out, bicubic(PICTURE, 4))


def test_the_shares() -> None:
    params = drawn(6000)
    assert abs(params.clean.float().mean() - 0.1) < 0.02
    assert abs(params.mild.float().mean() - 0.5) < 0.03
    assert abs(params.second.jpeg.double.float().mean() - 0.3) < 0.03


def test_mild_samples_had_half_the_strength() -> None:
    wild, mild = drawn(6000, mild=0.0), drawn(6000, mild=1.0)
    for strong, weak in ((wild.first, mild.first), (wild.second, mild.second)):
        assert torch.allclose(weak.noise.sigma * 2, strong.noise.sigma)
        assert torch.allclose((weak.factor - 1) * 2, strong.factor - 1, atol=1e-5)
        assert weak.jpeg.quality.min() == 65
    assert strong.factor.min() >= 0.3
    assert wild.first.factor.max() <= 1.5


def test_grouping_changes_borders_at_most() -> None:
    """Neighbours on one canvas touch a sample at its lower and right border only, where JPEG fills its last blocks."""
    params = replace(drawn(8, scale=2, clean=0.0), mild=torch.ones(8).bool())
    x = PICTURE.expand(8, -1, -1, -1)
    alone, together = degrade(x, params, 1), degrade(x, params, 8)
    difference = (alone - together).abs() * 255
    assert (difference[..., :56, :56] > 1.5).float().mean() < 0.002
    assert difference.mean() < 0.3


def test_borders_are_as_bright_as_the_rest() -> None:
    flat = torch.full((64, 3, 96, 96), 0.5)
    out, _ = BlindRanges(scale=1)(flat, torch.Generator().manual_seed(0))
    mean = out.mean((0, 1))
    for border in (mean[0], mean[-1], mean[:, 0], mean[:, -1]):
        assert abs(border.mean() - 0.5) < 0.01


def test_a_drawn_batch_still_shows_the_picture() -> None:
    out, _ = BlindRanges(scale=1)(PICTURE.expand(16, -1, -1, -1), torch.Generator().manual_seed(0))
    error = (out - PICTURE).square().mean((1, 2, 3))
    psnr = -10 * torch.log10(error.clamp(min=1e-6))
    assert psnr.min() > 12
    assert psnr.median() > 20
