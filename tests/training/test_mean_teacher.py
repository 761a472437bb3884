"""The averaged weights tell a share of the goal, from another flip or turn of the same inputs."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from enhancer.training.damage import Sample
from enhancer.training.data import picture_files
from enhancer.training.feed import Feed, feed
from enhancer.training.loop import Budget, train
from enhancer.training.start import begin
from enhancer.training.update import step
from tests.training.test_loop import losses_of
from tests.training.tiny import TINY, accelerator, make_tiles

L1 = replace(TINY, fft_weight=0.0)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return feed(picture_files(make_tiles(tmp_path_factory.mktemp("tiles"))), TINY, torch.device("cpu"))


class Lifted(nn.Module):
    """Equal from every side, if the map turns along."""

    def __init__(self) -> None:
        super().__init__()
        self.share = nn.Parameter(torch.tensor(0.3))

    def forward(self, x: Tensor, plane: Tensor) -> Tensor:
        return x + self.share * plane


def loss_of(pairs: Feed, share: float) -> float:
    """Of the first step of a random network."""
    state = begin(L1, None, accelerator())
    nn.init.normal_(state.network.get_parameter("tail.weight"), std=0.002, generator=torch.Generator().manual_seed(1))
    state.average.load_state_dict(state.network.state_dict())
    return float(step(state, replace(L1, mean_teacher=share), pairs, 0.0, accelerator())["loss"])


def test_what_looks_alike_from_every_side_has_nothing_to_learn_from_itself(pairs: Feed) -> None:
    state = begin(L1, None, accelerator())
    state.network, state.average, state.optimisers = Lifted(), Lifted(), []

    def uneven(sharp: Tensor, source: torch.Generator) -> Sample:
        return Sample(sharp, sharp, torch.rand(sharp[:, :1].shape, generator=source))

    mapped = replace(pairs, scale=1, degrade=uneven)
    recipe = replace(L1, mean_teacher=1.0, blind_share=0.0, scale=1)
    for _ in range(8):
        assert float(step(state, recipe, mapped, 0.0, accelerator())["loss"]) < 1e-6
    assert float(step(state, replace(recipe, mean_teacher=0.0), mapped, 0.0, accelerator())["loss"]) > 0.1


def test_the_share_leads_from_the_truth_to_the_teacher(pairs: Feed) -> None:
    truth, half, taught = (loss_of(pairs, share) for share in (0.0, 0.5, 1.0))
    assert 0.001 < taught < truth
    assert half < (truth + taught) / 2 + 1e-6  # the distance from the middle of two goals


def test_a_resumed_run_turns_as_an_uninterrupted_one(tmp_path: Path) -> None:
    tiles = make_tiles(tmp_path / "tiles")
    recipe = replace(TINY, report_every=1, decay=0.01, mean_teacher=0.7)
    train(recipe, tiles, tmp_path / "whole", Budget(steps=4))
    for steps in (2, 4):
        train(recipe, tiles, tmp_path / "parts", Budget(steps=steps))
    assert losses_of(tmp_path / "parts") == pytest.approx(losses_of(tmp_path / "whole"), abs=1e-6)
