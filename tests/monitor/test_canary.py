"""The canary is well on the bundled weights, falls ill when networks draw badly, fail or hang, and recovers."""

import threading
import time
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import OutOfMemory
from enhancer.models.catalog import CATALOG
from enhancer.models.contract import Model
from enhancer.models.store import Store
from enhancer.monitor import Canary, Monitor
from enhancer.monitor.canary import BETTER, TOO_MANY, canary_model
from enhancer.progress import Progress
from enhancer.settings import Settings

ENTRY = canary_model(CATALOG)
assert ENTRY is not None


class Odd(Engine):
    """An engine whose results `spoil` may spoil."""

    def run(self, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None = None) -> Tensor:
        return self.spoil(super().run(model, pixels, progress, plane))

    def spoil(self, drawn: Tensor) -> Tensor:
        return drawn


@pytest.fixture
def engine() -> Odd:
    settings = Settings(device="cpu")
    return Odd(Store(settings), settings)


def fails(drawn: Tensor) -> Tensor:
    raise OutOfMemory("no memory")


def test_it_is_well_on_the_bundled_weights_and_disturbs_nobody(engine: Odd) -> None:
    canary = Canary(engine, ENTRY)
    canary.look()
    began = time.process_time()
    canary.look()
    assert time.process_time() - began < 0.5
    assert canary.gain > BETTER
    assert (canary.misses, canary.sick) == (0, False)


@pytest.mark.parametrize(
    "spoil", [torch.zeros_like, lambda x: x * torch.nan, fails, lambda x: x.lerp(x.roll(1, 2), 0.2)]
)
def test_after_three_misses_in_a_row_it_is_sick_until_it_is_well(
    engine: Odd, spoil: object, caplog: pytest.LogCaptureFixture
) -> None:
    monitor = Monitor(engine, CATALOG)
    monitor.ready.set()
    canary = monitor.canary
    assert canary is not None
    canary.look()
    engine.spoil = spoil  # type: ignore[method-assign, assignment]
    for _ in range(TOO_MANY - 1):
        canary.look()
    assert monitor.obstacle is None
    canary.look()
    assert "went wrong" in str(monitor.obstacle)
    assert monitor.meters.registry.get_sample_value("enhancer_canary_misses") == TOO_MANY
    assert monitor.meters.registry.get_sample_value("enhancer_ready") == 0
    del engine.spoil
    canary.look()
    assert monitor.obstacle is None
    assert "3 in a row" in caplog.text


def test_one_that_hangs_is_missed_and_does_not_pile_up(engine: Odd) -> None:
    go = threading.Event()

    def hangs(drawn: Tensor) -> Tensor:
        go.wait(60)
        return drawn

    engine.spoil = hangs  # type: ignore[method-assign]
    canary, before = Canary(engine, ENTRY, patience=0.3), threading.active_count()
    for _ in range(TOO_MANY):
        canary.look()
    assert canary.sick
    assert threading.active_count() == before + 1
    go.set()


def test_a_catalogue_without_such_a_model_has_none(engine: Odd) -> None:
    assert canary_model([replace(e, purpose="denoise") for e in CATALOG]) is None
    off = replace(engine.settings, canary_seconds=0)
    assert Monitor(Odd(Store(off), off), CATALOG).canary is None
