"""Maps have the size of the picture and the values of the metric."""

import pytest
import torch
from skimage.color import rgb2lab

from enhancer.metrics import ssim
from enhancer.metrics.maps import colour_map, error_map, histogram, ssim_map
from tests.metrics.pictures import natural, noisy


def test_the_error_map_shows_where_and_how_much() -> None:
    spoiled = natural().clone()
    spoiled[:, 5, 7] = 1 - spoiled[:, 5, 7]
    found = error_map(spoiled, natural())
    assert found.shape == (1, *natural().shape[1:])
    assert found[0, 5, 7] == pytest.approx(float((1 - 2 * natural()[:, 5, 7]).abs().mean()), abs=1e-6)
    assert found.count_nonzero() == 1


def test_the_ssim_map_holds_the_windows_of_the_metric() -> None:
    worse = noisy(natural(), 10)
    found = ssim_map(worse, natural())
    assert found.shape == (1, *natural().shape[1:])
    assert float(found[:, 5:-5, 5:-5].mean()) == pytest.approx(ssim(worse, natural()), abs=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (10, 3)])
def test_the_ssim_map_of_a_tiny_picture_is_defined(size: tuple[int, int]) -> None:
    pixels = torch.rand(3, *size, generator=torch.Generator().manual_seed(0))
    assert ssim_map(pixels, pixels).sub(1).abs().max() < 1e-5


def test_every_8_bit_level_has_its_own_bin() -> None:
    levels = (torch.arange(256) / 255).expand(3, 4, 256)
    assert torch.equal(histogram(levels), torch.full((3, 256), 4))


@pytest.mark.parametrize("bins", [1, 7, 256])
def test_a_histogram_counts_every_pixel_once(bins: int) -> None:
    counts = histogram(natural(), bins)
    assert counts.shape == (3, bins)
    assert counts.sum(1).tolist() == [natural().shape[1] * natural().shape[2]] * 3


def test_a_histogram_needs_a_bin() -> None:
    with pytest.raises(ValueError, match="not 0"):
        histogram(natural(), 0)


def test_colours_grow_lighter_in_even_steps() -> None:
    colours = colour_map(torch.linspace(0, 1, 256).view(1, 1, 256))
    lightness = torch.from_numpy(rgb2lab(colours.permute(1, 2, 0).numpy()))[0, :, 0]
    assert colours.shape == (3, 1, 256)
    assert lightness.diff().min() > 0.5 * lightness.diff().mean()
    assert lightness.diff().max() < 1.5 * lightness.diff().mean()


def test_colours_clamp_and_refuse_pictures() -> None:
    ends = colour_map(torch.tensor([[[-1.0, 0.0, 1.0, 2.0]]]))
    assert torch.equal(ends[..., 0], ends[..., 1])
    assert torch.equal(ends[..., 2], ends[..., 3])
    with pytest.raises(ValueError, match="1, H, W"):
        colour_map(natural())
