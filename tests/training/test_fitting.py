"""What cannot work is refused before the first step, in one sentence."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from enhancer.errors import TrainingError, WeightsRefused
from enhancer.networks import Generator, RepairUNet, RestorationUNet
from enhancer.training.checkpoint import export
from enhancer.training.data import read_rgb
from enhancer.training.loop import Budget, train
from enhancer.training.recipes import RECIPES, changed
from enhancer.training.restoration import Restoration
from enhancer.training.start import warm_start
from tests.training.tiny import TINY, make_tiles

CPU = torch.device("cpu")
SMALL = {"patch": 16, "final_patch": 16, "hold_out": 4, "batch": 2}


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiles(tmp_path_factory.mktemp("tiles"))


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("denoise", {"scale": 2}, "stays as large as it was: train at --scale 1"),
        ("sr", {"degradation": "noise"}, "stays as large as it was: train at --scale 1"),
        ("sr", {"network": "unet"}, "The network unet works at --scale 1, not at 2"),
        ("sr", {"network": "file"}, "give it with --start"),
        ("sr", {"scale": 1, "degradation": "holes"}, "this one takes no map"),
        ("deblock", {"patch": 36}, "multiples of 8, not --patch 36"),
        ("deblock", {"final_patch": 36, "finish": 0.5}, "multiples of 8, not --final-patch 36"),
        (
            "x4-fast",
            {"final_patch": 48, "finish": 0.5},
            "squares of 192, as --final-patch 48 needs; choose at most 32",
        ),
    ],
)
def test_what_cannot_work_is_refused(tiles: Path, name: str, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TrainingError, match=sentence):
        Restoration(changed(RECIPES[name], SMALL | options), tiles, None, CPU)


@pytest.mark.parametrize("name", ["denoise", "deblock", "repair", "tone", "photo-x2", "x4-fast", "photo-x1"])
def test_what_is_bundled_can_work(tiles: Path, name: str) -> None:
    lesson = Restoration(changed(RECIPES[name], SMALL), tiles, None, CPU)
    assert lesson.pairs.batch(2, 16, torch.Generator()).small.shape == (2, 3, 16, 16)


def test_tiles_are_cut_to_what_the_network_takes(tiles: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    for file in tiles.iterdir():
        with Image.open(file) as image:
            image.crop((0, 0, 100, 100)).save(odd / file.name)
    lesson = Restoration(changed(RECIPES["deblock"], SMALL), odd, None, CPU)
    assert lesson.pairs.sharp.shape[-2:] == lesson.unseen.sharp.shape[-2:] == (96, 96)


def test_a_network_that_takes_no_map_learns_without_one(tiles: Path, tmp_path: Path) -> None:
    facts = {"widths": [8], "blocks": [1], "planes": 0}
    export(RestorationUNet(widths=[8], blocks=[1]), "restoration-unet", facts, tmp_path / "blind.safetensors")
    recipe = changed(RECIPES["finetune"], SMALL | {"scale": 1, "degradation": "noise", "slack": 20})
    train(recipe, tiles, tmp_path / "run", Budget(steps=1), tmp_path / "blind.safetensors")
    assert (tmp_path / "run" / "weights.safetensors").is_file()


def test_a_damaged_tile_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture at all")
    with pytest.raises(TrainingError, match=r"broken\.png cannot be read"):
        read_rgb(tmp_path / "broken.png")


def test_a_disk_that_takes_no_report_is_told(tiles: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "reports.jsonl").mkdir()
    with pytest.raises(TrainingError, match="The report cannot be written"):
        train(TINY, tiles, tmp_path / "run", Budget(steps=1))


def test_a_fine_tuned_file_that_cannot_be_written_is_told_and_leaves_nothing(
    tiles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(
        Generator(scale=2, channels=8, depth=1),
        "generator",
        {"scale": 2, "channels": 8, "depth": 1},
        tmp_path / "a.safetensors",
    )

    def full(_tensors: object, file: Path, _header: object) -> None:
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("enhancer.models.finetune.write_weights", full)
    recipe = replace(changed(RECIPES["finetune"], SMALL), slack=20.0)
    with pytest.raises(TrainingError, match="No space left"):
        train(recipe, tiles, tmp_path / "run", Budget(steps=1), tmp_path / "a.safetensors")
    assert not list((tmp_path / "run").glob("*.partial"))


def test_gates_are_not_taken_for_changes_when_a_network_grows(tmp_path: Path) -> None:
    export(RepairUNet(widths=[8, 8], blocks=[1, 1]), "repair", {}, tmp_path / "narrow.safetensors")
    with pytest.raises(WeightsRefused, match="does not fit"):
        warm_start(RepairUNet(widths=[16, 8], blocks=[1, 1]), tmp_path / "narrow.safetensors")
