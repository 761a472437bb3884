"""Tasks at the picture's own size: the purpose of the model, and what people may know of the damage. Data alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from enhancer.errors import BadOptions
from enhancer.options import option
from enhancer.tasks.choose import AUTO, BEST_HELP, CRISPNESS_HELP, MODEL_HELP, STRENGTH_HELP
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


def check_keeps_size(model_id: str, scale: int, title: str) -> None:
    """Raises BadOptions for a model that enlarges; `title` is that of the task."""
    if scale != 1:
        raise BadOptions(f"{model_id} enlarges by {scale}; {title} keeps the size. Use Upscale for it.")


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


RESTORE = tuple(
    Task(kind.purpose, kind.title, kind.summary, "learned", kind.options, "enhancer.tasks.restore") for kind in KINDS
)
