"""What the Enhance tab does behind its buttons: plain functions from a choice to files that the page shows."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from enhancer.engine import Engine
from enhancer.errors import Cancelled
from enhancer.evidence.consistency import Consistency
from enhancer.evidence.recipe import Recipe, record
from enhancer.evidence.recipe_files import beside, texts
from enhancer.hall import enhance
from enhancer.media import encode
from enhancer.media.formats import format_of
from enhancer.media.picture import Picture
from enhancer.progress import Progress
from enhancer.tasks.chain import Step
from enhancer.tasks.consistent import enlarged
from enhancer.tasks.resize import resize
from enhancer.trust import consistency
from enhancer.ui.controls import Choice
from enhancer.ui.crop import Crop, narrowed
from enhancer.ui.display import Kept, save_display
from enhancer.ui.picture_input import read

Pair = tuple[str, str]
OF_THE_WHOLE = {"equalise", "clahe", "white-balance", "wavelet", "total-variation"}  # depend on every pixel


@dataclass(frozen=True)
class Finished:
    """One run: before and after as display files, the exact result, and what is said about it.

    `path` is the uploaded file; `source_size` and `size` are (width, height) before and after; `model` is a catalogue
    id, or "" where no network drew; `recipe` says what really ran; `fit` is there for enlargements, with its map
    emptied; `cured` says what *Make consistent* did to this result.
    """

    pair: Pair
    kept: Kept
    path: Path
    stem: str
    what: str
    model: str
    seconds: float
    source_size: tuple[int, int]
    size: tuple[int, int]
    recipe: Recipe
    fit: Consistency | None
    cured: str = ""

    def forget(self) -> None:
        """Delete the stored pixels."""
        self.kept.forget()


@dataclass(frozen=True)
class Written:
    """A result as a file, and its recipe where one was asked for that the file cannot carry."""

    file: Path
    recipe: Path | None


def enhance_file(path: Path, choice: Choice, engine: Engine, place: Path, progress: Progress) -> Finished:
    """Decode, enhance, and put both sides into `place`. Raises the errors of `media` and of the task."""
    picture = read(path, engine.settings)
    size = picture.width, picture.height
    model = choice.model(size, engine.settings.max_output_pixels)
    began = time.perf_counter()
    result, recipe = record(picture, [Step(choice.task.id, choice.options)], engine, progress, path.read_bytes())
    seconds = time.perf_counter() - began
    progress.step(1, 1, "preparing the view")
    pair, kept = put_up(picture, result, place, progress)
    return Finished(
        pair=pair,
        kept=kept,
        path=path,
        stem=f"{path.stem}-{_mark(choice, picture, result)}",
        what=choice.task.title if model is None else model.title,
        model=model.id if model is not None and recipe.drawn else "",
        seconds=seconds,
        source_size=size,
        size=(result.width, result.height),
        recipe=recipe,
        fit=fit_of(result, picture),
    )


def put_up(before: Picture, after: Picture, place: Path, progress: Progress) -> tuple[Pair, Kept]:
    """Both sides as display files in `place`, and the result to keep. Raises Cancelled, and then keeps nothing."""
    pair, kept = _pair(before, after, place), Kept.keep(after)
    if progress.cancelled:  # nobody is left who would forget it later
        kept.forget()
        raise Cancelled("Stopped.")
    return pair, kept


def fit_of(result: Picture, source: Picture) -> Consistency | None:
    """How well an enlargement gives its source when it is shrunk, without the map; None for other results."""
    if not enlarged((result.width, result.height), (source.width, source.height)):
        return None
    return without_map(consistency(result, source))


def without_map(found: Consistency) -> Consistency:
    """Figure and words alone, which are small enough to be kept."""
    return replace(found, map=found.map[:0])


def preview(
    crop: Crop, size: tuple[int, int], choice: Choice, engine: Engine, place: Path, progress: Progress
) -> tuple[Pair, Crop, float]:
    """Enhance a crop of a picture of `size` alone → display files, the crop that was used, and seconds.

    Where the model must run twice, the crop is made smaller, so that the preview stays a matter of a second.
    """
    largest = engine.settings.max_output_pixels
    model = choice.model(size, largest)
    if model is not None:
        engine.model(model.id, progress)  # fetched before the clock starts
        crop = narrowed(crop, _growth_before_last_pass(model.scale, choice.result_size(size, largest)[0] / size[0]))
    part = choice.for_part(size, (crop.picture.width, crop.picture.height), largest)
    began = time.perf_counter()
    result = enhance(crop.picture, part.task.id, engine=engine, progress=progress, **part.options)
    seconds = time.perf_counter() - began
    return _pair(crop.shown(crop.picture), crop.shown(result), place), crop, seconds


def _growth_before_last_pass(scale: int, factor: float) -> int:
    grown = 1
    while scale > 1 and grown * scale < factor * (1 - 1e-6):
        grown *= scale
    return grown


def write(done: Finished, format_id: str, place: Path, recipe: bool = False) -> Written:
    """Encode a result as the command line would, and name it after the upload; on request with its recipe."""
    file = place / f"{done.stem}{format_of(format_id).suffixes[0]}"
    inside, outside = texts(done.recipe, format_id) if recipe else (None, None)
    file.write_bytes(encode(done.kept.load(), format_id, recipe=inside))
    if outside is None:
        return Written(file, None)
    beside(file).write_text(outside, encoding="utf-8")
    return Written(file, beside(file))


def _pair(before: Picture, after: Picture, place: Path) -> Pair:
    """Both sides at the size of the result, which the slider needs to lay them over each other."""
    alpha = None if before.alpha is None else resize(before.alpha, after.height, after.width)
    grown = before.with_pixels(resize(before.pixels, after.height, after.width), alpha)
    first, _, _ = save_display(grown, place / "before.png")
    second, _, _ = save_display(after, place / "after.png")
    return str(first), str(second)


def _mark(choice: Choice, before: Picture, after: Picture) -> str:
    if choice.task.id != "upscale":
        return choice.task.id
    return f"x{round(max(after.width / before.width, after.height / before.height), 2):g}"
