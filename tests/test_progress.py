"""Progress one way, cancelling the other."""

import time

import pytest

from enhancer.errors import Cancelled
from enhancer.progress import Progress


def test_steps_are_reported() -> None:
    seen: list[tuple[int, int, str]] = []
    progress = Progress(lambda p: seen.append((p.done, p.total, p.note)))
    progress.step(0, 2, "a")
    progress.step(1, 2, "b")
    assert seen == [(0, 2, "a"), (1, 2, "b")]


def test_the_next_step_after_a_cancel_raises() -> None:
    progress = Progress()
    progress.step(0, 2)
    assert not progress.cancelled
    progress.cancel()
    with pytest.raises(Cancelled):
        progress.step(1, 2)


def test_the_rest_is_estimated_from_what_is_done() -> None:
    progress = Progress()
    progress.step(0, 4)
    assert progress.remaining is None
    time.sleep(0.05)
    progress.step(1, 4)
    assert progress.remaining is not None
    assert 0.1 < progress.remaining < 1


def test_parts_move_the_whole_on_and_stop_with_it() -> None:
    seen: list[tuple[float, str]] = []
    whole = Progress(lambda p: seen.append((p.done / p.total, p.note)))
    for n in range(2):
        whole.part(n, 2).step(1, 4, "tile")
        whole.part(n, 2).step(4, 4, "tile")
    assert seen == [(0.125, "tile"), (0.5, "tile"), (0.625, "tile"), (1.0, "tile")]
    part = whole.part(0, 2)
    whole.cancel()
    with pytest.raises(Cancelled):
        part.step(2, 4)
