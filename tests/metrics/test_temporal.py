"""What moves is no flicker; noise and light that change are."""

import pytest
import torch

from enhancer.metrics.temporal import unsteadiness
from tests.video.make import scene


def frame(n: int) -> torch.Tensor:
    return torch.from_numpy(scene(200, 150)(n)).permute(2, 0, 1) / 255


def test_movement_alone_is_steady() -> None:
    a, b = frame(0), frame(4)
    plain = float((a - b).abs().mean() * 255)
    source, result = unsteadiness((a, b), (a, b))
    assert source == result
    assert source < plain / 3


def test_light_that_changes_is_measured_in_grey_levels() -> None:
    a, b = frame(0), frame(1)
    _, result = unsteadiness((a, b), (a, (b + 10 / 255).clamp(0, 1)))
    assert result == pytest.approx(10, abs=1.5)


def test_noise_is_unsteady_and_less_of_it_is_less() -> None:
    a, b = frame(0), frame(1)
    noise = torch.randn(2, *a.shape, generator=torch.Generator().manual_seed(0)) * 0.08
    noisy = ((a + noise[0]).clamp(0, 1), (b + noise[1]).clamp(0, 1))
    source, result = unsteadiness(noisy, (a, b))
    assert result < source / 2


def test_a_larger_result_is_measured_at_the_size_of_the_source() -> None:
    a, b = frame(0), frame(2)
    twice = tuple(x.repeat_interleave(2, 1).repeat_interleave(2, 2) for x in (a, b))
    source, result = unsteadiness((a, b), (twice[0], twice[1]))
    assert result == pytest.approx(source, abs=0.5)
