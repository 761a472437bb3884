"""Tasks at the picture's own size: what differs between them is the purpose of the model, which is catalogue data."""

from dataclasses import dataclass

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.media.picture import Picture
from enhancer.options import option
from enhancer.progress import Progress
from enhancer.tasks.choose import AUTO, MODEL_HELP, STRENGTH_HELP, choose_model
from enhancer.tasks.resize import bleed
from enhancer.tasks.task import Task

PURPOSES = (
    ("denoise", "Denoise", "Take away the grain of a photograph shot in little light."),
    ("deblur", "Deblur", "Undo the blur of a shaken or moving camera."),
    ("deblock", "Repair JPEG", "Remove the blocks and rings that strong JPEG compression leaves."),
    ("lowlight", "Brighten", "Lift a picture taken in the dark."),
)


@dataclass(frozen=True)
class RestoreOptions:
    """Which model, and how much of it."""

    model: str = option(AUTO, MODEL_HELP)
    strength: float = option(1.0, STRENGTH_HELP, minimum=0.0, maximum=1.0, step=0.05)


def restore(purpose: str) -> Task:
    """The task that runs a model of this purpose. Its `run` raises BadOptions for a model that changes the size."""
    title, summary = next((t, s) for p, t, s in PURPOSES if p == purpose)

    def run(picture: Picture, options: RestoreOptions, engine: Engine, progress: Progress) -> Picture:
        model = engine.model(choose_model(options.model, purpose), progress)
        if model.scale != 1:
            raise BadOptions(f"{model.id} enlarges by {model.scale}; {title} keeps the size. Use Upscale for it.")
        source = picture.pixels if picture.alpha is None else bleed(picture.pixels, picture.alpha)
        restored = engine.run(model, source, progress)
        return picture.with_pixels(source.lerp(restored, options.strength), picture.alpha)

    return Task(purpose, title, summary, "learned", RestoreOptions, run)


RESTORE = tuple(restore(purpose) for purpose, _, _ in PURPOSES)
