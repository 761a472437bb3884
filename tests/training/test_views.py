"""The weights of the start tell a share of the goal, from another flip or turn of the same inputs."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from enhancer.errors import TrainingError
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


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random network, which sees something else from every side."""
    file = tmp_path_factory.mktemp("start") / "uneven.safetensors"
    state = begin(L1, None, accelerator())
    nn.init.normal_(state.network.get_parameter("tail.weight"), std=0.002, generator=torch.Generator().manual_seed(1))
    state.save_weights(state.network, file)
    return file


def loss_of(pairs: Feed, start: Path, share: float) -> float:
    """Of the first step."""
    recipe = replace(L1, views=share)
    return float(step(begin(recipe, start, accelerator()), recipe, pairs, 0.0, accelerator())["loss"])


def test_what_looks_alike_from_every_side_has_nothing_to_learn_from_itself(pairs: Feed) -> None:
    state = begin(L1, None, accelerator())
    state.network, state.average, state.teacher, state.optimisers = Lifted(), Lifted(), Lifted(), []

    def uneven(sharp: Tensor, source: torch.Generator) -> Sample:
        return Sample(sharp, sharp, torch.rand(sharp[:, :1].shape, generator=source))

    mapped = replace(pairs, scale=1, degrade=uneven)
    recipe = replace(L1, views=1.0, blind_share=0.0, scale=1)
    for _ in range(8):
        assert float(step(state, recipe, mapped, 0.0, accelerator())["loss"]) < 1e-6
    state.teacher = None
    assert float(step(state, recipe, mapped, 0.0, accelerator())["loss"]) > 0.1


def test_the_share_leads_from_the_truth_to_the_teacher(pairs: Feed, start: Path) -> None:
    truth, half, taught = (loss_of(pairs, start, share) for share in (0.0, 0.5, 1.0))
    assert 0.001 < taught < truth
    assert half < (truth + taught) / 2 + 1e-6  # the distance from the middle of two goals


def test_the_teacher_stays_as_it_began_when_a_run_goes_on(tmp_path: Path, start: Path) -> None:
    tiles = make_tiles(tmp_path / "tiles")
    recipe = replace(TINY, report_every=1, decay=0.01, views=0.7)
    train(recipe, tiles, tmp_path / "whole", Budget(steps=4), start)
    for steps in (2, 4):
        train(recipe, tiles, tmp_path / "parts", Budget(steps=steps), start)
    assert losses_of(tmp_path / "parts") == pytest.approx(losses_of(tmp_path / "whole"), abs=1e-6)


def test_nothing_to_start_from_teaches_nothing(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="--views needs --start"):
        train(replace(TINY, views=0.5), make_tiles(tmp_path / "tiles"), tmp_path / "run", Budget(steps=1))
