"""A part of a picture through a task, so that it shows what the whole result will show there."""

import math
import time
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.media import Picture
from enhancer.models.contract import Model
from enhancer.models.entry import Entry
from enhancer.progress import Progress
from enhancer.tasks import Task
from enhancer.tasks.choose import crisp_share
from enhancer.tasks.resize import bleed, resize
from enhancer.tasks.upscale_options import TARGETS, UpscaleOptions

Part = tuple[int, int, int, int]  # left, top, width, height in pixels
RIM = 8  # pixels around the part that the last resize looks at
TOLD = ("noise", "quality")  # options for networks that can be told how strong the damage is


@dataclass(frozen=True)
class Drawn:
    """A part at its final size, (3, h, w) in [0, 1], the seconds it took, and those that the whole would take."""

    pixels: Tensor
    seconds: float
    estimate: float


@dataclass(frozen=True)
class Setting:
    """What is looked at: `part` of the picture, which a task with its options takes to `target`, (width, height).

    Raises BadOptions for a part that is not inside the picture.
    """

    picture: Picture
    part: Part
    target: tuple[int, int]
    task: Task
    options: Any
    engine: Engine

    def __post_init__(self) -> None:
        left, top, width, height = self.part
        right, bottom = left + width, top + height
        if min(width, height) < 1 or min(left, top) < 0 or right > self.size[0] or bottom > self.size[1]:
            raise BadOptions(
                f"The part from {left}, {top} to {right}, {bottom} is not inside the picture, "
                f"which has {self.size[0]}×{self.size[1]} pixels."
            )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self.picture.width, self.picture.height

    @property
    def factor(self) -> float:
        """By how much the longer-growing side grows."""
        return max(after / before for after, before in zip(self.target, self.size, strict=True))

    @cached_property
    def plain(self) -> Drawn:
        """The part without a network."""
        began = time.perf_counter()
        frame = _widened(self.part, RIM, self.size)
        pixels = self._shown(self._source(frame), frame, 1)
        seconds = time.perf_counter() - began
        return Drawn(pixels, seconds, self._estimate(seconds, frame))

    def drawn(self, entry: Entry, progress: Progress) -> Drawn:
        """The part through a model.

        Raises BadOptions where the model would draw too much on the way to the whole, and what the task raises.
        """
        times, wishes = passes(entry.scale, self.factor), fitted(self.options, entry)
        grown = entry.scale**times
        self._check(entry, grown)
        share = crisp_share(entry.id, wishes.crispness) if hasattr(wishes, "crispness") else 1.0
        model = self.engine.model(entry.id, progress, share)
        self.engine.tiles(model, 1, 1)  # moves the network to the device and warms it, before the clock starts
        reach = math.ceil(model.halo * sum(entry.scale**-n for n in range(times)))
        window = _widened(self.part, RIM + reach, self.size, model.multiple_of)
        ready = _Ready(self.engine, self._looking_around(model))
        given, wishes = self._source(window), _exact(wishes, window, grown)
        began = time.perf_counter()
        result = self.task.run(Picture(given), wishes, ready, progress).pixels
        pixels = self.plain.pixels.lerp(self._shown(result, window, grown), self.options.strength)
        seconds = time.perf_counter() - began
        return Drawn(pixels, seconds, self._estimate(seconds, window))

    def _check(self, entry: Entry, grown: int) -> None:
        drawn, most = self.size[0] * self.size[1] * grown**2, self.engine.settings.max_output_pixels
        if isinstance(self.options, UpscaleOptions) and drawn > most:
            raise BadOptions(
                f"Left out: of the whole picture, {entry.title} would draw {drawn / 1e6:.3g} megapixels; "
                f"the limit is {most / 1e6:g}."
            )

    def _source(self, window: Part) -> Tensor:
        pixels, alpha = _cut(self.picture.pixels, window), self.picture.alpha
        return pixels if alpha is None else bleed(pixels, _cut(alpha, window))

    def _looking_around(self, model: Model) -> Model:
        """A network that glances at the picture is to see the whole one."""
        if not model.thumbnail:
            return model
        whole = self._source((0, 0, *self.size))
        context = model.glance(whole.reshape(-1, model.channels, *whole.shape[1:]))
        return _AllSeeing(**vars(model), context=context)

    def _shown(self, drawn: Tensor, window: Part, grown: int) -> Tensor:
        """From the window, grown so many times, to the part at its final size."""
        frame = _widened(self.part, RIM, self.size)
        exact = _cut(drawn, _times(_within(frame, window), grown, grown))
        right, down = (after / before for after, before in zip(self.target, self.size, strict=True))
        _, _, width, height = _times(frame, right, down)
        return _cut(resize(exact, height, width), _times(_within(self.part, frame), right, down))

    def _estimate(self, seconds: float, window: Part) -> float:
        return seconds * self.size[0] * self.size[1] / (window[2] * window[3])


def passes(scale: int, factor: float) -> int:
    """How often a model runs until `factor` is reached; at least once."""
    times = 1
    while scale > 1 and scale**times < factor * (1 - 1e-6):
        times += 1
    return times


def fitted(options: Any, entry: Entry) -> Any:
    """The options of a task for this model, without what it cannot be told."""
    deaf = (*(() if entry.twin else ("crispness",)), *(() if entry.hyperparameters.get("planes") else TOLD))
    return replace(options, model=entry.id, **{f.name: f.default for f in fields(options) if f.name in deaf})


def _exact(options: Any, window: Part, grown: int) -> Any:
    """At full strength, and grown by whole passes of the network, so that nothing is resized on the way."""
    options = replace(options, strength=1.0)
    if not isinstance(options, UpscaleOptions):
        return options
    target: dict[str, Any] = dict.fromkeys(TARGETS) | {"width": grown * window[2], "height": grown * window[3]}
    return replace(options, **target)


class _Ready(Engine):
    """An engine that has one model in its hands; all else it shares with the engine that it stands for."""

    def __init__(self, engine: Engine, model: Model) -> None:
        vars(self).update(vars(engine))
        self._model = model

    def model(self, model_id: str, progress: Progress | None = None, crispness: float = 1.0) -> Model:
        """The one model."""
        return self._model


@dataclass(frozen=True)
class _AllSeeing(Model):
    """A model that has glanced at the whole picture and sees a part of it."""

    context: Tensor | None = None

    def glance(self, pictures: Tensor) -> Tensor | None:
        """What it saw in the whole."""
        return self.context


def _widened(part: Part, margin: int, size: tuple[int, int], grid: int = 1) -> Part:
    """The part with so many pixels more at each side, where the picture has them, from a multiple of `grid` on."""
    left, width = _span(part[0], part[2], margin, size[0], grid)
    top, height = _span(part[1], part[3], margin, size[1], grid)
    return left, top, width, height


def _span(start: int, length: int, margin: int, extent: int, grid: int) -> tuple[int, int]:
    low = max(0, start - margin) // grid * grid
    return low, min(extent, start + length + margin) - low


def _within(part: Part, outer: Part) -> Part:
    """The part, counted from the corner of an outer one."""
    return part[0] - outer[0], part[1] - outer[1], part[2], part[3]


def _times(part: Part, right: float, down: float) -> Part:
    left, top, width, height = part
    return round(left * right), round(top * down), max(1, round(width * right)), max(1, round(height * down))


def _cut(x: Tensor, part: Part) -> Tensor:
    left, top, width, height = part
    return x[:, top : top + height, left : left + width]
