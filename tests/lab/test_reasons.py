"""Explanations hold what they promise: what they mark is what the answer hangs on."""

import pytest
import torch
from torch import Tensor

from enhancer.errors import BadOptions
from enhancer.lab.bundled import recogniser
from enhancer.lab.drawing import DrawOptions, drawn
from enhancer.lab.heat import enlarged, laid_over, marked
from enhancer.lab.influence import REACH, influence, model_here
from enhancer.lab.reasons import GRAD_CAM, INTEGRATED, METHODS, reasons
from enhancer.models.contract import Model
from enhancer.networks import Generator
from enhancer.settings import Settings

HERE = Settings(device="cpu")


@pytest.fixture(scope="module")
def digits() -> Tensor:
    from enhancer.lab.bundled import artist

    return drawn(artist(HERE, "vae-digits"), DrawOptions("vae-digits", seed=1, count=10, truncation=0.5))


@pytest.mark.parametrize("method", METHODS)
def test_without_what_counted_the_answer_is_gone_sooner(digits: Tensor, method: str) -> None:
    name = recogniser(HERE)

    def left(marks: Tensor, picture: Tensor, answer: str) -> float:
        dimmed = picture * (1 - marks.reshape(1, 8, 8))
        return next(g.probability for g in name(dimmed, 10) if g.name == answer)

    lost = []
    for picture in digits:
        found = reasons(name, picture, method)
        order = found.weight.flatten().argsort(descending=True)
        most, least = torch.zeros(64), torch.zeros(64)
        most[order[:12]], least[order[-12:]] = 1, 1
        lost.append(left(least, picture, found.name) - left(most, picture, found.name))
    assert sum(lost) / len(lost) > 0.2


def test_integrated_gradients_add_up_to_the_answer(digits: Tensor) -> None:
    for picture in digits:
        found = reasons(recogniser(HERE), picture, INTEGRATED)
        assert found.missing is not None
        assert found.missing < 0.05
        assert found.weight.shape == found.seen.shape == (1, 8, 8)


def test_grad_cam_speaks_only_for(digits: Tensor) -> None:
    found = reasons(recogniser(HERE), digits[3], GRAD_CAM, "3")
    assert float(found.weight.min()) >= 0
    assert found.missing is None


@pytest.mark.parametrize(("method", "name"), [("guess", "3"), (GRAD_CAM, "dog")])
def test_what_cannot_be_explained_is_said(digits: Tensor, method: str, name: str) -> None:
    with pytest.raises(BadOptions, match="known are"):
        reasons(recogniser(HERE), digits[0], method, name)


def test_a_pixel_hangs_on_what_its_network_can_see() -> None:
    torch.manual_seed(0)
    model = Model("tiny", Generator(scale=2, channels=8, depth=2).eval().requires_grad_(False), scale=2, halo=4)
    found = influence(model, torch.rand(3, 60, 80), (0.5, 0.25))
    assert (found.row, found.column) == (15, 40)
    assert float(found.share.sum()) == pytest.approx(1, abs=1e-5)
    rows, columns = (found.share[0] > 0).nonzero().T
    assert max((rows - 15).abs().max(), (columns - 40).abs().max()) <= model.network.halo  # type: ignore[operator]
    assert 0 <= found.half <= found.most <= 4


def test_a_bundled_network_is_followed_at_an_edge_of_the_picture() -> None:
    model = model_here(HERE, "denoise")
    found = influence(model, torch.rand(3, 90, 70, generator=torch.Generator().manual_seed(0)), (1.0, 0.0))
    assert (found.row, found.seen.shape[1]) == (0, REACH + 1)
    assert found.column == found.seen.shape[2] - 1
    assert found.share[0, 0, -1] > 20 / found.share.numel()
    assert found.half < REACH


def test_maps_show_where_and_which_way() -> None:
    weight = torch.zeros(1, 4, 6)
    weight[0, 1, 2], weight[0, 3, 5] = 2.0, -2.0
    shown = laid_over(torch.full((3, 4, 6), 0.5), weight)
    assert shown[0, 1, 2] > shown[2, 1, 2]
    assert shown[0, 3, 5] < shown[2, 3, 5]
    assert torch.equal(shown[:, 0, 0], shown[:, 2, 0])
    large = enlarged(shown, 24)
    assert large.shape == (3, 16, 24)
    framed = marked(large, 4, 1, 2)
    assert torch.equal(framed[:, 4:8, 8:12], large[:, 4:8, 8:12])
    assert torch.equal(framed[:, 3, 8], torch.ones(3))
