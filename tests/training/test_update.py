"""The judge sees pictures from another corner at every step, truth and output from the same."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

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
