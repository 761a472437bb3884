"""Upscale by a factor or to a target size, with a catalogue model."""

from torch import Tensor

from enhancer.engine import Engine
from enhancer.engine.ensemble import enhanced
from enhancer.errors import BadOptions
from enhancer.media.picture import Picture
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.tasks.choose import open_model
from enhancer.tasks.consistent import check_enlarged, make_consistent
from enhancer.tasks.resize import blended, colours, resize
from enhancer.tasks.upscale_options import UpscaleOptions, check_enlarges, target_size


def upscale(picture: Picture, options: UpscaleOptions, engine: Engine, progress: Progress) -> Picture:
    """Enlarge with the network, as often as the target needs, then resize to it exactly; keep alpha and identity."""
    settings = engine.settings
    width, height = target_size(picture.width, picture.height, options, settings.max_output_pixels)
    if options.consistent:
        check_enlarged((width, height), (picture.width, picture.height))
    source = colours(picture)
    alpha = None if picture.alpha is None else resize(picture.alpha, height, width, settings)
    pixels = resize(source, height, width, settings) if options.strength < 1 else source
    if options.strength > 0:
        factor = max(width / picture.width, height / picture.height)
        drawn = resize(_enlarge(source, factor, options, engine, progress), height, width)
        pixels = blended(pixels, drawn, options.strength)
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
    check_enlarges(model.id, model.scale)
    grown = pixels.shape[1] * pixels.shape[2] * model.scale**2
    if grown > largest:
        raise BadOptions(
            f"On the way to this size, {model.id} would draw {grown / 1e6:.0f} megapixels; the limit is "
            f"{largest / 1e6:g}. Choose a smaller factor, or a model of a smaller scale.",
            limit="max_output_pixels",
        )


RUNS = {"upscale": upscale}
