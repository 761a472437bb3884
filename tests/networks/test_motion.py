"""Movement is found to a part of a pixel, in noise too, and what is remembered goes along with it."""

import pytest
import torch
from skimage.data import astronaut
from torch import Tensor
from torch.nn import functional as F

from enhancer.networks import followed
from enhancer.networks.motion import carried, motion

INSIDE = slice(24, -24)  # of cells of two pixels: what the shift brings in at the border was never seen


def picture() -> Tensor:
    return torch.from_numpy(astronaut()).permute(2, 0, 1)[None].float() / 255


def texture() -> Tensor:
    """Ground with something to hold on to everywhere, at every size."""
    source = torch.Generator().manual_seed(0)
    layers = [torch.rand(1, 3, 300 // n, 300 // n, generator=source) for n in (2, 5, 12, 30)]
    return sum((F.interpolate(x, (300, 300), mode="bicubic") for x in layers), torch.zeros(())) / len(layers)


@pytest.mark.parametrize(("right", "down"), [(0, 0), (3, -2), (-11, 6), (20, 14)])
@pytest.mark.parametrize("sigma", [0, 20])
def test_a_shift_is_found(right: int, down: int, sigma: int) -> None:
    before = texture()
    after = before.roll((down, right), (2, 3))
    after = after + sigma / 255 * torch.randn(after.shape, generator=torch.Generator().manual_seed(0))
    way = motion(before, after)[..., INSIDE, INSIDE]
    assert way.shape == (1, 2, 102, 102)
    wrong = (way - torch.tensor([-right, -down])[:, None, None]).norm(dim=1)
    assert float(wrong.median()) < (0.1 if sigma == 0 else 0.3)
    assert float((wrong < 1).float().mean()) > 0.97


@pytest.mark.parametrize("sigma", [0, 20])
def test_a_photograph_is_carried_along(sigma: int) -> None:
    before = picture()[..., :300, 100:400]
    now = before.roll((6, -11), (2, 3))
    noisy = now + sigma / 255 * torch.randn(now.shape, generator=torch.Generator().manual_seed(0))
    moved, stayed = (
        (x - now)[..., 48:-48, 48:-48].abs().mean() for x in (carried(before, motion(before, noisy)), before)
    )
    assert float(moved) < 0.15 * float(stayed)


def test_parts_of_a_pixel_are_found() -> None:
    large = picture()
    before, after = (F.interpolate(x, scale_factor=0.5, mode="area") for x in (large, large.roll(1, 3)))
    way = motion(before, after)[..., INSIDE, INSIDE]
    assert float(way[:, 0].median()) == pytest.approx(-0.5, abs=0.05)
    assert float(way[:, 1].median()) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("scale", [1, 2])
def test_what_is_remembered_goes_along(scale: int) -> None:
    sharp = picture()[..., 100:300, 100:300]
    x = F.interpolate(sharp, scale_factor=1 / scale, mode="area")
    memory = F.interpolate(x, scale_factor=0.5, mode="area")
    shift = 8
    last, kept = followed((sharp, memory), x.roll(shift // scale, 3))
    for moved, before, by in ((last, sharp, shift), (kept, memory, shift // scale // 2)):
        away, left = ((a - before.roll(by, 3))[..., 20:-20, 20:-20].abs().mean() for a in (moved, before))
        assert float(away) < 0.25 * float(left)


def test_sizes_differ_and_devices_stay() -> None:
    x, way = torch.rand(2, 3, 40, 60), torch.zeros(2, 2, 20, 30)
    assert torch.allclose(carried(x, way), x, atol=1e-5)
    assert motion(x[..., :38, :46], x[..., :38, :46]).shape == (2, 2, 19, 23)
    with pytest.raises(ValueError, match="even"):
        motion(x[..., :39, :], x[..., :39, :])


def test_a_still_picture_does_not_move() -> None:
    x = picture()[..., :200, :200]
    assert float(motion(x, x).abs().max()) < 1e-3
    flat = torch.full((1, 3, 64, 64), 0.5)
    assert float(motion(flat, flat + 0.01 * torch.randn(1, 3, 64, 64)).abs().mean()) < 1
