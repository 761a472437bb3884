"""What networks drew a moment ago, so that the same request is not computed twice: bounded in bytes and in time."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from enhancer import watch
from enhancer.engine.engine import Engine
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.watch import What

SHARE = 4  # of the memory, at least so many results fit in; larger ones are not kept


@dataclass(frozen=True)
class _Drawn:
    """What was drawn, when, and what it took."""

    at: float
    result: Tensor
    seconds: float


class Results:
    """Keeps at most `most_bytes`, of which the least lately used go first, and nothing for longer than `seconds`.

    Safe to use from several threads. Pictures of visitors do not outlive `seconds` even when nobody asks any more.
    """

    def __init__(self, most_bytes: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most_bytes, seconds, clock
        self._kept: OrderedDict[str, _Drawn] = OrderedDict()
        self._guard = threading.Lock()
        self._sweeper: threading.Timer | None = None

    @property
    def largest(self) -> int:
        """Bytes of the largest result that is kept."""
        return self._most // SHARE

    @property
    def bytes(self) -> int:
        """Bytes that are kept now."""
        with self._guard:
            return self._held()

    def get(self, key: str) -> Tensor | None:
        """A copy of what was kept under this key, None where nothing is, or no longer."""
        with self._guard:
            self._drop_old()
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key].result.clone()

    def took(self, key: str) -> float:
        """Seconds that it took to draw what is kept under this key, 0 where nothing is."""
        with self._guard:
            return self._kept[key].seconds if key in self._kept else 0.0

    def put(self, key: str, result: Tensor, seconds: float = 0.0) -> None:
        """Keep a copy of what took so many seconds, if it is not too large."""
        if _size(result) > self.largest:
            return
        copy = result.clone()
        with self._guard:
            self._drop_old()
            self._kept[key] = _Drawn(self._clock(), copy, seconds)
            while self._held() > self._most:
                self._kept.popitem(last=False)
            self._sweep_later()

    def sweep(self) -> None:
        """Drop what is too old, and look again later if something is left."""
        with self._guard:
            self._sweeper = None
            self._drop_old()
            self._sweep_later()

    def _held(self) -> int:
        return sum(_size(drawn.result) for drawn in self._kept.values())

    def _drop_old(self) -> None:
        oldest = self._clock() - self._seconds
        for key in [key for key, drawn in self._kept.items() if drawn.at <= oldest]:
            del self._kept[key]

    def _sweep_later(self) -> None:
        if self._kept and self._sweeper is None:
            oldest = min(drawn.at for drawn in self._kept.values())
            self._sweeper = threading.Timer(max(0.0, oldest + self._seconds - self._clock()), self.sweep)
            self._sweeper.daemon = True
            self._sweeper.start()


class Remembering(Engine):
    """An engine that first looks whether the very same was drawn before; all else it shares with `engine`.

    `saved` are the seconds that its answers from memory once took.

    For doors that answer people. Where something is measured or proved (speeds, self-tests, the verification of a
    recipe), the engine itself must run.
    """

    def __init__(self, engine: Engine, results: Results) -> None:
        vars(self).update(vars(engine))
        self.engine, self._results, self.saved = engine, results, 0.0

    @property
    def kept_bytes(self) -> int:
        """What is remembered now."""
        return self._results.bytes

    def run(self, model: Model, pixels: Tensor, progress: Progress, plane: Tensor | None = None) -> Tensor:
        """As `Engine.run`; models without a file that stands behind them are always run."""
        if not model.origins or _size(pixels) * model.scale**2 > self._results.largest:
            return self.engine.run(model, pixels, progress, plane)
        key = self._key(model, pixels, plane)
        found = self._results.get(key)
        watch.tell(What.REMEMBERED, outcome="miss" if found is None else "hit")
        if found is None:
            began = time.perf_counter()
            found = self.engine.run(model, pixels, progress, plane)
            self._results.put(key, found, time.perf_counter() - began)
        else:
            self.saved += self._results.took(key)
            progress.step(1, 1, model.id)
        return found

    def _key(self, model: Model, pixels: Tensor, plane: Tensor | None) -> str:
        """The sha256 of all that the result depends on: weights and their shares, number format, device, pixels."""
        weights = [(origin.sha256, origin.share) for origin in model.origins]
        found = hashlib.sha256(repr((weights, str(self.precision_of(model)), str(self.device))).encode())
        for x in (pixels, plane):
            found.update(repr(None if x is None else tuple(x.shape)).encode())
            if x is not None:
                found.update(x.contiguous().numpy().data.cast("B"))
        return found.hexdigest()


def remembering(engine: Engine) -> "Remembering":
    """An engine like this one that remembers, within the limits of its settings; itself where it does already."""
    if isinstance(engine, Remembering):
        return engine
    return Remembering(engine, Results(engine.settings.results_memory, engine.settings.results_seconds))


def counting(engine: Engine) -> Engine:
    """The same engine with the same memory, which counts from now on what it `saved`."""
    return Remembering(engine.engine, engine._results) if isinstance(engine, Remembering) else engine


def saved_by(engine: Engine) -> float:
    """Seconds that were not needed again, because the engine remembers."""
    return engine.saved if isinstance(engine, Remembering) else 0.0


def really(engine: Engine) -> Engine:
    """The engine that runs everything anew."""
    return engine.engine if isinstance(engine, Remembering) else engine


def _size(x: Tensor) -> int:
    return x.numel() * x.element_size()
