"""Both kinds of network learn textures out of photographs, with a judge of the same kinds."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from enhancer.models.artist import open_artist
from enhancer.training.loop import Budget, follow
from enhancer.training.recognise import RECOGNITIONS, Recognition
from enhancer.training.recognise.textures import KINDS
from enhancer.training.synthesise import DRAFTS, Synthesis
from tests.training.recognise.test_textures import COLOURS, folder, noise
from tests.training.tiny import accelerator

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["gan-textures", "vae-textures"])
def test_two_steps_make_a_file_that_draws_in_colour(name: str, tmp_path: Path) -> None:
    shown = {str(n): noise(*COLOURS[n % 4], side=96, seed=n) for n in range(10)}
    data = Path(f"textures:{folder(tmp_path / 'photographs', shown)}")
    course = replace(RECOGNITIONS["recognise"], network="tiny", batch=4, hold_out=4, report_every=1)
    follow(Recognition(course, data, CPU), tmp_path / "judge", Budget(steps=1), accelerator())
    recipe = replace(DRAFTS[name], width=4, judge_width=4, batch=4, hold_out=4, report_every=2)
    lesson = Synthesis(recipe, data, tmp_path / "judge" / "best.safetensors", CPU)
    follow(lesson, tmp_path / "out", Budget(steps=2), accelerator())
    told = json.loads((tmp_path / "out" / "reports.jsonl").read_text().splitlines()[-1])
    assert (told["psnr"] is None) == (recipe.kind == "gan")
    network = open_artist(tmp_path / "out" / "best.safetensors")
    assert network.names == KINDS
    drawn = network.sample(1, 2, "blue grain")
    assert drawn.shape == (2, 3, 32, 32)
    assert not torch.equal(drawn[:, 0], drawn[:, 2])
