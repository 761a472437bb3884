"""The protocol of holes: fixed masks, measured only inside, beside scikit-image's biharmonic filling."""

from pathlib import Path

import pytest
import torch

from enhancer.models.contract import Model
from enhancer.networks import RepairUNet
from enhancer.networks.fill import fill
from enhancer.training.evaluate import PROTOCOLS, bench_engine, run_protocol
from tests.training.test_evaluate import folder_of

HOLES = PROTOCOLS["holes"]


def test_holes_are_the_same_every_time_and_differ_from_one_another(tmp_path: Path) -> None:
    folder = folder_of(tmp_path) / "Small"
    first, again = list(HOLES.cases(folder, 25)), list(HOLES.cases(folder, 25))
    planes = [case.plane for case in first]
    assert planes[0] is not None
    assert planes[1] is not None
    assert not torch.equal(planes[0], planes[1])
    for case, same in zip(first, again, strict=True):
        assert case.plane is not None
        assert float(case.plane.mean()) >= 0.25
        assert torch.equal(case.given, same.given)
        assert torch.equal(case.given * (1 - case.plane), case.truth * (1 - case.plane))


def test_the_model_is_told_and_only_the_holes_count(tmp_path: Path) -> None:
    class Poor(torch.nn.Module):
        def forward(self, x: torch.Tensor, plane: torch.Tensor | None = None) -> torch.Tensor:
            return x if plane is None else torch.where(plane > 0, 0.5, x)

    model = Model("poor", Poor(), scale=1, halo=0, planes=1)
    rows = run_protocol(HOLES, [("poor", model)], bench_engine(), folder_of(tmp_path), ["Small"], [10])
    squares = []
    for case in HOLES.cases(tmp_path / "Small", 10):
        assert case.plane is not None
        inside = (case.truth - 128 / 255)[:, case.plane[0] > 0].double()
        squares.append(-10 * inside.square().mean().log10())
    assert rows[1].figures[0] == pytest.approx(float(torch.stack(squares).mean()), abs=1e-3)
    assert rows[0].figures[0] > rows[1].figures[0] + 2  # the biharmonic surface is better than grey


def test_a_network_that_changes_nothing_leaves_the_first_guess(tmp_path: Path) -> None:
    network = RepairUNet(widths=[4, 6], blocks=[1, 1])
    torch.nn.init.zeros_(network.tail.weight)
    torch.nn.init.zeros_(network.tail.bias)  # type: ignore[arg-type]  # this convolution has one
    model = Model("still", network, scale=1, multiple_of=network.multiple_of, halo=network.halo, planes=1)
    case = next(HOLES.cases(folder_of(tmp_path) / "Small", 10))
    assert case.plane is not None
    with torch.no_grad():
        found = model(case.given[None], plane=case.plane[None])[0]
    assert torch.equal(found, fill(case.truth[None], case.plane[None])[0])
