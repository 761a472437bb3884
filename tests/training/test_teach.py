"""Taught tiles are what the teacher makes of them; those that judge stay true, and finished ones are not made again."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.models.store import Store, open_model
from enhancer.networks import Generator, RestorationUNet
from enhancer.networks.initialise import initialise
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.training.checkpoint import export
from enhancer.training.data import hold_out, picture_files, read_rgb
from enhancer.training.degradations import bicubic
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
    assert [f.stem for f in picture_files(out)] == [f.stem for f in picture_files(tiles)]
    for file in judging:
        assert torch.equal(read_rgb(out / f"{file.stem}.png"), read_rgb(file))
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
