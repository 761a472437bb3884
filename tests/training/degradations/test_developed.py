"""A camera's own marks: grain of the stated strength, size and colour, sharpening that overshoots, and the sizes."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from enhancer.training.damage import CAMERA_SHARE, blind
from enhancer.training.degradations import BlindRanges, Developed, bicubic
from enhancer.training.degradations.blur import Blur
from enhancer.training.degradations.developed import DevelopedParams, grain
from enhancer.training.degradations.jpeg import Jpeg

FLAT = torch.full((8, 3, 64, 64), 0.5)
NO_LENS = Blur(blurred=0)
SAVED_WELL = Jpeg(quality=(100, 100), halved=0, double=0)


def drawn(batch: int, **fixed: object) -> DevelopedParams:
    return Developed(**fixed).draw(batch, torch.Generator().manual_seed(4))  # type: ignore[arg-type]


def neighbours(x: Tensor) -> float:
    """Correlation of each pixel with the one to its right."""
    return float(torch.corrcoef(torch.stack([x[..., 1:].flatten(), x[..., :-1].flatten()]))[0, 1])


def test_grain_is_as_strong_as_it_says() -> None:
    params = drawn(8)
    assert torch.allclose(grain(FLAT, params).std((1, 2, 3)) * 255, params.sigma, rtol=1e-4)
    assert params.sigma.min() >= 1
    assert params.sigma.max() <= 28


def test_grain_is_stronger_in_shadows_where_it_says_so() -> None:
    params = replace(drawn(8), shadow=torch.full((8,), 0.8))
    black, white = (grain(torch.full_like(FLAT, tone), params).std((1, 2, 3)) for tone in (0.0, 1.0))
    assert torch.allclose(black * 255, 1.8 * params.sigma, rtol=1e-4)
    assert torch.allclose(white * 255, 0.2 * params.sigma, rtol=1e-4)


def test_larger_spots_are_more_alike_their_neighbours() -> None:
    params = replace(drawn(8), colour=torch.zeros(8))
    fine, coarse = (neighbours(grain(FLAT, replace(params, size=torch.full((8,), s)))) for s in (0.3, 1.5))
    assert abs(fine) < 0.05
    assert coarse == pytest.approx(torch.tensor(-1 / (4 * 1.5**2)).exp().item(), abs=0.03)  # of a Gaussian's own blur


@pytest.mark.parametrize(("share", "alike"), [(0.0, 1.0), (1.0, 0.0)])
def test_colour_is_what_the_channels_do_not_share(share: float, alike: float) -> None:
    red, green, _ = grain(FLAT, replace(drawn(8), colour=torch.full((8,), share))).unbind(1)
    found = torch.corrcoef(torch.stack([red.flatten(), green.flatten()]))[0, 1]
    assert float(found) == pytest.approx(alike, abs=0.05)


def test_without_marks_it_is_matlabs_bicubic_saved_well() -> None:
    x = torch.nn.functional.interpolate(torch.rand(2, 3, 8, 8), (96, 96), mode="bicubic").clamp(0, 1)
    bare = Developed(scale=2, lens=NO_LENS, sigma=(1e-3, 1e-3), sharpened=0, jpeg=SAVED_WELL)
    out, _ = bare(x, torch.Generator().manual_seed(0))
    assert (out - bicubic(x, 2)).abs().max() < 6 / 255
    assert (out - bicubic(x, 2)).abs().mean() < 1 / 255


def test_sharpening_overshoots_at_an_edge() -> None:
    edge = FLAT.clone()
    edge[..., 32:] = 0.7
    quiet = replace(drawn(8, scale=1, lens=NO_LENS, jpeg=SAVED_WELL), sigma=torch.zeros(8), amount=torch.zeros(8))
    plain, sharpened = (
        Developed(scale=1).apply(edge, replace(quiet, amount=torch.full((8,), amount))) for amount in (0.0, 1.5)
    )
    assert plain.amax() < 0.71
    assert sharpened.amax() > 0.74
    assert sharpened.amin() < 0.46


def test_the_photo_recipes_learn_from_cameras_and_from_the_web() -> None:
    """Bare, a camera's picture is bicubic to within its grain; what the web did is often far from it."""
    x = torch.rand(64, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    source = torch.Generator().manual_seed(0)
    own = torch.rand(64, generator=torch.Generator().manual_seed(0)) < CAMERA_SHARE
    small = blind(2)(x, source).small
    again = torch.Generator().manual_seed(0)
    torch.rand(64, generator=again)
    camera = Developed(scale=2)(x[own], again)[0]
    web = BlindRanges(scale=2)(x[~own], again)[0]
    assert torch.equal(small[own], camera)
    assert torch.equal(small[~own], web)
    assert 0.2 < own.float().mean() < 0.6
