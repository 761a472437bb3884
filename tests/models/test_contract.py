"""What a model checks, pads and passes on."""

import pytest
import torch
from torch import Tensor, nn

from enhancer.models.contract import Model
from enhancer.networks import RestorationUNet
from enhancer.networks.rim import Rim


class Told(nn.Module):
    """Adds what it is told; its glance is the mean of each colour."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def glance(self, thumbnail: Tensor) -> Tensor:
        assert thumbnail.shape[-2:] == (4, 4)
        return thumbnail.mean((2, 3))

    def forward(self, x: Tensor, plane: Tensor | None = None, context: Tensor | None = None) -> Tensor:
        if plane is not None:
            assert plane.shape[-2:] == x.shape[-2:]
            x = x + plane
        return x if context is None else x + context[:, :, None, None]


BOTH = Model("told", Told(), 1, multiple_of=4, planes=1, thumbnail=4)


def test_planes_are_padded_with_the_pixels_and_context_is_passed_on() -> None:
    x, plane, context = torch.rand(2, 3, 5, 6) / 3, torch.rand(2, 1, 5, 6) / 3, torch.rand(2, 3) / 3
    assert torch.equal(BOTH(x), x)
    assert torch.equal(BOTH(x, plane=plane), x + plane)
    assert torch.equal(BOTH(x, context=context), x + context[:, :, None, None])
    assert torch.equal(BOTH(x, plane=plane, context=context), x + plane + context[:, :, None, None])


@pytest.mark.parametrize("rim", [Rim(1, 2, 0, 3), Rim(0, 0, 5, 0), Rim(4, 0, 0, 0)])
def test_a_rim_is_left_out_of_the_result_by_networks_that_trim_and_others(rim: Rim) -> None:
    x = torch.rand(2, 3, 5, 6)
    assert torch.equal(BOTH(x, rim=rim), rim.off(x))
    unet = RestorationUNet(widths=[4, 6], blocks=[1, 1])
    trims, plain = (Model("unet", unet, 1, multiple_of=4, minimum=4, trims=trims) for trims in (True, False))
    assert (trims(x, rim=rim) - rim.off(plain(x))).abs().max() <= 1e-5
    assert (plain(x, rim=rim) - rim.off(plain(x))).abs().max() == 0


@pytest.mark.parametrize("rim", [Rim(-1), Rim(3, 2), Rim(0, 0, 0, 6)])
def test_a_rim_that_leaves_nothing_is_refused(rim: Rim) -> None:
    with pytest.raises(ValueError, match="leaves nothing"):
        BOTH(torch.rand(2, 3, 5, 6), rim=rim)


def test_the_glance_sees_the_whole_picture_shrunk() -> None:
    x = torch.rand(2, 3, 40, 60)
    context = BOTH.glance(x)
    assert context is not None
    assert torch.allclose(context, x.mean((2, 3)), atol=0.03)
    assert Model("plain", Told(), 1).glance(x) is None


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [((2, 1, 5, 5), "a plane"), ((2, 2, 5, 6), "a plane"), ((1, 1, 5, 6), "a plane"), ((1, 5, 6), "a plane")],
)
def test_a_plane_of_another_shape_is_refused(shape: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=rf"told takes {sentence} \(B, 1, H, W\)"):
        BOTH(torch.rand(2, 3, 5, 6), plane=torch.rand(shape))


@pytest.mark.parametrize("shape", [(1, 3), (3,), (2, 3, 1)])
def test_a_context_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one row of context a picture"):
        BOTH(torch.rand(2, 3, 5, 6), context=torch.rand(shape))


def test_extras_that_nobody_takes_are_refused() -> None:
    plain = Model("plain", Told(), 1)
    with pytest.raises(ValueError, match="plain takes no plane"):
        plain(torch.rand(1, 3, 5, 6), plane=torch.rand(1, 1, 5, 6))
    with pytest.raises(ValueError, match="plain takes no context"):
        plain(torch.rand(1, 3, 5, 6), context=torch.rand(1, 3))
