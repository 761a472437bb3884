"""Recognisers: any size goes through, no pixel of a cell is lost, and what makes no network is refused."""

import pytest
import torch

from enhancer.networks import Classifier

SMALL = {"classes": 3, "side": 16, "widths": [4, 6], "fold": 2}


@pytest.mark.parametrize("size", [(16, 16), (17, 33), (40, 21)])
def test_what_does_not_fill_a_cell_is_left_out(size: tuple[int, int]) -> None:
    network, x = Classifier(**SMALL).eval(), torch.rand(2, 3, *size)  # type: ignore[arg-type]  # plain data
    whole = [side // 2 * 2 for side in size]
    assert torch.equal(network(x), network(x[..., : whole[0], : whole[1]]))
    assert network(x).shape == (2, 3)


def test_every_pixel_of_a_cell_counts() -> None:
    network = Classifier(**SMALL).eval()  # type: ignore[arg-type]  # plain data
    x = torch.rand(1, 3, 16, 16, requires_grad=True)
    network(x)[0, 0].backward()
    assert x.grad is not None
    assert (x.grad.abs().sum((0, 1)) > 0).all()


@pytest.mark.parametrize("wrong", [{"fold": 0}, {"side": 2}, {"side": 15}, {"classes": 0}, {"widths": [4, 0]}])
def test_what_makes_no_network_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no network"):
        Classifier(**SMALL | wrong)  # type: ignore[arg-type]  # plain data
