"""What people can set of Upscale, and which size that means: data and integers alone."""

import math
from dataclasses import dataclass, fields

from enhancer.errors import BadOptions
from enhancer.options import option
from enhancer.tasks.choose import AUTO, BEST_HELP, CRISPNESS_HELP, MODEL_HELP, STRENGTH_HELP
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
    check_targets(options)
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
            "Choose a smaller factor or target.",
            limit="max_output_pixels",
        )
    return out


TARGETS = {"scale": 0, "long_side": 1, "megapixels": 2, "width": 3, "height": 3}  # the same number may go together


def check_targets(options: UpscaleOptions) -> None:
    """Raises BadOptions for two targets at once."""
    wanted = [f.name for f in fields(options) if f.name in TARGETS and getattr(options, f.name) is not None]
    if len({TARGETS[name] for name in wanted}) > 1:
        raise BadOptions(f"Give one target size, not {' and '.join(wanted)}.")


def check_enlarges(model_id: str, scale: int) -> None:
    """Raises BadOptions for a model that keeps the size."""
    if scale == 1:
        raise BadOptions(f"{model_id} keeps the size of a picture; choose a model that enlarges, or another task.")


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


UPSCALE = Task(
    id="upscale",
    title="Upscale",
    summary="Enlarge a picture and draw its edges and texture anew.",
    family="learned",
    options=UpscaleOptions,
    home="enhancer.tasks.upscale",
)
