"""The table of all that is counted, in the text format of Prometheus. To add a meter: one line in `METERS`."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from enhancer import errors, watch
from enhancer.watch import What

MEDIA_TYPE = CONTENT_TYPE_LATEST
PREFIX = "enhancer_"
OTHER = "other"  # stands for every model that is not bundled, so that strangers cannot make labels
MOST = 100.0  # dB; without any error they would be infinite, and so would every mean
SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
CONSISTENT = (20.0, 25.0, 30.0, 35.0, 40.0, 45.0, 50.0, 60.0)
GAINS = (-3.0, -1.0, -0.1, 0.1, 1.0, 2.0, 3.0, 5.0)


@dataclass(frozen=True)
class Meter:
    """A counter, or a histogram where there are `buckets`; `start` are values of its one label that begin at 0."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    start: tuple[str, ...] = ()

    def made(self, registry: CollectorRegistry) -> Counter | Histogram:
        """The meter itself."""
        name = PREFIX + self.name
        if self.buckets:
            return Histogram(name, self.help, self.labels, registry=registry, buckets=self.buckets)
        counter = Counter(name, self.help, self.labels, registry=registry)
        for value in self.start:
            counter.labels(value)
        return counter


FAILURES = tuple(name for name, kind in vars(errors).items() if isinstance(kind, type) and name != "Cancelled")
METERS: dict[What, Meter] = {
    What.REQUEST: Meter("requests", "Answered requests of HTTP.", ("route", "status")),
    What.WORK: Meter("work_seconds", "Jobs from their turn to their end.", ("door", "outcome"), SECONDS),
    What.WAITED: Meter("waited_seconds", "What jobs waited for their turn.", (), SECONDS),
    What.FAILED: Meter("failures", "Errors by their class.", ("kind",), start=(*FAILURES, watch.UNEXPECTED)),
    What.STAGE: Meter("stage_seconds", "Reading, drawing and writing of one picture.", ("stage", "model"), SECONDS),
    What.PIXELS: Meter("pixels", "Pixels of pictures.", ("way",), start=("read", "drawn", "written")),
    What.BYTES: Meter("file_bytes", "Bytes of files.", ("way",), start=("read", "written")),
    What.REMEMBERED: Meter(
        "remembered", "Networks asked for what may have been drawn before.", ("outcome",), start=("hit", "miss")
    ),
    What.LOADED: Meter("model_loads", "Models opened.", ("model",)),
    What.RESTARTED: Meter(
        "worker_restarts",
        "Processes that died at their work and were begun anew.",
        ("work",),
        start=("reading", "drawing"),
    ),
    What.CONSISTENCY: Meter(
        "consistency_db", "How well results, shrunk back, give what they were made of.", ("model",), CONSISTENT
    ),
    What.GAIN: Meter("self_test_gain_db", "By how much a model beat a plain resize.", ("model",), GAINS),
}
BOUNDED = {What.CONSISTENCY, What.GAIN}


class Meters:
    """All meters of one server; `models` are the ids that have labels of their own. Safe to use from any thread."""

    def __init__(self, models: Iterable[str]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a line more for each, which nobody needs
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._models = frozenset(models)
        self._meters = {what: meter.made(self.registry) for what, meter in METERS.items()}

    def hear(self, what: What, value: float, labels: Mapping[str, str]) -> None:
        """Count what happened."""
        meter = self._meters[what]
        if "model" in labels:
            labels = {**labels, "model": self._label(labels["model"])}
        if labels:
            meter = meter.labels(**labels)
        if isinstance(meter, Counter):
            meter.inc(value)
        else:
            meter.observe(min(MOST, max(-MOST, value)) if what in BOUNDED else value)  # not a number: the worst

    def gauge(self, name: str, help: str, read: Callable[[], float]) -> None:
        """A value that is looked up when somebody asks."""
        Gauge(PREFIX + name, help, registry=self.registry).set_function(read)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)

    def values(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        """All values now, by name and labels."""
        samples = (sample for metric in self.registry.collect() for sample in metric.samples)
        return {(s.name, frozenset(s.labels.items())): s.value for s in samples}

    def by(self, what: What, label: str) -> dict[str, float]:
        """What a counter has counted, by the values of one of its labels."""
        found = defaultdict[str, float](float)
        for (name, labels), value in self.values().items():
            if name == f"{PREFIX}{METERS[what].name}_total":
                found[dict(labels)[label]] += value
        return dict(found)

    def buckets(self, what: What) -> list[float]:
        """How often a histogram met each of its ranges, the last of which has no end."""
        limits = [*METERS[what].buckets, math.inf]
        upto = dict.fromkeys(limits, 0.0)
        for (name, labels), value in self.values().items():
            if name == f"{PREFIX}{METERS[what].name}_bucket":
                upto[float(dict(labels)["le"])] += value
        return [b - a for a, b in pairwise([0.0, *(upto[limit] for limit in limits)])]

    def _label(self, model: str) -> str:
        return model if model in self._models or not model else OTHER
