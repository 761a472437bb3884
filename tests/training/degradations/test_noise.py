"""Every noise has the variance its definition gives it."""

import pytest
import torch
from torch import Tensor

from enhancer.training.degradations import Noise
from enhancer.training.degradations.light import from_linear, to_linear
from enhancer.training.degradations.noise import NoiseParams, read_variance

LEVELS = (0.1, 0.3, 0.5, 0.8)


def noisy(kind: int, **fixed: object) -> tuple[Tensor, NoiseParams]:
    """Four flat samples of LEVELS with one kind of noise, minus the level."""
    flat = torch.tensor(LEVELS)[:, None, None, None].expand(4, 3, 192, 192)
    weights = tuple(float(k == kind) for k in range(3))
    out, params = Noise(kinds=weights, eight_bit=False, **fixed)(flat, torch.Generator().manual_seed(5))  # type: ignore[arg-type]
    return out - flat, params


@pytest.mark.parametrize("sigma", [5.0, 50.0])
def test_gaussian(sigma: float) -> None:
    noise, params = noisy(0, sigma=(sigma, sigma), grey=0.0)
    assert torch.allclose(noise.std((1, 2, 3)) * 255, params.sigma, rtol=0.01)
    assert noise.mean((1, 2, 3)).abs().max() * 255 < 0.02 * sigma
    assert torch.corrcoef(noise[0].flatten(1))[0, 1].abs() < 0.02


def test_grey_noise_is_the_same_in_all_channels() -> None:
    noise, _ = noisy(0, grey=1.0)
    assert torch.allclose(noise[:, 0], noise[:, 2], atol=1e-6)


def test_poisson_variance_is_proportional_to_light() -> None:
    noise, params = noisy(1, grey=0.0)
    expected = params.poisson.square() / 255 * torch.tensor(LEVELS)
    assert torch.allclose(noise.var((1, 2, 3)), expected, rtol=0.03)


def test_poisson_is_poissons() -> None:
    """A unit strength is a picture of 255 photons at white."""
    noise, _ = noisy(1, poisson=(1.0, 1.0), grey=0.0)
    photons = torch.poisson(torch.full((200_000,), 0.8 * 255), generator=torch.Generator().manual_seed(0)) / 255
    assert torch.allclose(noise[3].std(), photons.std(), rtol=0.01)


@pytest.mark.parametrize("correlated", [0.0, 1.0])
def test_camera_variance_in_linear_light(correlated: float) -> None:
    noise, params = noisy(2, shot=(1e-4, 1e-3), correlated=correlated)
    level = torch.tensor(LEVELS)
    linear = to_linear(noise + level[:, None, None, None])
    gains, shot = params.gains, params.shot[:, None]
    expected = gains * shot * to_linear(level)[:, None] + gains**2 * read_variance(shot)
    inner = linear[..., 2:-2, 2:-2]
    assert torch.allclose(inner.var((2, 3)), expected, rtol=0.06)
    neighbours = torch.corrcoef(torch.stack([inner[3, 1, :, 1:].flatten(), inner[3, 1, :, :-1].flatten()]))[0, 1]
    assert abs(neighbours - (2 / 3 if correlated else 0)) < 0.03  # (1, 2, 1) with itself one further: 4 over 6


def test_the_curve_and_back() -> None:
    x = torch.linspace(0, 1, 256)
    assert torch.allclose(from_linear(to_linear(x)), x, atol=1e-6)


def test_protocol_noise_is_neither_clamped_nor_rounded() -> None:
    x = torch.zeros(1, 3, 32, 32)
    kind = {"kinds": (1.0, 0.0, 0.0), "sigma": (25.0, 25.0)}
    raw, _ = Noise(**kind, eight_bit=False)(x, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    assert raw.min() < 0
    file, _ = Noise(**kind)(x, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    assert torch.allclose(file, raw.clamp(0, 1), atol=0.51 / 255)
