"""Ramps keep their order, at every steepness, and windows leave no seams."""

from dataclasses import replace

import numpy as np
import pytest

from enhancer.engine import Engine
from enhancer.lanes import run
from enhancer.lanes.mapping import BULK, WINDOW, Mapping, Tally, bent
from enhancer.lanes.run import enhance_scene
from enhancer.lanes.scene import Layer, Window
from enhancer.lanes.wish import Wish
from enhancer.progress import Progress

QUICK = Wish(uncertainty=False)


class Sheet:
    """A scene in memory, source and target."""

    together = False

    def __init__(self, values: np.ndarray, valid: np.ndarray | None = None, scale: int = 2, **layer: object) -> None:
        self.values, self.valid = values, np.ones(values.shape, bool) if valid is None else valid
        self.height, self.width = values.shape
        self.layers = (Layer(0, 0, **layer),)  # type: ignore[arg-type]
        self.out = np.full((scale * self.height, scale * self.width), np.nan)
        self.error = self.out.copy()

    def read(self, layer: Layer, window: Window) -> tuple[np.ndarray, np.ndarray]:
        return self.values[None, *window.slices].astype(float), self.valid[None, *window.slices]

    def ready(self, mappings: dict[int, Mapping]) -> None:
        assert set(mappings) == {0}

    def write(self, layer: Layer, window: Window, values: np.ndarray, valid: np.ndarray) -> None:
        self.out[window.slices] = np.where(valid, values, -1)[0]

    def doubt(self, layer: Layer, window: Window, error: np.ndarray) -> None:
        self.error[window.slices] = error[0]


def drawn(sheet: Sheet, engine: Engine, wish: Wish = QUICK) -> Sheet:
    enhance_scene(sheet, sheet, wish, engine, Progress())
    return sheet


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("width", [24, 64, 300])
def test_ramps_of_16_bits_keep_their_order(engine: Engine, width: int, scale: int) -> None:
    ramp = np.tile(np.rint(np.linspace(0, 65535, width)), (20, 1))
    for values, axis in ((ramp, 1), (ramp.T, 0), (ramp[:, ::-1], 1)):
        out = drawn(Sheet(values, scale=scale), engine, replace(QUICK, scale=scale)).out
        steps = np.diff(out, axis=axis) * (-1 if values[0, 0] > values[-1, -1] else 1)
        assert steps.min() >= 0
        assert out.min() >= 0
        assert out.max() <= 65535


def test_a_ramp_of_single_steps_keeps_its_order(engine: Engine) -> None:
    """One of 65536 from pixel to pixel, on top of a far larger range, and one that bends."""
    ramp = np.tile(30_000.0 + np.arange(128), (24, 1))
    ramp[0, 0], ramp[-1, -1] = 0, 65535
    out = drawn(Sheet(ramp), engine).out
    assert np.diff(out[20:28, 20:236], axis=1).min() >= 0
    assert np.ptp(out[24, 20:236]) > 100
    bend = np.tile(np.rint(65535 / (1 + np.exp(-np.linspace(-6, 6, 200)))), (16, 1))
    assert np.diff(drawn(Sheet(bend, inner=(20_000, 40_000)), engine).out, axis=1).min() >= 0


def test_windows_leave_no_seams(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = np.mgrid[:40, :150]
    values = np.rint(2000 + 1500 * np.sin(x * y / 300) + 400 * np.sign(np.sin(x / 9)))
    whole = drawn(Sheet(values, inner=(900, 3000)), engine)
    monkeypatch.setitem(run.SIDES, 2, 64)
    parts = drawn(Sheet(values, inner=(900, 3000)), engine)
    assert np.abs(parts.out - whole.out).max() <= 1  # where a value lies between two steps
    assert (parts.out != whole.out).mean() < 0.01


def test_shrunk_back_it_is_the_source_and_waived_it_is_not(engine: Engine) -> None:
    rng = np.random.default_rng(1)
    values = np.rint(rng.uniform(1000, 3000, (48, 48)))
    values[0, :2] = 0, 4095
    with_, without = Sheet(values), Sheet(values)
    near = enhance_scene(with_, with_, QUICK, engine, Progress()).fits[0]
    far = enhance_scene(without, without, replace(QUICK, consistent=False), engine, Progress()).fits[0]
    assert near.count == values.size
    assert near.typical < 0.2 * far.typical


def test_gaps_do_not_reach_into_their_neighbours(engine: Engine) -> None:
    """Whatever fills the gaps, the result is the same, and the gaps stay where they were."""
    values = np.tile(np.rint(1000 + 500 * np.sin(np.arange(48) / 4)), (40, 1))
    valid = np.ones(values.shape, bool)
    valid[10:20, 15:30] = False
    outs = [drawn(Sheet(np.where(valid, values, gap), valid), engine).out for gap in (-30_000, 65_535, np.nan)]
    np.testing.assert_array_equal(outs[0], outs[1])
    np.testing.assert_array_equal(outs[0], outs[2])
    assert (outs[0][20:40, 30:60] == -1).all()
    assert (outs[0] == -1).sum() == 20 * 30
    held = outs[0][outs[0] != -1]
    assert held.min() >= values.min()
    assert held.max() <= values.max()


@pytest.mark.parametrize("value", [0.0, 7.0, -1e9])
def test_one_value_stays_that_value(engine: Engine, value: float) -> None:
    out = drawn(Sheet(np.full((12, 13), value)), engine, Wish())
    np.testing.assert_array_equal(out.out, value)
    np.testing.assert_array_equal(out.error, 0)


def test_an_empty_scene_stays_empty(engine: Engine) -> None:
    assert (drawn(Sheet(np.zeros((12, 13)), np.zeros((12, 13), bool)), engine).out == -1).all()


def test_errors_are_expected_at_edges(engine: Engine) -> None:
    values = np.tile(np.where(np.arange(64) % 16 < 8, 100.0, 3000.0), (64, 1))
    values[:, :20] = 100
    error = drawn(Sheet(values), engine, Wish()).error
    assert error[:, :20].max() < 1e-3 * 2900
    assert error[:, 40:].max() > 10 * error[:, :20].max()
    assert error.min() >= 0


@pytest.mark.parametrize(("inner", "shares"), [((-50.0, 90.0), WINDOW), ((0.5, 0.6), BULK), ((-2e3, 4e4), BULK)])
def test_mappings_rise_and_go_back(inner: tuple[float, float], shares: tuple[float, float]) -> None:
    mapping = bent(-1024, inner, 30_000, shares)
    values = np.linspace(-1024, 30_000, 65_536)
    mapped = mapping.into(values).astype(np.float32)
    assert np.diff(mapped).min() > 0
    assert (mapped[0], mapped[-1]) == (0, 1)
    np.testing.assert_allclose(mapping.back(mapping.into(values)), values, atol=1e-6)
    slope = np.diff(values)[0] / np.diff(mapping.into(values))
    middles = (mapping.into(values)[1:] + mapping.into(values)[:-1]) / 2
    assert (np.abs(mapping.steepness(middles) / slope - 1) > 1e-6).sum() <= 2


def test_a_wild_value_does_not_take_the_room_of_the_others() -> None:
    tally = Tally()
    tally.see(np.concatenate([np.linspace(0, 1, 10_000), [1e9]]), 1)
    low, high = tally.mapping().into(np.array([0.02, 0.98]))
    assert high - low > 0.8
