"""Who is faster is measured once, remembered, and never believed where results differ."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from enhancer.networks import trials, winograd
from enhancer.networks.trials import Trials


@pytest.fixture(autouse=True)
def anew() -> None:
    """Nothing is known from other tests."""
    trials._tried.cache_clear()


def taking(ncnn: float, plain: float) -> Callable[[trials.Ways], dict[str, list[float]]]:
    return lambda ways: {"ncnn": [ncnn, 2 * ncnn], "torch": [2 * plain, plain]}


@pytest.mark.parametrize(("ncnn", "preferred"), [(0.5, True), (0.95, False), (2.0, False)])
def test_the_faster_one_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ncnn: float, preferred: bool
) -> None:
    monkeypatch.setattr(trials, "_rounds", taking(ncnn, 1.0))
    assert Trials(tmp_path / "there" / "file.json").prefer_ncnn(16) is preferred


def test_it_is_measured_once_and_for_each_width(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, file = Trials(tmp_path / "file.json"), tmp_path / "file.json"
    monkeypatch.setattr(trials, "_rounds", taking(0.5, 1.0))
    assert found.prefer_ncnn(16)
    trials._tried.cache_clear()  # another process, at a bad moment
    monkeypatch.setattr(trials, "_rounds", taking(5.0, 1.0))
    assert found.prefer_ncnn(16)
    assert not found.prefer_ncnn(8)
    assert sorted(json.loads(file.read_text()).values()) == [0.5, 5.0]


def test_what_another_process_stored_meanwhile_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, first = tmp_path / "file.json", taking(0.5, 1.0)

    def late(ways: trials.Ways) -> dict[str, list[float]]:
        monkeypatch.setattr(trials, "_rounds", first)
        assert trials._tried.__wrapped__(file, 16)  # the other one
        return taking(5.0, 1.0)(ways)

    monkeypatch.setattr(trials, "_rounds", late)
    assert Trials(file).prefer_ncnn(16)
    assert list(json.loads(file.read_text()).values()) == [0.5]


@pytest.mark.parametrize("spoilt", ["[1]", "{", '{"a": "b"}'])
def test_a_spoilt_file_is_measured_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str) -> None:
    (tmp_path / "file.json").write_text(spoilt)
    monkeypatch.setattr(trials, "_rounds", taking(0.5, 1.0))
    assert Trials(tmp_path / "file.json").prefer_ncnn(16)
    assert list(json.loads((tmp_path / "file.json").read_text()).values()) == [0.5]


def test_other_results_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = winograd.run
    monkeypatch.setattr(winograd, "run", lambda net, x: run(net, x) * 1.001)
    monkeypatch.setattr(trials, "_rounds", taking(0.5, 1.0))
    assert not Trials(tmp_path / "file.json").prefer_ncnn(16)
    assert not (tmp_path / "file.json").exists()


def test_an_ncnn_that_fails_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(net: winograd.Net, x: Tensor) -> Tensor:
        raise RuntimeError("out of order")

    monkeypatch.setattr(winograd, "run", fails)
    assert not Trials(tmp_path / "file.json").prefer_ncnn(16)


def test_without_ncnn_pytorch_computes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ncnn", None)
    assert not Trials(tmp_path / "file.json").prefer_ncnn(16)


def test_a_trial_leaves_the_dice_alone() -> None:
    torch.manual_seed(3)
    known = torch.rand(4)
    torch.manual_seed(3)
    trials._trial(8)
    assert torch.equal(torch.rand(4), known)
