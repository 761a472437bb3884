"""PSNR, SSIM and MS-SSIM against closed forms, scikit-image, piq and the figure that the papers print."""

import math
from pathlib import Path

import numpy as np
import piq
import pytest
import torch
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch import Tensor

from enhancer.metrics import ms_ssim, psnr, ssim
from enhancer.training.degradations import imresize, quantise
from tests.metrics.pictures import NAMES, natural, noisy

SET5_X2_BICUBIC = (33.66, 0.9299)


def y_of(pixels: Tensor) -> np.ndarray:
    r, g, b = pixels.double().numpy() * 255
    y: np.ndarray = (16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255) / 255
    return y


@pytest.mark.parametrize("error", [0.5, 0.1, 1 / 255])
def test_psnr_of_a_constant_error_is_the_closed_form(error: float) -> None:
    dark = torch.full((3, 9, 7), 0.25)
    assert psnr(dark + error, dark) == pytest.approx(-20 * math.log10(error), abs=1e-4)


def test_psnr_of_equal_pictures_is_infinite() -> None:
    assert psnr(natural(), natural()) == math.inf
    assert psnr(natural(), natural(), y=True) == math.inf


def test_y_spans_the_studio_range() -> None:
    black, white = torch.zeros(3, 4, 4), torch.ones(3, 4, 4)
    assert psnr(white, black, y=True) == pytest.approx(-20 * math.log10(219 / 255), abs=1e-9)


def test_shaving_leaves_the_border_out() -> None:
    spoiled = natural().clone()
    spoiled[:, :2] = 0
    spoiled[:, :, -2:] = 0
    assert psnr(spoiled, natural(), shave=2) == math.inf
    assert psnr(spoiled, natural(), shave=1) < 60
    assert ssim(spoiled, natural(), shave=2) == 1


@pytest.mark.parametrize("name", NAMES)
def test_psnr_agrees_with_scikit_image(name: str) -> None:
    clean, grainy = natural(name), noisy(natural(name), 10)
    theirs = peak_signal_noise_ratio(clean.double().numpy(), grainy.double().numpy(), data_range=1)
    assert psnr(grainy, clean) == pytest.approx(theirs, abs=1e-6)
    theirs = peak_signal_noise_ratio(y_of(clean), y_of(grainy), data_range=1)
    assert psnr(grainy, clean, y=True) == pytest.approx(theirs, abs=1e-6)


def their_ssim(a: np.ndarray, b: np.ndarray, channel_axis: int | None) -> float:
    value: float = structural_similarity(
        a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1, channel_axis=channel_axis
    )
    return value


@pytest.mark.parametrize("name", NAMES)
def test_ssim_agrees_with_scikit_image(name: str) -> None:
    clean, grainy = natural(name), noisy(natural(name), 10)
    assert ssim(grainy, clean) == pytest.approx(
        their_ssim(grainy.double().numpy(), clean.double().numpy(), 0), abs=1e-6
    )
    assert ssim(grainy, clean, y=True) == pytest.approx(their_ssim(y_of(grainy), y_of(clean), None), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_ms_ssim_agrees_with_piq(name: str) -> None:
    clean, grainy = natural(name), noisy(natural(name), 20)
    theirs = float(piq.multi_scale_ssim(grainy[None].double(), clean[None].double(), data_range=1.0))
    assert ms_ssim(grainy, clean) == pytest.approx(theirs, abs=1e-6)
    assert ms_ssim(clean, clean) == ssim(clean, clean) == 1


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_constant_pictures_have_the_luminance_term_only(level: float) -> None:
    plain, other = torch.full((3, 20, 30), level), torch.full((3, 20, 30), 0.5)
    expected = (2 * level * 0.5 + 1e-4) / (level**2 + 0.25 + 1e-4)
    assert ssim(plain, other) == pytest.approx(expected, abs=1e-4)
    assert ssim(plain, plain) == 1


def load(path: Path) -> Tensor:
    return torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1).float() / 255


def test_bicubic_on_set5_gives_the_published_figures(shared: Path) -> None:
    folder = shared / "data" / "bench" / "Set5"
    figures = []
    for path in sorted((folder / "HR").glob("*.png")):
        truth, small = load(path), load(folder / "LR_x2" / path.name)
        truth = truth[:, : small.shape[1] * 2, : small.shape[2] * 2]
        large = quantise(imresize(small, *truth.shape[1:]))
        figures.append((psnr(large, truth, y=True, shave=2), ssim(large, truth, y=True, shave=2)))
    means = [sum(column) / len(column) for column in zip(*figures, strict=True)]
    assert len(figures) == 5
    assert means[0] == pytest.approx(SET5_X2_BICUBIC[0], abs=0.03)
    assert means[1] == pytest.approx(SET5_X2_BICUBIC[1], abs=0.0015)
