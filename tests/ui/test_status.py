"""What the Status tab draws and says: true to the figures, in plain words."""

import re
from collections.abc import Iterator

import pytest

from enhancer import watch
from enhancer.engine import Engine
from enhancer.models.catalog import CATALOG
from enhancer.monitor import Monitor
from enhancer.monitor.meters import FAILURES
from enhancer.ui.status_charts import Series, bars, ceiling, lines, spread
from enhancer.ui.status_words import BUSY, KINDS, WELL, status
from enhancer.watch import What

NO_WORDS = {"EnhancerError", "TrainingError"}  # never raised behind a door


@pytest.fixture
def monitor(hall: Engine) -> Iterator[Monitor]:
    found = Monitor(hall, CATALOG)
    found.ready.set()
    watch.listen(found.meters)
    yield found
    watch._listeners = ()


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(("value", "above"), [(0, 1), (0.3, 0.5), (1, 1), (3, 5), (7, 10), (11, 20), (2.1e9, 5e9)])
def test_a_drawing_ends_at_a_round_number(value: float, above: float) -> None:
    assert ceiling(value) == above


def test_bars_stand_on_each_other_and_say_what_they_are() -> None:
    drawn = bars([Series("done", "go", [0, 3]), Series("failed", "bad", [0, 1])], ["before", "now"], "{:.0f}".format)
    found = re.findall(r"<rect class='(go|bad)' x='11' width='8' y='([\d.]+)' height='([\d.]+)'/>", drawn)
    assert found == [("go", "40.00", "60.00"), ("bad", "20.00", "20.00")]
    assert "<title>now: 3 done, 1 failed</title>" in drawn
    assert "<span>5</span>" in drawn


def test_lines_begin_where_the_samples_do() -> None:
    drawn = lines([Series("waiting", "warm", [0, 2])], [0.5, 1.0], "{:.0f}".format)
    assert "d='M50.00 100.00L100.00 0.00'" in drawn
    assert "aria-label='waiting 2'" in drawn


def test_a_spread_says_how_often_and_what_share() -> None:
    drawn = spread([1, 3], ["under <0", "over 0"], ["bad", "go"])
    assert "under &lt;0" in drawn
    assert "width:33.3%" in drawn
    assert "<b>3</b><span>75%</span>" in drawn


def test_it_says_what_was_counted(monitor: Monitor) -> None:
    before = text(status(monitor))
    assert WELL in before
    assert "Nothing went wrong since the start." in before
    assert before.count("Nothing measured yet.") == 2
    watch.tell(What.WORK, 0.2, door="page", outcome="done")
    watch.tell(What.WORK, 0.2, door="canary", outcome="done")
    watch.tell(What.CONSISTENCY, 47.0, model="x2-fast")
    watch.tell(What.GAIN, -0.5, model="x2-fast")
    watch.tell(What.REMEMBERED, outcome="hit")
    watch.failed(ZeroDivisionError())
    after = text(status(monitor))
    assert "Pictures done 1 Failed 0" in after, "the canary's picture is nobody's"
    assert "45 to 50 dB 1 100%" in after
    assert "-1 to -0.1 dB 1 100%" in after
    assert "Answered from memory 100%" in after
    assert f"{KINDS['Unexpected']} 1" in after


def test_what_is_wrong_stands_first(monitor: Monitor) -> None:
    assert monitor.canary is not None
    monitor.canary.misses = 1
    assert "try-out picture: missed" in status(monitor)
    monitor.canary.misses = 3
    assert "went wrong several times" in status(monitor)
    assert WELL not in status(monitor)
    monitor.ready.clear()
    assert "still being opened" in status(monitor)
    assert BUSY not in status(monitor)


def test_every_kind_of_failure_has_words() -> None:
    assert set(FAILURES) - NO_WORDS <= set(KINDS)
