"""The mean of runs is the mean of their weights, and only of the same network."""

from pathlib import Path

import pytest
import torch

from enhancer.errors import WeightsRefused
from enhancer.models.store import open_model
from enhancer.models.weights import read_weights
from enhancer.networks import Generator
from enhancer.settings import Settings
from enhancer.training.average import average
from enhancer.training.checkpoint import export


def made(file: Path, seed: int, channels: int = 8) -> Path:
    torch.manual_seed(seed)
    facts = {"scale": 2, "channels": channels, "depth": 1}
    export(Generator(**facts), "generator", facts, file)
    return file


def test_the_mean_of_two_runs_opens_as_their_network(tmp_path: Path) -> None:
    files = [made(tmp_path / f"{n}.safetensors", n) for n in (1, 2)]
    average(files, tmp_path / "mean.safetensors")
    a, b, mean = (read_weights(f).tensors for f in (*files, tmp_path / "mean.safetensors"))
    for name, tensor in mean.items():
        torch.testing.assert_close(tensor.float(), (a[name].float() + b[name].float()) / 2, atol=1e-3, rtol=1e-3)
    assert open_model(tmp_path / "mean.safetensors", "mean").scale == 2


def test_what_a_recogniser_says_of_itself_is_kept(tmp_path: Path) -> None:
    digits = Settings.weights / "lab" / "digits.safetensors"
    average([digits, digits], tmp_path / "mean.safetensors")
    mean, one = read_weights(tmp_path / "mean.safetensors"), read_weights(digits)
    assert mean.header == {k: v for k, v in one.header.items() if k != "training"}
    assert {n: t.dtype for n, t in mean.tensors.items()} == {n: t.dtype for n, t in one.tensors.items()}


def test_other_networks_are_refused(tmp_path: Path) -> None:
    files = [made(tmp_path / "a.safetensors", 1), made(tmp_path / "b.safetensors", 2, channels=16)]
    with pytest.raises(WeightsRefused, match="holds another network"):
        average(files, tmp_path / "mean.safetensors")
    assert not (tmp_path / "mean.safetensors").exists()
