"""A tiny picture that the server enhances for itself now and then, to notice trouble before visitors do."""

import concurrent.futures
import logging
import math
from collections.abc import Sequence

import torch
from torch import Tensor

from enhancer import watch
from enhancer.engine import Engine
from enhancer.engine.jobs import Job
from enhancer.engine.results import really
from enhancer.engine.turns import Asker
from enhancer.metrics import psnr
from enhancer.models.contract import Model
from enhancer.models.entry import Bundled, Entry
from enhancer.progress import Progress
from enhancer.tasks.resize import resize

log = logging.getLogger(__name__)
SIDE, LEVELS = 48, 255  # pixels a side of the truth; its steps of grey
BETTER = 3.0  # dB over a plain resize; x2-fast has 7.5 and x4-fast 3.4, in bfloat16 as in float32
SAME = 0.5  # dB that it may differ from its first figure; float32 and bfloat16 differ by 0.02
PATIENCE = 30.0  # seconds until its picture counts as missed
TOO_MANY = 3  # misses in a row
ASKER = Asker("canary", quick=True, door="canary")


class Canary:
    """Tries the engine with the model of `entry`, through the queue of all jobs.

    `misses` in a row so far; `gain` is the last figure in dB over a plain resize, not a number before the first.
    """

    def __init__(self, engine: Engine, entry: Entry, patience: float = PATIENCE) -> None:
        self.misses, self.gain = 0, math.nan
        self._engine, self._entry, self._patience = really(engine), entry, patience
        self._first: float | None = None
        self._model: Model | None = None
        self._job: Job[float] | None = None

    @property
    def sick(self) -> bool:
        """Whether it missed too often in a row."""
        return self.misses >= TOO_MANY

    def look(self) -> None:
        """Try once, and count."""
        try:
            wrong = self._wrong(self._measured())
        except Exception as error:
            wrong = f"it failed: {error}"
        if wrong:
            self.misses += 1
            log.warning("the canary missed, %d in a row: %s", self.misses, wrong)
        elif self.misses:
            self.misses = 0
            log.info("the canary is well again")

    def _wrong(self, gain: float) -> str:
        """What is wrong with this figure, "" where nothing is."""
        self.gain = gain
        if not gain >= BETTER:
            return f"{gain:.2f} dB over a plain resize, where {BETTER:g} are expected"
        self._first = gain if self._first is None else self._first
        if abs(gain - self._first) > SAME:
            return f"{gain:.2f} dB over a plain resize, where it had {self._first:.2f} before"
        return ""

    def _measured(self) -> float:
        """Raises TimeoutError, also while the picture before is still not done, and what the engine raises."""
        if self._job is not None and not self._job.future.done():
            raise TimeoutError("the picture before is still not done")
        self._job = Job(self._gain, ASKER).start()
        if not concurrent.futures.wait([self._job.future], self._patience).done:
            self._job.progress.cancel()
            raise TimeoutError(f"its picture was not done in {self._patience:g} seconds")
        return self._job.result()

    def _gain(self, progress: Progress) -> float:
        with watch.apart():
            self._model = self._model or self._engine.model(self._entry.id, progress)
            truth = drawing()
            small = resize(truth, SIDE // self._model.scale, SIDE // self._model.scale)
            small = small.mul(LEVELS).round().div(LEVELS).clamp(0, 1)
            plain = resize(small, SIDE, SIDE).clamp(0, 1)
            return psnr(self._engine.run(self._model, small, progress), truth) - psnr(plain, truth)


def canary_model(catalog: Sequence[Entry]) -> Entry | None:
    """The smallest bundled model that enlarges clean pictures, None where there is none."""
    suited = [e for e in catalog if isinstance(e.source, Bundled) and e.purpose == "upscale" and not e.blind]
    return min(suited, key=lambda e: e.bytes or math.inf, default=None)


def drawing() -> Tensor:
    """A disc over slanted bars on soft colours, (3, SIDE, SIDE) in [0, 1]."""
    across = torch.linspace(-1, 1, 4 * SIDE)
    y, x = torch.meshgrid(across, across, indexing="ij")
    disc = ((x**2 + y**2).sqrt() < 0.6).float()
    bars = (torch.sin(9 * (x + 0.4 * y)) > 0).float()
    green = 0.15 + 0.5 * bars * (1 - disc) + 0.3 * disc * (0.5 + 0.3 * x)
    whole = torch.stack([0.2 + 0.6 * disc, green, 0.7 - 0.5 * disc + 0.2 * bars])
    return resize(whole.clamp(0, 1), SIDE, SIDE).clamp(0, 1)
