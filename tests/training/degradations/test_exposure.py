"""Wrong light is the light it says, and clean samples are left alone."""

from dataclasses import replace

import torch

from enhancer.training.degradations import Exposure
from enhancer.training.degradations.exposure import relight
from enhancer.training.degradations.light import to_linear

X = torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 0.5


def test_gamma_alone_is_a_power() -> None:
    params = Exposure(stops=(0, 0), cast=(0, 0), dark=1.0).draw(64, torch.Generator().manual_seed(0))
    assert ((params.gamma >= 2) & (params.gamma <= 4)).all()
    assert torch.allclose(relight(X, params), X ** params.gamma[:, None, None, None], atol=1e-5)


def test_stops_and_gains_scale_linear_light_and_keep_its_mean_gain() -> None:
    params = Exposure(stops=(-1, 0)).draw(64, torch.Generator().manual_seed(0))
    params = replace(params, gamma=torch.ones(64))
    ratio = to_linear(relight(X, params)) / to_linear(X).clamp(min=1e-9)
    expected = params.stops.exp2()[:, None] * params.gains
    assert torch.allclose(ratio.flatten(2).median(2).values, expected, rtol=1e-3)
    assert torch.allclose(params.gains.log2().mean(1), torch.zeros(64), atol=1e-5)


def test_the_shares() -> None:
    params = Exposure(clean=0.2, dark=0.6).draw(5000, torch.Generator().manual_seed(0))
    assert abs(params.clean.float().mean() - 0.2) < 0.03
    assert abs((params.gamma >= 2).float().mean() - 0.6) < 0.03


def test_clean_samples_only_meet_eight_bits() -> None:
    out, _ = Exposure(clean=1.0)(X, torch.Generator().manual_seed(0))
    assert (out - X).abs().max() <= 0.51 / 255
