"""Taught tiles are what the teacher makes of them; those that judge stay true, and finished ones are not made again."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from enhancer.engine import Engine
from enhancer.errors import BadOptions, TrainingError
from enhancer.models.store import Store, open_model
from enhancer.networks import Generator, RestorationUNet
from enhancer.networks.initialise import initialise
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.training.checkpoint import export
from enhancer.training.data import hold_out, picture_files, read_rgb
from enhancer.training.degradations import bicubic
from enhancer.training.feed import feed, taught_feed
from enhancer.training.recipes import SR, changed
from enhancer.training.restoration import Restoration
from enhancer.training.teach import teach
from tests.training.tiny import make_tiles

SHAPE = {"scale": 2, "channels": 8, "depth": 2}


@pytest.fixture
def engine() -> Engine:
    settings = replace(Settings(), precision="float32")
    return Engine(Store(settings), settings)


def test_tiles_are_shrunk_and_enlarged_by_the_teacher(tmp_path: Path, engine: Engine) -> None:
    network = Generator(**SHAPE)
    initialise(network, 1)
    export(network, "generator", SHAPE, tmp_path / "teacher.safetensors")
    teacher = open_model(tmp_path / "teacher.safetensors", "teacher")
    tiles, out = make_tiles(tmp_path / "tiles"), tmp_path / "taught"
    teach(engine, teacher, tiles, out, every=3)
    taught, judging = hold_out(picture_files(tiles), 3)
    assert [f.stem for f in picture_files(out)] == [f.stem for f in taught]
    assert judging
    for file in taught:
        made = engine.run(teacher, bicubic(read_rgb(file)[None] / 255.0, 2)[0], Progress())
        assert torch.equal(read_rgb(out / f"{file.stem}.png"), made.mul(255).round().byte())
        assert not torch.equal(read_rgb(out / f"{file.stem}.png"), read_rgb(file))
    first = picture_files(out)[0]
    first.write_bytes(b"finished")
    teach(engine, teacher, tiles, out, every=3)
    assert first.read_bytes() == b"finished"


def test_a_teacher_must_enlarge(tmp_path: Path, engine: Engine) -> None:
    shape = {"widths": [4, 6], "blocks": [1, 1]}
    export(RestorationUNet(**shape), "restoration-unet", shape, tmp_path / "mend.safetensors")
    with pytest.raises(BadOptions, match="does not enlarge"):
        teach(engine, open_model(tmp_path / "mend.safetensors", "mend"), tmp_path, tmp_path / "out", 3)


def test_the_goal_is_the_teacher_s_and_the_small_picture_the_truth_s(tmp_path: Path) -> None:
    tiles, taught = make_tiles(tmp_path / "tiles"), tmp_path / "taught"
    taught.mkdir()
    files = picture_files(tiles)
    for file in files[1:]:  # the first was not taught
        Image.fromarray(255 - read_rgb(file).permute(1, 2, 0).numpy()).save(taught / f"{file.stem}.png")
    recipe = replace(SR, scale=2, zoom=1.0, swap_colours=1.0)
    pairs = taught_feed(files, taught, recipe, torch.device("cpu"))
    assert len(pairs.sharp) == len(files) - 1
    sample = pairs.batch(6, 12, torch.Generator().manual_seed(5))
    truth = feed(files[1:], recipe, torch.device("cpu")).batch(6, 12, torch.Generator().manual_seed(5))
    assert torch.equal(sample.small, truth.small)
    assert torch.equal(sample.sharp, truth.sharp)
    assert truth.taught is None
    assert sample.taught is not None
    torch.testing.assert_close(sample.taught, 1 - truth.sharp)


@pytest.mark.parametrize("change", [{"degradation": "blind"}, {"zoom": 0.5}, {"grey": 0.2}])
def test_what_the_teacher_has_not_seen_is_refused(tmp_path: Path, change: dict[str, str | float]) -> None:
    tiles = make_tiles(tmp_path / "tiles")
    recipe = changed(replace(SR, scale=2, zoom=1.0), change)
    with pytest.raises(TrainingError, match="--zoom 1"):
        taught_feed(picture_files(tiles), tiles, recipe, torch.device("cpu"))


def test_a_folder_of_other_tiles_is_refused(tmp_path: Path) -> None:
    tiles, other = make_tiles(tmp_path / "tiles"), tmp_path / "other"
    other.mkdir()
    Image.new("RGB", (64, 64)).save(other / "cat.png")
    with pytest.raises(TrainingError, match="None of the"):
        taught_feed(picture_files(tiles), other, replace(SR, scale=2, zoom=1.0), torch.device("cpu"))


def test_a_run_learns_from_the_teacher_and_is_judged_by_the_truth(tmp_path: Path) -> None:
    tiles = make_tiles(tmp_path / "tiles")
    inverse = tmp_path / "taught"
    inverse.mkdir()
    for file in picture_files(tiles):
        Image.fromarray(255 - read_rgb(file).permute(1, 2, 0).numpy()).save(inverse / f"{file.stem}.png")
    recipe = replace(SR, scale=2, zoom=1.0, hold_out=3)
    lesson = Restoration(recipe, tiles, None, torch.device("cpu"), inverse)
    truth = Restoration(recipe, tiles, None, torch.device("cpu"))
    assert torch.equal(lesson.unseen.sharp, truth.unseen.sharp)
    assert torch.equal(lesson.pairs.sharp[:, :3], truth.pairs.sharp)
    assert torch.equal(lesson.pairs.sharp[:, 3:], 255 - truth.pairs.sharp)
