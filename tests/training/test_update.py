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
