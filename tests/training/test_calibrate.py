"""A table of spread and error is found on held-out tiles, tried on others, and kept as long as the weights are."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from scipy.stats import spearmanr
from skimage import data as photographs
from torch import Tensor

from enhancer.errors import BadOptions, TrainingError, WeightsRefused
from enhancer.models.bundled import entry_text, read_entry
from enhancer.models.entry import CRISPNESS, Bundled, Entry, Spread
from enhancer.models.fetch import digest
from enhancer.networks import Generator
from enhancer.training.checkpoint import export
from enhancer.training.evaluate.calibrate import Trial, add_command, calibrate, damage_of, table, tried
from enhancer.training.export import kept_spread
from tests.conftest import ROOT
from tests.models.conftest import make_entry
from tests.training.tiny import make_tiles


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    folder = tmp_path / "bench" / "LIVE1" / "HR"
    folder.mkdir(parents=True)
    coffee = photographs.coffee()
    for n in range(2):
        Image.fromarray(coffee[150:247, 100 + 130 * n : 220 + 130 * n]).save(folder / f"{n}.png")
    return tmp_path / "bench"


def bundled(folder: Path, **values: object) -> Entry:
    """The bundled x2-fast under another name."""
    folder.mkdir()
    file = folder / "tiny.safetensors"
    file.write_bytes((ROOT / "weights" / "x2-fast.safetensors").read_bytes())
    entry = make_entry(Bundled(file.name), digest(file), bytes=file.stat().st_size, **values)
    (folder / "tiny.json").write_text(entry_text(entry))
    return entry


def trials(pairs: int = 4, seed: int = 0) -> list[Trial]:
    """The error is three times the spread, within a factor, on average."""
    source = torch.Generator().manual_seed(seed)
    spread = [torch.rand(1, 64, 80, generator=source) * 10 for _ in range(pairs)]
    return [Trial(s / 255, 3 * s * 2 * torch.rand(s.shape, generator=source)) for s in spread]


def test_the_table_rises_and_keeps_the_mean() -> None:
    levels, errors = table(trials())
    assert list(levels) == sorted(set(levels))
    assert list(errors) == sorted(errors)
    assert np.allclose(errors, 3 * np.array(levels), rtol=0.1)
    mean = float(torch.cat([t.error.flatten() for t in trials()]).mean())
    assert np.mean(errors) == pytest.approx(mean, rel=1e-3)


def test_rank_and_ratio_are_those_of_blocks() -> None:
    """SciPy ranks the same blocks alike; a table that promises twice the error is found out."""
    spread = Spread((0.0, 10.0), (0.0, 60.0), 0, 0)
    found = tried(spread, iter(trials(2, seed=1)))

    def blocks(x: Tensor) -> np.ndarray:
        return x[0].reshape(8, 8, 10, 8).mean((1, 3)).flatten().double().numpy()

    pairs = [(blocks(t.spread), blocks(t.error)) for t in trials(2, seed=1)]
    expected, true = (np.concatenate(side) for side in zip(*pairs, strict=True))
    assert found.rank == pytest.approx(spearmanr(expected, true).statistic, abs=2e-3)
    assert found.ratio == pytest.approx(2, abs=0.05)


def test_one_result_for_all_turns_cannot_be_calibrated() -> None:
    with pytest.raises(TrainingError, match="no spread to calibrate"):
        table([Trial(torch.zeros(1, 40, 40), torch.rand(1, 40, 40))])


def test_the_table_goes_into_the_entry_and_nothing_else_changes(
    bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "weights"
    before, tiles = bundled(folder), make_tiles(tmp_path / "tiles")
    (folder / "tiny.md").write_text("# tiny\n\n## Network\n\nA small one.\n")
    parser = argparse.ArgumentParser()
    add_command(parser.add_subparsers(required=True))
    text = f"calibrate tiny --weights {folder} --data {tiles} --bench {bench} --hold-out 4 --pictures 2"
    arguments = parser.parse_args(text.split())
    arguments.call(arguments)
    after = read_entry(folder / "tiny.json")
    assert after.spread is not None
    assert 0.5 < after.spread.rank < 1
    assert 0.5 < after.spread.ratio < 2
    assert f"rank correlation {after.spread.rank:.3f}" in capsys.readouterr().out
    values = json.loads((folder / "tiny.json").read_text())
    del values["spread"]
    assert values == json.loads(entry_text(before))
    card = (folder / "tiny.md").read_text()
    assert card.index("## Expected error") < card.index(f"of {after.spread.rank:.3f} and") < card.index("## Network")
    assert calibrate("tiny", folder, tiles, bench, every=4) == after.spread  # again, the same
    assert (folder / "tiny.md").read_text() == card
    assert sorted(p.name for p in folder.iterdir()) == ["tiny.json", "tiny.md", "tiny.safetensors"]


def test_a_model_with_a_twin_is_measured_as_it_is_usually_blended(bench: Path, tmp_path: Path) -> None:
    folder, tiles = tmp_path / "weights", make_tiles(tmp_path / "tiles")
    calm = bundled(folder)
    crisp = replace(calm, id="crisp", twin="tiny", source=Bundled("crisp.safetensors"))
    torch.manual_seed(0)
    export(Generator(scale=2), "generator", {"scale": 2}, folder / "crisp.safetensors")
    crisp = replace(crisp, sha256=digest(folder / "crisp.safetensors"))
    (folder / "crisp.json").write_text(entry_text(crisp))
    found = calibrate("crisp", folder, tiles, bench, 4, 2)
    assert found.crispness == CRISPNESS
    assert found != replace(calibrate("tiny", folder, tiles, bench, 4, 2), crispness=CRISPNESS)


def test_an_export_keeps_the_table_of_the_same_weights_only(tmp_path: Path) -> None:
    spread = Spread((0.1, 1.0), (0.5, 4.0), 0.7, 1.0)
    entry = bundled(tmp_path / "weights", spread=spread)
    file = tmp_path / "weights" / "tiny.json"
    assert kept_spread(file, entry.sha256) == spread
    assert kept_spread(file, "0" * 64) is None
    assert kept_spread(tmp_path / "none.json", entry.sha256) is None
    file.write_text("{")
    assert kept_spread(file, entry.sha256) is None


def test_what_cannot_be_calibrated_is_said(bench: Path, tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    entry = bundled(folder)
    with pytest.raises(BadOptions, match="export the model first"):
        calibrate("other", folder, tmp_path, bench)
    torch.manual_seed(0)
    save_file(Generator(scale=2, channels=8, depth=2).state_dict(), folder / "tiny.safetensors")
    with pytest.raises(WeightsRefused, match="speaks of other weights"):
        calibrate("tiny", folder, tmp_path, bench)
    assert damage_of(entry) == "bicubic"
    assert damage_of(make_entry(Bundled("x"), "", blind=True)) == "blind"
    with pytest.raises(BadOptions, match="need deblur"):
        damage_of(make_entry(Bundled("x"), "", purpose="deblur"))
