"""Resizing equals torch's own where torch has the filter; samples of several sizes do not see each other."""

import pytest
import torch
from torch.nn import functional as F

from enhancer.training.degradations.grid import full_sizes, window
from enhancer.training.degradations.resize import AREA, BICUBIC, BILINEAR, resize

X = torch.rand(1, 3, 60, 48, generator=torch.Generator().manual_seed(0))


def ours(mode: int, smooth: bool, height: int, width: int) -> torch.Tensor:
    after = torch.tensor([[height, width]])
    return resize(X, full_sizes(X), after, (height, width), torch.tensor([mode]), torch.tensor([smooth]))


@pytest.mark.parametrize("size", [(30, 24), (41, 29), (77, 71), (12, 11)])
@pytest.mark.parametrize(("mode", "name"), [(BILINEAR, "bilinear"), (BICUBIC, "bicubic")])
@pytest.mark.parametrize("smooth", [False, True])
def test_equals_torch(mode: int, name: str, smooth: bool, size: tuple[int, int]) -> None:
    theirs = F.interpolate(X, size=size, mode=name, antialias=smooth, align_corners=False)
    difference = (ours(mode, smooth, *size) - theirs).abs()
    assert difference[..., 3:-3, 3:-3].max() < 1e-5
    assert smooth or difference.max() < 1e-5


def test_area_is_the_mean_of_what_is_covered() -> None:
    assert torch.allclose(ours(AREA, False, 15, 12), F.avg_pool2d(X, 4), atol=1e-6)
    fine = X.repeat_interleave(2, 2).repeat_interleave(2, 3)  # 2.5 pixels covered: five halves
    assert torch.allclose(ours(AREA, False, 24, 48), F.avg_pool2d(fine, (5, 2)), atol=1e-6)


def test_growing_by_area_is_bilinear() -> None:
    assert torch.equal(ours(AREA, False, 90, 70), ours(BILINEAR, False, 90, 70))


def test_a_sample_on_a_larger_canvas_is_the_same() -> None:
    padded = F.pad(X, (0, 9, 0, 5), value=7.0)
    sizes, after = full_sizes(X), torch.tensor([[33, 50]])
    mode, smooth = torch.tensor([BICUBIC]), torch.tensor([True])
    out = resize(padded, sizes, after, (40, 51), mode, smooth)
    assert torch.allclose(out[..., :33, :50], ours(BICUBIC, True, 33, 50), atol=1e-6)
    assert torch.equal(out[..., 33:, :], out[..., 32:33, :].expand(-1, -1, 7, -1))


@pytest.mark.parametrize(("mirror", "mode"), [(True, "reflect"), (False, "replicate")])
def test_window_goes_on_as_padding_does(mirror: bool, mode: str) -> None:
    corner = torch.tensor([-7])
    cut = window(F.pad(X, (0, 4)), corner, corner, 74, 62, full_sizes(X), mirror)
    assert torch.equal(cut, F.pad(X, (7, 7, 7, 7), mode=mode))
