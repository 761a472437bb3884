"""The noise of known grain, and sharpness that grain and contrast do not move."""

import pytest
import skimage.data
import torch

from enhancer.metrics import noise, sharpness
from tests.metrics.pictures import NAMES, blurred, natural, noisy


@pytest.mark.parametrize("name", [*NAMES, "rocket"])
@pytest.mark.parametrize("levels", [5, 10, 15, 25])
def test_known_noise_is_found_within_a_tenth_on_photographs(name: str, levels: int) -> None:
    assert noise(noisy(natural(name), levels)) == pytest.approx(levels, rel=0.1)


def test_noise_is_the_root_mean_square_of_the_channels() -> None:
    grey = torch.full((3, 256, 256), 0.5)
    one = grey.clone()
    one[1] = noisy(grey, 9)[1]
    assert noise(one) == pytest.approx(9 / 3**0.5, rel=0.1)


def test_a_clean_drawing_has_no_noise() -> None:
    x = torch.linspace(0, 1, 128)
    assert noise(x.expand(3, 128, 128)) < 0.01
    assert noise(torch.zeros(3, 8, 8)) == 0


@pytest.mark.parametrize("name", NAMES)
def test_blur_lowers_sharpness_and_grain_hardly_moves_it(name: str) -> None:
    clean = natural(name)
    assert sharpness(blurred(clean)) < 0.8 * sharpness(clean)
    assert sharpness(noisy(clean, 10)) == pytest.approx(sharpness(clean), rel=0.1)


def test_sharpness_does_not_depend_on_contrast_and_brightness() -> None:
    photograph = torch.from_numpy(skimage.data.chelsea()).permute(2, 0, 1).float() / 255
    assert sharpness(0.5 * photograph + 0.25) == pytest.approx(sharpness(photograph), rel=1e-3)


def test_sharpness_of_a_ramp_is_the_closed_form() -> None:
    width = 64
    ramp = torch.arange(width).div(width).expand(3, 64, width)
    step, variance = 1 / width, (width**2 - 1) / 12 / width**2
    assert sharpness(ramp) == pytest.approx(100 * (step**2 / 2 / variance) ** 0.5, rel=1e-3)


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_a_plain_picture_has_no_sharpness(level: float) -> None:
    plain = torch.full((3, 40, 40), level)
    assert sharpness(plain) == 0
    plain[:, 7, ::9] = abs(level - 1 / 255)  # nobody sees a few pixels that are one level off
    assert sharpness(plain) == 0
