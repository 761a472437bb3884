"""The benchmark times what it says it times."""

import time
from dataclasses import replace

import pytest
import torch

from enhancer.training.benchmark import benchmark, seconds
from tests.training.tiny import TINY


def test_a_table_of_two_formats_and_their_ratio() -> None:
    head, single, half, ratio = benchmark(replace(TINY, batch=2), steps=11)
    assert head.split() == ["format", "steps/s", "TFLOP/s", "network", "data", "rest"]
    speeds = []
    for name, line in (("float32", single), ("bfloat16", half)):
        label, rate, work, network, data, rest = line.split()
        assert label == name
        assert float(work) >= 0
        assert 0 < float(network.rstrip("%")) <= 150  # medians of different calls
        assert float(data.rstrip("%")) < 50
        assert float(rest.rstrip("%")) >= 0
        speeds.append(float(rate))
    assert float(ratio.split()[2]) == pytest.approx(speeds[1] / speeds[0], rel=0.05)


def test_seconds_is_the_median_of_calls_that_count() -> None:
    calls = iter([0.05, 0.05, 0.05, 0.0, 0.01, 0.08])  # three to warm up, then an outlier on either side
    assert seconds(lambda: time.sleep(next(calls)), 3, torch.device("cpu")) == pytest.approx(0.01, abs=0.009)
