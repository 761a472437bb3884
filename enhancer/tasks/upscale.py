"""Upscale by a factor or to a target size, with a catalogue model."""

import math
from dataclasses import dataclass, fields

from torch import Tensor

from enhancer.engine import Engine
from enhancer.engine.ensemble import enhanced
from enhancer.errors import BadOptions
from enhancer.media.picture import Picture
from enhancer.models.contract import Model
from enhancer.options import option
from enhancer.progress import Progress
from enhancer.tasks.choose import AUTO, BEST_HELP, CRISPNESS_HELP, MODEL_HELP, STRENGTH_HELP, open_model
from enhancer.tasks.consistent import check_enlarged, make_consistent
from enhancer.tasks.resize import colours, resize
from enhancer.tasks.task import Task

LARGEST_FACTOR = 16.0  # of a target size; two passes of the strongest network
CONSISTENT_HELP = "correct the result until it gives the picture again when it is shrunk; cures shifted colours"


@dataclass(frozen=True)
class UpscaleOptions:
    """At most one of `scale`, `long_side`, `megapixels`, or `width` and `height` may be given; else the factor is 2."""

    model: str = option(AUTO, MODEL_HELP)
    scale: float | None = option(None, "factor for both sides", minimum=1.0, maximum=4.0, step=0.1)
    long_side: int | None = option(None, "pixels of the longer side of the result", minimum=1, maximum=30_000, step=1)
    megapixels: float | None = option(None, "millions of pixels in the result", minimum=0.01, maximum=160, step=0.1)
    width: int | None = option(None, "pixels from left to right; alone, the height follows", minimum=1, maximum=30_000)
    height: int | None = option(None, "pixels from top to bottom; alone, the width follows", minimum=1, maximum=30_000)
    strength: float = option(1.0, STRENGTH_HELP, minimum=0.0, maximum=1.0, step=0.05)
    crispness: float | None = option(None, CRISPNESS_HELP, minimum=0.0, maximum=1.0, step=0.05)
    best: bool = option(False, BEST_HELP)
    consistent: bool = option(False, CONSISTENT_HELP)


def target_size(width: int, height: int, options: UpscaleOptions, largest: int) -> tuple[int, int]:
    """(width, height) of the result for a source of `width` x `height`.

    Raises BadOptions for two targets at once, and for a result over `largest` pixels or over 16 times a side.
    """
    wanted = [f.name for f in fields(options) if f.name in TARGETS and getattr(options, f.name) is not None]
    if len({TARGETS[name] for name in wanted}) > 1:
        raise BadOptions(f"Give one target size, not {' and '.join(wanted)}.")
    if options.width is not None and options.height is not None:
        out = options.width, options.height
    else:
        factor = _factor(width, height, options)
        out = max(1, round(width * factor)), max(1, round(height * factor))
    if max(out[0] / width, out[1] / height) > LARGEST_FACTOR:
        raise BadOptions(f"{width}x{height} to {out[0]}x{out[1]} is more than {LARGEST_FACTOR:g} times a side.")
    if out[0] * out[1] > largest:
        raise BadOptions(
            f"The result would have {out[0]}x{out[1]} pixels; the limit is {largest / 1e6:g} megapixels. "
            "Choose a smaller factor or target."
        )
    return out


TARGETS = {"scale": 0, "long_side": 1, "megapixels": 2, "width": 3, "height": 3}  # the same number may go together


def _factor(width: int, height: int, options: UpscaleOptions) -> float:
    if options.long_side is not None:
        return options.long_side / max(width, height)
    if options.megapixels is not None:
        return math.sqrt(options.megapixels * 1e6 / (width * height))
    if options.width is not None:
        return options.width / width
    if options.height is not None:
        return options.height / height
    return 2.0 if options.scale is None else options.scale


def upscale(picture: Picture, options: UpscaleOptions, engine: Engine, progress: Progress) -> Picture:
    """Enlarge with the network, as often as the target needs, then resize to it exactly; keep alpha and identity."""
    width, height = target_size(picture.width, picture.height, options, engine.settings.max_output_pixels)
    if options.consistent:
        check_enlarged((width, height), (picture.width, picture.height))
    source = colours(picture)
    pixels = resize(source, height, width)
    alpha = None if picture.alpha is None else resize(picture.alpha, height, width)
    if options.strength > 0:
        factor = max(width / picture.width, height / picture.height)
        drawn = resize(_enlarge(source, factor, options, engine, progress), height, width)
        pixels = pixels.lerp(drawn, options.strength)
    if options.consistent:
        pixels = make_consistent(pixels, source, progress)
    return picture.with_pixels(pixels, alpha)


def _enlarge(pixels: Tensor, factor: float, options: UpscaleOptions, engine: Engine, progress: Progress) -> Tensor:
    """Run the network until `factor` is reached; at least once, so that a factor of 1 sharpens."""
    reached = 1
    while True:
        model = open_model(engine, progress, options.model, "upscale", options.crispness, factor / reached)
        _check_pass(model, pixels, engine.settings.max_output_pixels)
        pixels = enhanced(engine, model, pixels, progress, best=options.best)
        reached *= model.scale
        if reached >= factor * (1 - 1e-6):
            return pixels


def _check_pass(model: Model, pixels: Tensor, largest: int) -> None:
    if model.scale == 1:
        raise BadOptions(f"{model.id} keeps the size of a picture; choose a model that enlarges, or another task.")
    grown = pixels.shape[1] * pixels.shape[2] * model.scale**2
    if grown > largest:
        raise BadOptions(
            f"On the way to this size, {model.id} would draw {grown / 1e6:.0f} megapixels; the limit is "
            f"{largest / 1e6:g}. Choose a smaller factor, or a model of a smaller scale."
        )


UPSCALE = Task(
    id="upscale",
    title="Upscale",
    summary="Enlarge a picture and draw its edges and texture anew.",
    family="learned",
    options=UpscaleOptions,
    run=upscale,
)
