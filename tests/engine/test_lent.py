"""Pictures that are drawn where a GPU is lent, which is another process each time, are the very same."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from enhancer.engine import Engine
from enhancer.engine.apart import Which
from enhancer.engine.lent import Asked, EngineLent, There
from enhancer.errors import Cancelled, OutOfMemory, UnknownModel, WorkerLost
from enhancer.evidence.measure import known_speeds, measure_model
from enhancer.models.bundled import entry_text, read_entries
from enhancer.models.catalog import entry
from enhancer.models.fetch import digest
from enhancer.models.store import Store
from enhancer.networks import Generator
from enhancer.progress import Progress
from enhancer.settings import MIB, Settings
from enhancer.training.checkpoint import export
from enhancer.zero import LEAST, MOST, STARTING, lent_engine, to_ask_for
from tests.conftest import ROOT
from tests.ui.serve import SIZES, write_weights

STAND_IN = ROOT / "tests" / "hosting" / "borrowed"
SLOW, CRISP = "x4-fast", "x2-crisp"


@dataclass
class Zero:
    """An engine that borrows, one that does not, and what was asked of the lender."""

    engine: EngineLent
    here: Engine
    file: Path

    def said(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Zero]:
    write_weights(tmp_path)
    write_crisp(tmp_path)
    catalog = read_entries(tmp_path)
    settings = replace(Settings(device="cpu"), weights=tmp_path, tile_memory=4 * MIB, cache=tmp_path / "cache")
    monkeypatch.setenv("SPACES_RECORD", str(tmp_path / "record"))
    monkeypatch.syspath_prepend(str(STAND_IN))
    monkeypatch.delitem(sys.modules, "spaces", raising=False)
    yield Zero(lent_engine(settings, catalog), Engine(Store(settings, catalog), settings), tmp_path / "record")
    sys.modules.pop("spaces", None)


def write_crisp(folder: Path) -> None:
    """A network to blend x2-fast with."""
    plain, file = entry("x2-fast"), folder / f"{CRISP}.safetensors"
    shape = {"scale": 2, "channels": SIZES["x2-fast"][0], "depth": SIZES["x2-fast"][1]}
    export(Generator(**shape), "generator", shape, file)
    sha256 = digest(file)
    other = replace(plain, id=CRISP, twin=plain.id, sha256=sha256, bytes=file.stat().st_size)
    file.with_suffix(".json").write_text(entry_text(other), encoding="utf-8")


def noise(height: int, width: int) -> Tensor:
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(height))


@pytest.mark.parametrize("model_id", ["x2-fast", SLOW])
def test_a_picture_is_drawn_elsewhere_to_the_bit(zero: Zero, model_id: str) -> None:
    model, pixels, steps = zero.engine.model(model_id), noise(180, 150), list[tuple[int, int]]()
    assert isinstance(model.network, There)
    drawn = zero.engine.run(model, pixels, Progress(lambda p: steps.append((p.done, p.total))))
    assert torch.equal(drawn, zero.here.run(zero.here.model(model_id), pixels, Progress()))
    assert steps[-1][0] == steps[-1][1] > 1
    (asked,), (done,) = zero.said("asked"), zero.said("done")
    assert asked["pid"] == os.getpid() != done["pid"]
    assert LEAST <= asked["seconds"] <= MOST
    assert done["given"] == steps[-1][1]


def test_a_blend_is_made_where_it_runs(zero: Zero) -> None:
    mixed, alone = (e.model(CRISP, crispness=0.3) for e in (zero.engine, zero.here))
    assert mixed.origins == alone.origins
    assert len(mixed.origins) == 2
    drawn = zero.engine.run(mixed, noise(24, 24), Progress())
    assert torch.equal(drawn, zero.here.run(alone, noise(24, 24), Progress()))
    assert not torch.equal(drawn, zero.here.run(zero.here.model(CRISP), noise(24, 24), Progress()))


def test_stop_ends_the_call(zero: Zero) -> None:
    model = zero.engine.model(SLOW)
    with pytest.raises(Cancelled):
        zero.engine.run(model, noise(180, 180), Progress(lambda p: p.cancel() if p.done == 1 else None))
    (done,) = zero.said("done")
    total = zero.here.tiles(zero.here.model(SLOW), 180, 180)
    assert done["stopped"]
    assert done["given"] < total


def test_an_error_keeps_its_sentence(zero: Zero) -> None:
    with pytest.raises(UnknownModel):
        zero.engine.model("no-such-model")
    model = zero.engine.model("x2-fast")
    strange = There(Which("no-such-model"), model.network.facts)  # type: ignore[union-attr, arg-type]
    with pytest.raises(UnknownModel, match="no-such-model"):
        zero.engine.run(replace(model, network=strange), noise(20, 20), Progress())


def test_who_is_lent_no_gpu_is_told(zero: Zero, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spaces.QUOTA", 1)
    with pytest.raises(WorkerLost, match="exceeded your GPU quota"):
        zero.engine.run(zero.engine.model("x2-fast"), noise(20, 20), Progress())


def test_seconds_come_from_what_was_measured(zero: Zero, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spaces.QUOTA", MOST)
    found = measure_model(SLOW, zero.engine, Progress())
    assert known_speeds(zero.engine, read_entries(zero.engine.settings.weights))[SLOW] == found
    zero.engine.run(zero.engine.model(SLOW), noise(40, 40), Progress())
    expected = to_ask_for(Asked(Which(SLOW), 0, noise(40, 40).numpy()), found.seconds_per_megapixel)
    assert zero.said("asked")[-1]["seconds"] == expected


def test_larger_pictures_and_networks_ask_for_longer() -> None:
    def asked(side: int, weights: int) -> Asked:
        return Asked(Which(SLOW), weights, np.broadcast_to(np.float32(0), (3, side, side)))

    assert to_ask_for(asked(100, 10**6), None) == LEAST
    assert LEAST < to_ask_for(asked(4000, 10**7), None) < to_ask_for(asked(4000, 2 * 10**7), None) <= MOST
    assert to_ask_for(asked(8000, 10**9), None) == MOST
    assert to_ask_for(asked(1000, 0), 10.0) == STARTING + 15


def test_memory_that_is_short_there_is_told_here(zero: Zero) -> None:
    def lacking(asked: Asked) -> Any:
        yield OutOfMemory("Not even a tile fits.")

    zero.engine._draw = lacking
    with pytest.raises(OutOfMemory, match="Not even a tile"):
        zero.engine.run(zero.engine.model("x2-fast"), noise(20, 20), Progress())
