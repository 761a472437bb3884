"""A studio's folder becomes a model with honest figures in one command."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image
from skimage import data as pictures

from enhancer.errors import TrainingError
from enhancer.training.loop import Budget
from enhancer.training.prepare import Plan
from enhancer.training.studio import Order, studio
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight different views, 200 pixels a side."""
    folder = tmp_path_factory.mktemp("photographs")
    views = [pictures.astronaut()[y : y + 200, x : x + 200] for y, x in ((0, 0), (0, 150), (250, 0), (300, 300))]
    views += [pictures.chelsea()[50:250, 100:300], pictures.rocket()[200:400, 200:400]]
    views += [pictures.coffee()[y : y + 200, x : x + 200] for y, x in ((50, 100), (150, 300))]
    for n, view in enumerate(views):
        Image.fromarray(view).save(folder / f"{n}.png")
    return folder


def test_from_a_folder_to_figures(photographs: Path, tmp_path: Path) -> None:
    plan = Plan(tile=96, blur=1.0, detail=0.0, noise=255, noise_everywhere=255, blocks=99)
    out = tmp_path / "out"
    text = studio(photographs, out, Order(every=4, plan=plan, budget=Budget(steps=2)), ROOT / "weights")
    assert [line.split()[1] for line in text[1:]] == ["bicubic", "before", "after"]
    assert {line.split()[3] for line in text[1:]} == {"2"}
    decibels = [float(line.split()[4]) for line in text[1:]]
    assert decibels[1] > decibels[0]
    assert decibels[2] == pytest.approx(decibels[1], abs=1)
    assert (out / "studio.txt").read_text().splitlines() == text
    kept = {f.name for f in (out / "held-out" / "HR").iterdir()}
    assert kept == {"0.png", "4.png"}
    tiles = {f.name.split("--")[0] for f in (out / "prepared" / "tiles").iterdir()}
    assert tiles == {"1", "2", "3", "5", "6", "7"}
    assert json.loads((out / "run" / "run.json").read_text())["steps"] == 2
    with Image.open(out / "before-after.png") as sheet:
        assert sheet.size == (4 * 256, 2 * 256)


def test_a_photograph_that_cannot_be_read_is_not_kept_aside(photographs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "with a damaged one"
    shutil.copytree(photographs, folder)
    (folder / "00.png").write_bytes((folder / "0.png").read_bytes()[:3000])
    plan = Plan(tile=96, blur=1.0, detail=0.0, noise=255, noise_everywhere=255, blocks=99)
    studio(folder, tmp_path / "out", Order(every=4, plan=plan, budget=Budget(steps=1)), ROOT / "weights")
    assert {f.name for f in (tmp_path / "out" / "held-out" / "HR").iterdir()} == {"0.png", "4.png"}
    assert "00.png" in (tmp_path / "out" / "prepared" / "report.html").read_text()


@pytest.mark.parametrize("model", ["denoise", "photo-x2"])
def test_networks_that_mend_are_refused_before_anything_is_done(photographs: Path, tmp_path: Path, model: str) -> None:
    with pytest.raises(TrainingError, match=f"{model} mends damaged ones"):
        studio(photographs, tmp_path / "out", Order(model=model, every=4), ROOT / "weights")
    assert not (tmp_path / "out").exists()


def test_too_few_photographs_are_refused(photographs: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"holds 8 photographs; with every 5th kept aside .+ at least 10 are"):
        studio(photographs, tmp_path, Order(every=5), ROOT / "weights")
    with pytest.raises(TrainingError, match="is not bundled"):
        studio(photographs, tmp_path / "hub", Order(model="realesr-general-x4v3", every=4), ROOT / "weights")
