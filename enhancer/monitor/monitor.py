"""All that watches over one server: meters, the last minutes, the canary, and whether it is fit to take work."""

import threading
import time
from collections.abc import Callable, Sequence

from enhancer import watch
from enhancer.engine import Engine
from enhancer.engine.jobs import load
from enhancer.engine.results import remembering
from enhancer.models.entry import Bundled, Entry
from enhancer.monitor.canary import Canary, canary_model
from enhancer.monitor.history import EVERY, History
from enhancer.monitor.meters import Meters

STARTING = "The first model is still being opened; please try again later."
SICK = "The pictures that the server tries itself on went wrong several times in a row; its log says how."
SERIES = {  # of the history: what adds up under which name; a label that is given must be the same
    "done": ("enhancer_work_seconds_count", {"outcome": "done"}),
    "failed": ("enhancer_work_seconds_count", {"outcome": "failed"}),
    "reading": ("enhancer_stage_seconds_sum", {"stage": "decode"}),
    "drawing": ("enhancer_stage_seconds_sum", {"stage": "network"}),
    "writing": ("enhancer_stage_seconds_sum", {"stage": "encode"}),
    "waiting": ("enhancer_queue_length", {}),
    "working": ("enhancer_in_progress", {}),
    "memory": ("process_resident_memory_bytes", {}),
}
OURS = ("door", "canary")  # what the server does for itself is no work for anybody


class Monitor:
    """Counts and looks at the server from `start` on. `ready` is set when the first model is open."""

    def __init__(self, engine: Engine, catalog: Sequence[Entry]) -> None:
        self.began = time.time()
        self.ready = threading.Event()
        self.meters = Meters(e.id for e in catalog if isinstance(e.source, Bundled))
        self.history = History(self._series)
        self._asked: list[Callable[[], str | None]] = []
        self._every = engine.settings.canary_seconds
        entry = canary_model(catalog) if self._every else None
        self.canary = None if entry is None else Canary(engine, entry)
        memory = remembering(engine)
        self.meters.gauge("queue_length", "Jobs that wait for their turn.", lambda: load()[0])
        self.meters.gauge("in_progress", "Jobs that have their turn.", lambda: load()[1])
        self.meters.gauge("remembered_bytes", "What networks drew a moment ago.", lambda: memory.kept_bytes)
        self.meters.gauge("ready", "1 when new work is welcome.", lambda: self.obstacle is None)
        if (canary := self.canary) is not None:
            self.meters.gauge("canary_misses", "In a row, until now.", lambda: canary.misses)
            self.meters.gauge("canary_gain_db", "By how much its picture beat a plain resize.", lambda: canary.gain)

    @property
    def obstacle(self) -> str | None:
        """Why no work should be sent here now."""
        if not self.ready.is_set():
            return STARTING
        if self.canary is not None and self.canary.sick:
            return SICK
        return next((why for ask in self._asked if (why := ask()) is not None), None)

    def ask(self, obstacle: Callable[[], str | None]) -> None:
        """From now on, this says as well why no work should be sent here, None where it may be."""
        self._asked.append(obstacle)

    def start(self) -> None:
        """From now on until the process ends, in threads of their own."""
        watch.listen(self.meters)
        threading.Thread(target=_again, args=(self.history.take, EVERY), daemon=True, name="history").start()
        if self.canary is not None:
            threading.Thread(target=self._sing, args=(self.canary,), daemon=True, name="canary").start()

    def _sing(self, canary: Canary) -> None:
        self.ready.wait()
        _again(canary.look, self._every)

    def _series(self) -> dict[str, float]:
        values = self.meters.values()
        return {
            series: sum(
                value
                for (sample, labels), value in values.items()
                if sample == name and set(wanted.items()) <= labels and OURS not in labels
            )
            for series, (name, wanted) in SERIES.items()
        }


def _again(do: Callable[[], None], every: float) -> None:
    while True:
        do()
        time.sleep(every)
