"""What every degradation promises: same seed same picture, no chance in apply, parameters as plain data."""

import json
from typing import Any

import pytest
import torch

from enhancer.training.degradations import DEGRADATIONS, BlindRanges, Jpeg, Noise, record
from enhancer.training.degradations.contract import pick

X = torch.rand(6, 3, 96, 128, generator=torch.Generator().manual_seed(0))


def twister(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_equal_seeds_give_equal_pictures(name: str) -> None:
    degrade, before = DEGRADATIONS[name](), X.clone()
    one, params = degrade(X, twister(7))
    again, _ = degrade(X, twister(7))
    assert torch.equal(one, again)
    assert torch.equal(one, degrade.apply(X, params))
    assert torch.equal(X, before), "the input is left as it was"
    other, _ = degrade(X, twister(8))
    assert name == "bicubic" or not torch.equal(one, other)


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_results_are_pictures_of_eight_bits(name: str) -> None:
    out, params = DEGRADATIONS[name]()(X, twister(1))
    assert out.dtype == torch.float32
    assert out.min() >= 0
    assert out.max() <= 1
    assert ((out * 255).round() - out * 255).abs().max() < 1e-3
    assert all(isinstance(params.label(i), str) for i in range(6))


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_parameters_are_plain_data(name: str) -> None:
    _, params = DEGRADATIONS[name]()(X, twister(1))
    plain = record(params)
    assert json.loads(json.dumps(plain)) == plain


@pytest.mark.parametrize("name", ["noise", "jpeg", "blur", "exposure"])
def test_a_sample_does_not_hang_on_its_neighbours(name: str) -> None:
    degrade: Any = DEGRADATIONS[name]()
    out, params = degrade(X, twister(2))
    for i in range(6):
        alone = degrade.apply(X[i : i + 1], pick(params, torch.tensor([i])))
        assert (alone[0] - out[i]).abs().max() < 1.01 / 255
        assert torch.isclose(alone[0], out[i]).float().mean() > 0.999


def test_a_training_step_may_differentiate_through_what_uses_the_result() -> None:
    small, _ = BlindRanges(scale=2)(X, twister(0))
    layer = torch.nn.Conv2d(3, 3, 3)
    torch.autograd.backward(layer(small).mean())
    assert layer.weight.grad is not None


def test_autocast_outside_changes_nothing() -> None:
    degrade = Jpeg()
    plain, params = degrade(X, twister(0))
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(degrade.apply(X, params), plain)


@pytest.mark.parametrize("wrong", [{"sigma": (9, 1)}, {"grey": 1.5}, {"kinds": (0, 0, 0)}])
def test_useless_ranges_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Noise(**wrong)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="float32"):
        Noise()(X.double(), twister(0))
