"""Measuring a model from the page: one at a time, because two at once would make each other slow."""

import threading

from enhancer.engine import Engine
from enhancer.engine.jobs import POLL
from enhancer.evidence.measure import Speed, measure_model
from enhancer.progress import Progress

_turn = threading.Lock()


def measured(model_id: str, engine: Engine, progress: Progress) -> Speed:
    """Measure a model when nobody else measures one. Raises what `measure_model` raises."""
    while not _turn.acquire(timeout=POLL):
        progress.step(0, 1, "waiting for the measurement before")
    try:
        return measure_model(model_id, engine, progress)
    finally:
        _turn.release()
