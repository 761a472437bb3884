"""Tasks at the picture's own size: what differs is the purpose of the model and what people may know of the damage."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from enhancer.engine import Engine
from enhancer.engine.ensemble import enhanced
from enhancer.errors import BadOptions
from enhancer.media.picture import Picture
from enhancer.models.contract import Model
from enhancer.options import option
from enhancer.progress import Progress
from enhancer.tasks.choose import AUTO, BEST_HELP, CRISPNESS_HELP, MODEL_HELP, STRENGTH_HELP, open_model
from enhancer.tasks.resize import colours
from enhancer.tasks.task import Task


@dataclass(frozen=True)
class RestoreOptions:
    """Which model, and how much of it."""

    model: str = option(AUTO, MODEL_HELP)
    strength: float = option(1.0, STRENGTH_HELP, minimum=0.0, maximum=1.0, step=0.05)
    best: bool = option(False, BEST_HELP)


@dataclass(frozen=True)
class MendOptions(RestoreOptions):
    """And how much the result may invent."""

    crispness: float | None = option(None, CRISPNESS_HELP, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class DenoiseOptions(RestoreOptions):
    """And how strong the noise is, where people want to rule that."""

    noise: float = option(
        0.0, "standard deviation in levels of 255; 0 lets the network judge", minimum=0, maximum=75, step=1
    )


@dataclass(frozen=True)
class DeblockOptions(RestoreOptions):
    """And how strong the compression was, where people know it."""

    quality: int = option(
        0, "quality that the JPEG was saved with; 0 lets the network judge", minimum=0, maximum=100, step=1
    )


@dataclass(frozen=True)
class Kind:
    """One purpose. `told` is the damage on the scale of the network's map, None where it is to judge by itself."""

    purpose: str
    title: str
    summary: str
    options: type[RestoreOptions] = RestoreOptions
    told: Callable[[Any], float | None] = lambda _options: None


def _noise(options: DenoiseOptions) -> float | None:
    return options.noise / 255 if options.noise else None


def _quality(options: DeblockOptions) -> float | None:
    return 1 - options.quality / 100 if options.quality else None


KINDS = (
    Kind("mend", "Clean up", "Noise, JPEG blocks and slight blur in one go, at the same size.", MendOptions),
    Kind("denoise", "Denoise", "Take away the grain of a photograph shot in little light.", DenoiseOptions, _noise),
    Kind("deblur", "Deblur", "Undo the blur of a shaken or moving camera."),
    Kind(
        "deblock",
        "Repair JPEG",
        "Remove the blocks and rings that strong JPEG compression leaves.",
        DeblockOptions,
        _quality,
    ),
    Kind("lowlight", "Brighten", "Lift a picture taken in the dark."),
)


def restore(kind: Kind) -> Task:
    """The task that runs a model of this purpose.

    Its `run` raises BadOptions for a model that changes the size or cannot be told what it was told.
    """

    def run(picture: Picture, options: RestoreOptions, engine: Engine, progress: Progress) -> Picture:
        crispness = getattr(options, "crispness", None)
        model = open_model(engine, progress, options.model, kind.purpose, crispness)
        if model.scale != 1:
            raise BadOptions(f"{model.id} enlarges by {model.scale}; {kind.title} keeps the size. Use Upscale for it.")
        source = colours(picture)
        plane = told_plane(kind.purpose, options, model, source)
        restored = enhanced(engine, model, source, progress, plane, options.best)
        return picture.with_pixels(source.lerp(restored, options.strength), picture.alpha)

    return Task(kind.purpose, kind.title, kind.summary, "learned", kind.options, run)


def told_plane(task_id: str, options: Any, model: Model, pixels: Tensor) -> Tensor | None:
    """What people said of the damage, as the map (1, H, W) that the network takes, alike all over the picture.

    None where they left it to the network, and for other tasks. Raises BadOptions for a model that takes no map.
    """
    kind = next((k for k in KINDS if k.purpose == task_id), None)
    level = None if kind is None else kind.told(options)
    if level is None:
        return None
    if not model.planes:
        raise BadOptions(f"{model.id} judges by itself how strong the damage is; leave that option out.")
    return torch.full_like(pixels[:1], level)


RESTORE = tuple(restore(kind) for kind in KINDS)
