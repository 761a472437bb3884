"""An export holds the weights, and an entry and a card that say what was measured."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from enhancer.errors import BadOptions, WeightsRefused
from enhancer.models.bundled import read_entry
from enhancer.models.fetch import digest
from enhancer.networks import Generator
from enhancer.training.crops.cases import CROPS
from enhancer.training.evaluate import PROTOCOLS, bench_engine, run_protocol
from enhancer.training.export import add_command, export
from enhancer.training.recipes import RECIPES
from enhancer.training.words import WORDS

HYPERPARAMETERS = {"scale": 2, "channels": 8, "depth": 2}
HEADER = {"architecture": "generator", "hyperparameters": json.dumps(HYPERPARAMETERS, sort_keys=True)}
RUN = {
    "recipe": {**asdict(RECIPES["x2-fast"]), "batch": 24, "seed": 3},
    "data": "two tiles",
    "steps": 1200,
    "minutes": 2.5,
    "best": {"step": 1000},
}


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """Set5 and Set14 with two small pictures each."""
    draw = np.random.RandomState(3)
    for name in ("Set5", "Set14"):
        folder = tmp_path / "bench" / name / "HR"
        folder.mkdir(parents=True)
        for n in range(2):
            levels = Image.fromarray(draw.randint(0, 256, (6, 5, 3)).astype(np.uint8))
            levels.resize((60, 64), Image.Resampling.BICUBIC).save(folder / f"{n}.png")
    return tmp_path / "bench"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a finished run, its weights in single precision."""
    torch.manual_seed(1)
    folder = tmp_path / "run"
    folder.mkdir()
    save_file(Generator(scale=2, channels=8, depth=2).state_dict(), folder / "weights.safetensors", metadata=HEADER)
    (folder / "run.json").write_text(json.dumps(RUN))
    (folder / "checkpoint.pt").write_bytes(b"whatever the loop keeps")
    return folder


def test_weights_are_halved_and_say_what_they_are(run: Path, bench: Path, tmp_path: Path) -> None:
    entry = export(run / "checkpoint.pt", "x2-fast", tmp_path / "out", bench)
    file = tmp_path / "out" / "x2-fast.safetensors"
    kept, full = load_file(file), load_file(run / "weights.safetensors")
    assert {k: v.dtype for k, v in kept.items()} == dict.fromkeys(full, torch.float16)
    assert all(torch.equal(kept[k], full[k].half()) for k in full)
    with safe_open(file, "pt") as stream:
        header = stream.metadata()
    assert {k: header[k] for k in HEADER} == HEADER
    assert json.loads(header["training"]) == RUN
    assert (entry.sha256, entry.bytes) == (digest(file), file.stat().st_size)
    assert file.stat().st_mode & 0o777 == 0o644
    crops = [crop.file("x2-fast") for crop in CROPS["x2-fast"]]
    written = ["x2-fast.json", "x2-fast.md", "x2-fast.safetensors", *crops]
    assert sorted(p.name for p in file.parent.iterdir()) == sorted(written)


def test_the_entry_states_what_evaluate_measures(run: Path, bench: Path, tmp_path: Path) -> None:
    entry = export(run, "x2-fast", tmp_path / "out", bench)
    assert read_entry(tmp_path / "out" / "x2-fast.json") == entry
    engine = bench_engine()
    model = engine.model(str(tmp_path / "out" / "x2-fast.safetensors"))
    rows = run_protocol(PROTOCOLS["sr"], [("mine", model)], engine, bench)
    found = {(r.method, r.set): r.figures[0] for r in rows}
    assert entry.figures == tuple(
        (f"{name} Y-PSNR", f"{found['mine', name]:.2f} dB (bicubic {found['bicubic', name]:.2f})")
        for name in ("Set5", "Set14")
    )
    assert (entry.scale, entry.hyperparameters, entry.architecture) == (2, HYPERPARAMETERS, "generator")
    assert (entry.title, entry.description) == (WORDS["x2-fast"].title, WORDS["x2-fast"].description)
    assert entry.failures == WORDS["x2-fast"].failures
    card = (tmp_path / "out" / "x2-fast.md").read_text()
    assert f"| **x2-fast** | {found['mine', 'Set5']:.3f} dB / " in card
    assert f"| bicubic | {found['bicubic', 'Set5']:.3f} dB / " in card


def test_the_card_tells_training_licence_failures_and_how_to_do_it_again(
    run: Path, bench: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "soft-hair.png"
    Image.new("RGB", (8, 8)).save(picture)
    export(run, "x2-fast", tmp_path / "out", bench, {"command": "python train it"}, [picture])
    card = (tmp_path / "out" / "x2-fast.md").read_text()
    for told in ("| steps | 1,200 |", "| minutes | 2.5 |", "| data | two tiles |", "batch 24, ", "Apache-2.0"):
        assert told in card
    assert all(f"- {sentence}" in card for sentence in WORDS["x2-fast"].failures)
    assert "![soft hair](x2-fast.soft-hair.png)" in card
    assert (tmp_path / "out" / "x2-fast.soft-hair.png").read_bytes() == picture.read_bytes()
    assert "python train it\npython -m enhancer.training export RUN --id x2-fast\n" in card
    assert "| command |" not in card


def test_the_card_names_the_recipe_and_the_options_that_differ(run: Path, bench: Path, tmp_path: Path) -> None:
    export(run, "x2-fast", tmp_path / "out", bench, {"start": "x2.safetensors"})
    train = "train x2-fast --data TILES --out RUN --minutes 2.5 --start x2.safetensors --seed 3 --batch 24\n"
    assert f"python -m enhancer.training {train}" in (tmp_path / "out" / "x2-fast.md").read_text()
    export(run, "x2-fast", tmp_path / "out", bench, {"taught": "by-dctlsa", "asked": {"steps": 1200}})
    train = "train x2-fast --data TILES --out RUN --steps 1200 --taught by-dctlsa --seed 3 --batch 24\n"
    assert f"python -m enhancer.training {train}" in (tmp_path / "out" / "x2-fast.md").read_text()
    export(run, "x2-fast", tmp_path / "out", bench, {"recipe": "sr", "minutes": 7})
    assert "train sr --data TILES --out RUN --minutes 7\n" in (tmp_path / "out" / "x2-fast.md").read_text()


def test_exporting_what_was_exported_loses_nothing_and_keeps_every_byte(run: Path, bench: Path, tmp_path: Path) -> None:
    picture = tmp_path / "soft-hair.png"
    Image.new("RGB", (8, 8)).save(picture)
    once = export(run, "x2-fast", tmp_path / "out", bench, {}, [picture])
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    again = export(tmp_path / "out" / "x2-fast.safetensors", "x2-fast", tmp_path / "out", bench)
    assert again == once
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before


def test_the_best_step_of_a_run_is_taken(run: Path, bench: Path, tmp_path: Path) -> None:
    best = {k: v / 2 for k, v in load_file(run / "weights.safetensors").items()}
    save_file(best, run / "best.safetensors", metadata=HEADER)
    export(run, "x2-fast", tmp_path / "out", bench)
    kept = load_file(tmp_path / "out" / "x2-fast.safetensors")
    assert torch.equal(kept["tail.weight"], best["tail.weight"].half())


def test_what_cannot_be_exported_is_said_and_leaves_nothing(run: Path, bench: Path, tmp_path: Path) -> None:
    out, weights = tmp_path / "out", run / "weights.safetensors"
    tensors = load_file(weights)
    with pytest.raises(BadOptions, match=r"about 'x9'; write it into enhancer/training/words.py"):
        export(run, "x9", out, bench)
    with pytest.raises(BadOptions, match="denoise is there to denoise, and these weights enlarge by 2"):
        export(run, "denoise", out, bench)
    with pytest.raises(FileNotFoundError, match=r"no weights .*best\.safetensors or .*weights\.safetensors"):
        export(tmp_path / "nowhere", "x2-fast", out, bench)
    with pytest.raises(BadOptions, match=r"Soft Hair\.png must be named after what it shows"):
        export(run, "x2-fast", out, bench, {}, [tmp_path / "Soft Hair.png"])
    (run / "run.json").unlink()
    with pytest.raises(BadOptions, match=r"not known: give --recipe, --data, --minutes, or put run\.json"):
        export(run, "x2-fast", out, bench, {"steps": 5})
    (run / "run.json").write_text(json.dumps(RUN | {"steps": "many"}))
    with pytest.raises(BadOptions, match=r"steps of the training of .* cannot be 'many'"):
        export(run, "x2-fast", out, bench)
    (run / "run.json").write_text(json.dumps(RUN))
    save_file(tensors, weights)
    with pytest.raises(WeightsRefused, match="names no network of ours"):
        export(run, "x2-fast", out, bench)
    save_file({**tensors, "tail.bias": tensors["tail.bias"] + 1e6}, weights, metadata=HEADER)
    with pytest.raises(WeightsRefused, match=r"tail\.bias holds NaN, infinity or values beyond half precision"):
        export(run, "x2-fast", out, bench)
    assert list(out.iterdir()) == []


def test_the_command_passes_everything_on(
    run: Path, bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_command(parser.add_subparsers(required=True))
    text = f"export {run} --id x2-fast --weights {tmp_path / 'out'} --bench {bench} --steps 7 --data photographs"
    arguments = parser.parse_args(text.split())
    arguments.call(arguments)
    assert "Set5 Y-PSNR: " in capsys.readouterr().out
    card = (tmp_path / "out" / "x2-fast.md").read_text()
    assert "| steps | 7 |" in card
    assert "| data | photographs |" in card
