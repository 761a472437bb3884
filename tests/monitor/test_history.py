"""The last minutes: sums become growth for each span, and only a quarter of an hour is kept."""

from enhancer.monitor.history import KEPT, History, Sample, grown, line


def test_sums_become_growth_and_the_oldest_go() -> None:
    now = [0.0]
    history = History(lambda: {"done": now[0] // 10}, lambda: now[0])
    for _ in range(KEPT + 20):
        history.take()
        now[0] += 5
    samples = history.samples()
    assert len(samples) == KEPT + 1
    assert samples[-1].at - samples[0].at == KEPT * 5
    assert grown(samples, "done", 60, 3) == [6, 6, 6]


def test_before_the_first_sample_nothing_happened() -> None:
    samples = [Sample(100, {"done": 4, "waiting": 1}), Sample(130, {"done": 7, "waiting": 0})]
    assert grown(samples, "done", 60, 3) == [0, 0, 3]
    assert line(samples, "waiting") == [(30, 1), (0, 0)]
