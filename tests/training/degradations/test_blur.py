"""Kernels have the sums, widths and directions they are named for; borders stay natural."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from enhancer.training.degradations import Blur
from enhancer.training.degradations.blur import ANISO, ISO, MOTION, NAMES, SINC, BlurParams, kernels
from enhancer.training.degradations.kernels import SIDE, gaussian, grid, plateau, sinc


def drawn(kind: int, batch: int = 64, **fixed: object) -> BlurParams:
    weights = tuple(float(k == kind) for k in range(len(NAMES)))
    return Blur(kinds=weights, **fixed).draw(batch, torch.Generator().manual_seed(3))  # type: ignore[arg-type]


def moments(kernel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Variance over columns, over rows, and covariance."""
    columns, rows = grid()
    return tuple((kernel.double() * m).sum((1, 2)) for m in (columns**2, rows**2, columns * rows))  # type: ignore[return-value]


@pytest.mark.parametrize("kind", range(len(NAMES)), ids=NAMES)
def test_sums_and_centres(kind: int) -> None:
    kernel = kernels(drawn(kind))
    assert torch.allclose(kernel.sum((1, 2)), torch.ones(64), atol=1e-5)
    assert torch.allclose(kernel, kernel.flip(1, 2), atol=1e-6)
    assert kind == SINC or kernel.min() >= 0


def test_round_gaussian_widths() -> None:
    params = drawn(ISO, sigma=(0.8, 2.5))
    for variance in moments(kernels(params))[:2]:
        assert torch.allclose(variance.sqrt().float(), params.wide, rtol=0.01)


def test_oval_gaussian_widths_and_direction() -> None:
    params = drawn(ANISO, sigma=(0.8, 2.5))
    across, down, both = moments(kernels(params))
    wide, narrow, angle = params.wide.double(), params.narrow.double(), params.angle.double()
    assert torch.allclose(across + down, wide**2 + narrow**2, rtol=0.02)
    assert torch.allclose(across - down, (wide**2 - narrow**2) * torch.cos(2 * angle), atol=0.05)
    assert torch.allclose(2 * both, (wide**2 - narrow**2) * torch.sin(2 * angle), atol=0.05)


def test_generalised_shapes() -> None:
    one, flat = torch.tensor([2.0]).double(), torch.tensor([4.0]).double()
    angle = torch.zeros(1).double()
    usual, boxy, top = (
        gaussian(one, one, angle, one / 2),
        gaussian(one, one, angle, flat),
        plateau(one, one, angle, one),
    )
    centre = SIDE // 2
    assert math.isclose(usual[0, centre, centre + 2] / usual[0, centre, centre], math.exp(-0.5), rel_tol=1e-9)
    assert boxy[0, centre, centre + 1] / boxy[0, centre, centre] > 0.99
    assert math.isclose(top[0, centre, centre + 2] / top[0, centre, centre], 0.5, rel_tol=1e-9)


def test_motion_length_and_direction() -> None:
    params = drawn(MOTION, length=(6.0, 16.0))
    across, down, both = moments(kernels(params))
    length, angle = params.length.double(), params.angle.double()
    assert torch.allclose(across + down, length**2 / 12, rtol=0.08, atol=0.45)  # pixels add up to 1/4 for each axis
    assert torch.allclose(0.5 * torch.atan2(2 * both, across - down).cos(), 0.5 * (2 * angle).cos(), atol=0.08)


def test_sinc_passes_below_its_cutoff_and_stops_above() -> None:
    kernel = sinc(torch.tensor([math.pi / 2]).double(), torch.tensor([10.0]).double())
    answer = torch.fft.rfft2(kernel[0], s=(64, 64)).abs()
    assert (answer[0, :13] - 1).abs().max() < 0.15, "cutting it off at 10 pixels leaves ripples"
    assert 0.4 < answer[0, 16] < 0.6
    assert answer[0, 19:].max() < 0.1


def test_flat_pictures_stay_flat_to_the_border() -> None:
    flat = torch.full((32, 3, 24, 40), 0.4)
    blurred, _ = Blur(eight_bit=False)(flat, torch.Generator().manual_seed(0))
    assert torch.allclose(blurred, flat, atol=1e-5)


def test_blurs_as_the_plain_sum_does_and_leaves_the_rest_alone() -> None:
    x = torch.rand(2, 3, 30, 34, generator=torch.Generator().manual_seed(0))
    params = replace(drawn(ANISO, 2, eight_bit=False), blurred=torch.tensor([True, False]))
    out = Blur().apply(x, params)
    patch = x[0, 1, 4 : 4 + SIDE, 6 : 6 + SIDE]
    assert torch.allclose(out[0, 1, 14, 16], (patch * kernels(params)[0]).sum(), atol=1e-6)
    assert torch.equal(out[1], x[1])
