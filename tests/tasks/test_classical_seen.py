"""Filters that judge by the whole picture judge by what is seen of it, and by the rules that their words tell."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.media.picture import Picture
from enhancer.metrics import psnr
from enhancer.tasks.classical_colour import luma
from tests.tasks.test_classical import apply, noisy, photograph

MARGIN = 48


def cut_out(pixels: Tensor, hidden: float = 0.0) -> Picture:
    """The picture inside a wide margin that is transparent."""
    alpha = F.pad(torch.ones_like(pixels[:1]), [MARGIN] * 4)
    return Picture(F.pad(pixels, [MARGIN] * 4, value=hidden), alpha=alpha)


def inside(picture: Picture) -> Tensor:
    return picture.pixels[:, MARGIN:-MARGIN, MARGIN:-MARGIN]


@pytest.mark.parametrize(
    ("task_id", "options"),
    [
        ("equalise", {}),
        ("clahe", {"tiles": 1}),
        ("white-balance", {"method": "grey world"}),
        ("white-balance", {"method": "white patch"}),
    ],
)
def test_what_is_transparent_does_not_count(task_id: str, options: dict[str, float]) -> None:
    pixels = photograph()
    assert (apply(task_id, pixels, **options).pixels - pixels).abs().max() > 0.02
    alone, among = apply(task_id, pixels, **options).pixels, inside(apply(task_id, cut_out(pixels), **options))
    if task_id == "clahe":  # whose one curve is looked up between tiles, which lie elsewhere now
        assert (alone - among).abs().max() < 0.01
    else:
        assert (alone - among).abs().max() < 1e-5


@pytest.mark.parametrize("task_id", ["equalise", "clahe", "white-balance", "wavelet"])
def test_where_nothing_is_seen_nothing_changes(task_id: str) -> None:
    picture = Picture(photograph(size=32), alpha=torch.zeros(1, 32, 32))
    assert torch.equal(apply(task_id, picture).pixels, picture.pixels)


def test_the_wavelet_finds_the_noise_of_a_cut_out_and_of_a_scan_with_a_border() -> None:
    sharp = photograph()
    grainy = noisy(sharp)
    alone = float(psnr(apply("wavelet", grainy).pixels, sharp))
    assert alone > float(psnr(grainy, sharp)) + 3
    assert float(psnr(inside(apply("wavelet", cut_out(grainy))), sharp)) > alone - 0.3
    for border in (0.0, 1.0):
        scan = Picture(F.pad(grainy, [MARGIN] * 4, value=border))
        assert float(psnr(inside(apply("wavelet", scan)), sharp)) > alone - 0.8


def test_the_noise_of_a_grey_picture_may_be_told() -> None:
    sharp = torch.linspace(0.2, 0.8, 96).expand(3, 96, 96)
    grain = torch.randn(1, 96, 96, generator=torch.Generator().manual_seed(0)) * 20 / 255
    grey = (sharp + grain).clamp(0, 1)
    told, found = (float(psnr(apply("wavelet", grey, noise=noise).pixels, sharp)) for noise in (20, 0))
    assert told > found - 0.5
    assert told > float(psnr(grey, sharp)) + 10


@pytest.mark.parametrize("clip", [1.0, 1.5, 2.0, 4.0])
def test_the_curve_of_a_tile_is_no_steeper_than_the_limit_and_loses_no_pixel(clip: float) -> None:
    ramp = torch.linspace(0, 0.2, 256).expand(3, 64, 256)
    after = luma(apply("clahe", ramp, clip=clip, tiles=1).pixels)[0, 0]
    slopes = after.diff() / ramp[0, 0].diff()
    assert slopes.max() < clip + 0.01
    assert slopes.median() == pytest.approx(clip, abs=0.01)
    assert after[0] == pytest.approx(0, abs=1e-6)


def test_a_limit_of_one_changes_nothing() -> None:
    pixels = photograph()
    assert (apply("clahe", pixels, clip=1.0).pixels - pixels).abs().max() < 1e-5


@pytest.mark.parametrize("level", [1, 10, 60, 127, 128, 200, 254])
def test_equalising_asks_for_the_order_of_levels_alone(level: int) -> None:
    pixels = torch.cat([torch.zeros(10), torch.full((50,), level / 255), torch.ones(40)]).expand(3, 5, 100)
    found = apply("equalise", pixels).pixels
    assert found[0, 0, [0, 30, -1]].tolist() == pytest.approx([0, 50 / 90, 1], abs=1e-6)
