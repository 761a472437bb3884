"""The soak in small, and that it finds a program which keeps what it should forget."""

from pathlib import Path

import pytest

from tests.benchmarks.soak import MOST, growth, left, soaked
from tests.server.conftest import running

PICTURES, FIRST, LARGEST = 90, 30, 0.12  # fewer than a reader reads before it is replaced
LEAK = 1000.0  # MiB for each thousand pictures


def test_a_straight_line_is_measured_after_the_first() -> None:
    points = [(n, 500.0 + 0.03 * n + (90.0 if n <= 200 else 0.0)) for n in range(50, 1001, 50)]
    assert growth(points) == pytest.approx(30)


def test_a_program_that_keeps_results_fails(tmp_path: Path) -> None:
    program = running(tmp_path, {}, ("-m", "tests.benchmarks.leaking"))
    server = next(program)
    before = set(left(server))
    found = growth(soaked(server, PICTURES, LARGEST), FIRST)
    assert set(left(server)) <= before
    program.close()
    assert found > MOST
    assert found > LEAK / 2
