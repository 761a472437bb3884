"""What the judge sees of a step's pictures, and over what cells a grid is looked for."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from enhancer.networks.generator import Generator
from enhancer.networks.unet import RestorationUNet
from enhancer.training import update
from enhancer.training.data import picture_files
from enhancer.training.feed import feed
from enhancer.training.start import begin
from tests.training.tiny import TINY, accelerator, make_tiles

GAN = replace(TINY, adversarial=0.1, feature=1.0, discriminator_width=8)


def test_no_grid_can_hide_between_the_strides_of_the_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = feed(picture_files(make_tiles(tmp_path)), GAN, torch.device("cpu"))
    state = begin(GAN, None, accelerator())
    seen = list[Tensor]()
    look = update._seen
    monkeypatch.setattr(update, "_seen", lambda judge, x, fast: (seen.append(x), look(judge, x, fast))[1])
    for _ in range(12):
        update.step(state, GAN, pairs, 0.0, accelerator())
    side = GAN.patch * GAN.scale
    shapes = [tuple(x.shape[2:]) for x in seen]
    steps = [shapes[n : n + 4] for n in range(0, len(shapes), 4)]  # truth, output, truth, output
    assert len(steps) == 12
    assert all(len(set(one)) == 1 for one in steps)
    assert len({one[0] for one in steps}) > 6
    assert all(side - update.STRIDES < length <= side for one in steps for length in one[0])
    truth, again = seen[0], seen[2]
    assert torch.equal(truth, again)


@pytest.mark.parametrize("smooth", [True, False])
def test_no_judge_looks_at_what_a_network_makes_of_smooth_ground(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smooth: bool
) -> None:
    for n, grey in enumerate((60, 120, 180)):
        Image.new("RGB", (96, 96), (grey, grey, grey)).save(tmp_path / f"{n}.png")
    recipe = replace(GAN, smooth=smooth)
    pairs = feed(picture_files(tmp_path), recipe, torch.device("cpu"))
    seen = list[Tensor]()
    look = update._seen
    monkeypatch.setattr(update, "_seen", lambda judge, x, fast: (seen.append(x), look(judge, x, fast))[1])
    update.step(begin(recipe, None, accelerator()), recipe, pairs, 0.0, accelerator())
    truth, made, *_ = seen
    assert torch.equal(made, truth) is smooth


def test_a_grid_is_looked_for_in_all_that_a_network_folds() -> None:
    assert update._cell(RestorationUNet()) == 8
    assert update._cell(Generator(scale=4)) == 1
    assert update._cell(torch.nn.Conv2d(3, 3, 3)) == update.FOLD


@pytest.mark.parametrize("degradation", ["holes", "noise"])
def test_the_judge_scores_only_what_was_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, degradation: str
) -> None:
    network = {"holes": "repair", "noise": "unet"}[degradation]
    recipe = replace(GAN, network=network, scale=1, degradation=degradation, patch=64, final_patch=64)
    pairs = feed(picture_files(make_tiles(tmp_path)), recipe, torch.device("cpu"))
    scores, played = list[Tensor](), list[Tensor]()
    look, play = update._seen, update._in_play

    def seen(judge: torch.nn.Module, x: Tensor, fast: bool) -> tuple[list[Tensor], Tensor]:
        found = look(judge, x, fast)
        scores.append(found[1])
        return found

    def in_play(found: Tensor, drawn: Tensor) -> Tensor:
        played.append(play(found, drawn))
        return played[-1]

    monkeypatch.setattr(update, "_seen", seen)
    monkeypatch.setattr(update, "_in_play", in_play)
    update.step(begin(recipe, None, accelerator()), recipe, pairs, 0.0, accelerator())
    whole, counted = scores[0].numel(), [len(one) for one in played]
    assert len(counted) == 4
    assert len(set(counted)) == 1
    assert 0 < counted[0] < whole if degradation == "holes" else counted[0] == whole


def test_patches_in_play_are_those_that_holes_touch() -> None:
    drawn = torch.zeros(1, 1, 32, 32)
    scores = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert torch.equal(update._in_play(scores, drawn), scores.flatten())
    drawn[..., 9, 30] = 1
    assert torch.equal(update._in_play(scores, drawn), torch.tensor([7.0]))
