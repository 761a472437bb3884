"""Killed at any moment, a run goes on as if nothing had happened; two processes train as one with twice the batch."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import pytest
import torch

from enhancer.training.loop import Budget, train
from tests.conftest import ROOT
from tests.training.tiny import STEADY, make_tiles

KILLS = int(os.environ.get("KILLS", "8"))
ALONE = {**os.environ, "OMP_NUM_THREADS": "1"}


def losses_of(folder: Path) -> list[tuple[int, float]]:
    rows = [json.loads(line) for line in (folder / "reports.jsonl").read_text().splitlines()]
    return [(row["step"], row["loss"]) for row in rows]


def run(*words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=ALONE, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def one_thread(work: Callable[[], object]) -> None:
    """As the children work: with more threads, sums come out differently in the last digits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        work()
    finally:
        torch.set_num_threads(before)


def test_killed_at_random_it_resumes_to_the_step(tmp_path: Path) -> None:
    tiles = make_tiles(tmp_path / "tiles")
    said = run("-m", "tests.training.nursery", str(tiles), str(tmp_path / "killed"), str(KILLS), "3")
    killed, _, read, *_ = said.split()
    assert int(killed) == KILLS
    assert int(read) == KILLS
    assert said.endswith("ended with 0\n")
    seen = losses_of(tmp_path / "killed")
    last = max(step for step, _ in seen)
    assert last > 3
    one_thread(lambda: train(STEADY, tiles, tmp_path / "whole", Budget(steps=last)))
    expected = dict(losses_of(tmp_path / "whole"))
    assert [loss for _, loss in seen] == pytest.approx([expected[step] for step, _ in seen], abs=1e-6)


def test_two_processes_are_one_with_twice_the_batch(tmp_path: Path) -> None:
    tiles = make_tiles(tmp_path / "tiles")
    common = ["--data", str(tiles), "--steps", "60", "--report-every", "10", "--network", "small", "--patch", "16"]
    common += ["--final-patch", "16", "--warmup", "5", "--hold-out", "4", "--slack", "20"]
    launch = ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"]
    launch += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]  # on processors too
    run(*launch, "-m", "enhancer.training", "train", "sr", *common, "--out", str(tmp_path / "two"), "--batch", "4")
    run("-m", "enhancer.training", "train", "sr", *common, "--out", str(tmp_path / "one"), "--batch", "8")
    two, one = (losses_of(tmp_path / name) for name in ("two", "one"))
    assert [step for step, _ in two] == [step for step, _ in one] == [10, 20, 30, 40, 50, 60]
    ratios = [a / b for (_, a), (_, b) in zip(two, one, strict=True)]
    assert ratios == pytest.approx([1.0] * 6, abs=0.25)
    assert fmean(ratios) == pytest.approx(1.0, abs=0.1)
    facts = json.loads((tmp_path / "two" / "run.json").read_text())
    assert facts["processes"] == 2
