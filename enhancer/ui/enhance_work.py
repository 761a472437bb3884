"""What the Enhance tab does behind its buttons: plain functions from a choice to files that the page shows."""

import time
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

from enhancer.engine import Engine
from enhancer.engine.results import counting, saved_by
from enhancer.errors import Cancelled
from enhancer.evidence.consistency import Consistency
from enhancer.evidence.diagnosis import diagnose
from enhancer.evidence.imitate import damage_of
from enhancer.evidence.recipe import Recipe, record
from enhancer.evidence.recipe_files import beside, texts
from enhancer.evidence.report_pictures import uri
from enhancer.evidence.self_test import Damage
from enhancer.media import save_picture
from enhancer.media.formats import format_of
from enhancer.media.picture import Picture
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.chain import Step, for_part, run_chain
from enhancer.tasks.resize import sized
from enhancer.trust import fit_of
from enhancer.ui.choice import UPSCALE, Wish
from enhancer.ui.crop import MARGIN, NEAR, Crop, narrowed
from enhancer.ui.display import DISPLAY_PIXELS, Kept, reduced, save_display
from enhancer.ui.picture_input import read
from enhancer.ui.words import duration

Pair = tuple[str, str]
PAINTED_PIXELS = 700_000  # about 1000 pixels wide
UNHURT = Damage()
OF_THE_WHOLE = {"equalise", "clahe", "white-balance", "wavelet", "total-variation"}  # depend on every pixel


@dataclass(frozen=True)
class Took:
    """Seconds that work takes; where the engine `remembered` some of it, it took those the first time."""

    seconds: float
    remembered: bool = False

    @classmethod
    def since(cls, began: float, engine: Engine) -> "Took":
        """From a moment of `time.perf_counter` until now, on an engine that was counting from then on."""
        saved = saved_by(engine)
        return cls(time.perf_counter() - began + saved, saved > 0)

    @property
    def words(self) -> str:
        """To stand behind what was done."""
        return f" in {duration(self.seconds)}" + " the first time, and remembered" * self.remembered


@dataclass(frozen=True)
class Finished:
    """One run: before and after as display files, the exact result, and what is said about it.

    `path` is the uploaded file; `source_size` and `size` are (width, height) before and after; `model` is a catalogue
    id, or "" where no network drew; `recipe` says what really ran; `fit` is there for enlargements, with its map
    emptied; `cured` says what *Make consistent* did to this result. Where several steps ran, `model` is that of the
    last step in which a network drew, and `base` what the last step received, which the result is compared with.
    `damage` is what was found in the picture that a self-test can imitate; `bare` the result before parts of it were
    protected; `small` the uploaded picture as a link that holds a small JPEG, to paint over.
    """

    pair: Pair
    kept: Kept
    path: Path
    stem: str
    what: str
    model: str
    took: Took
    source_size: tuple[int, int]
    size: tuple[int, int]
    recipe: Recipe
    fit: Consistency | None
    cured: str = ""
    base: Kept | None = None
    damage: Damage = UNHURT
    bare: "Finished | None" = None
    small: str = ""
    asked: tuple[Step, ...] = ()

    @property
    def seconds(self) -> float:
        """What all of it takes."""
        return self.took.seconds

    @property
    def models(self) -> frozenset[str]:
        """The ids of all models that drew."""
        return frozenset(model.id for step in self.recipe.steps for model in step.models)

    @property
    def drew(self) -> int:
        """The last step in which a network drew, from 0; -1 where none did."""
        return max((n for n, step in enumerate(self.recipe.steps) if step.models), default=-1)

    @property
    def stored(self) -> list[Kept]:
        """The pixels on disk."""
        own = [kept for kept in (self.kept, self.base) if kept is not None]
        return own if self.bare is None else [*own, *self.bare.stored]

    def is_of(self, path: Path, wish: Wish) -> bool:
        """Whether this is what `wish` asks for with the picture at `path`."""
        return (self.path, self.asked) == (path, wish.steps)

    def compared_with(self, settings: Settings) -> Picture:
        """What the last step received. Raises BadPicture when that is no longer on the server."""
        return read(self.path, settings) if self.base is None else self.base.load()

    def forget(self, heir: "Finished | None" = None) -> None:
        """Delete the stored pixels, but for those that `heir` goes on with."""
        needed = [] if heir is None else [kept.folder for kept in heir.stored]
        for kept in self.stored:
            if kept.folder not in needed:
                kept.forget()


@dataclass(frozen=True)
class Written:
    """A result as a file, and its recipe where one was asked for that the file cannot carry."""

    file: Path
    recipe: Path | None


def enhance_file(path: Path, wish: Wish, engine: Engine, place: Path, progress: Progress) -> Finished:
    """Decode, enhance, and put both sides into `place`. Raises the errors of `media` and of the tasks."""
    picture, raw, largest = read(path, engine.settings), path.read_bytes(), engine.settings.max_output_pixels
    size, received = (picture.width, picture.height), deque[Picture](maxlen=1)
    engine, began = counting(engine), time.perf_counter()
    result, recipe = record(picture, wish.steps, engine, progress, raw, watch=received.append)
    took = Took.since(began, engine)
    progress.step(1, 1, "preparing the view")
    several, (base,) = len(recipe.steps) > 1, received
    damage = damage_of(diagnose(picture, raw)) if several or recipe.drawn else UNHURT
    pair, kept, kept_base = put_up(picture, result, place, progress, base if several else None)
    done = Finished(
        pair=pair,
        kept=kept,
        path=path,
        stem=f"{path.stem}-{wish.mark(size, (result.width, result.height))}",
        what=wish.what(size, largest),
        model="",
        took=took,
        source_size=size,
        size=(result.width, result.height),
        recipe=recipe,
        fit=fit_of(result, base, recipe) if recipe.steps[-1].task == UPSCALE.id else None,
        base=kept_base,
        damage=damage,
        small=uri(reduced(picture, PAINTED_PIXELS)),
        asked=wish.steps,
    )
    model = wish.models(size, largest)[done.drew] if recipe.drawn else None
    return done if model is None else replace(done, model=model.id)


def put_up(
    before: Picture, after: Picture, place: Path, progress: Progress, base: Picture | None = None
) -> tuple[Pair, Kept, Kept | None]:
    """Both sides as display files in `place`, and the result and `base` to keep.

    Raises Cancelled, and then keeps nothing.
    """
    pair, kept = side_by_side(before, after, place), Kept.keep(after)
    kept_base = None if base is None else Kept.keep(base)
    if progress.cancelled:  # nobody is left who would forget it later
        for one in filter(None, (kept, kept_base)):
            one.forget()
        raise Cancelled("Stopped.")
    return pair, kept, kept_base


def preview(
    crop: Crop, size: tuple[int, int], wish: Wish, engine: Engine, place: Path, progress: Progress
) -> tuple[Pair, Crop, Took]:
    """Enhance a crop of a picture of `size` alone → display files, the crop that was used, and what it took.

    Where a model must run twice, the crop is made smaller, so that the preview stays a matter of a second.
    """
    largest = engine.settings.max_output_pixels
    models = wish.models(size, largest)
    for model in filter(None, models):
        engine.model(model.id, progress)  # fetched before the clock starts
    crop = narrowed(crop, _growth_before_last_passes(wish, size, largest), NEAR if all(models) else MARGIN)
    part = for_part(wish.steps, size, (crop.picture.width, crop.picture.height), largest)
    engine, began = counting(engine), time.perf_counter()
    result = run_chain(crop.picture, part, engine, progress)
    took = Took.since(began, engine)
    return side_by_side(crop.shown(crop.picture), crop.shown(result), place), crop, took


def _growth_before_last_passes(wish: Wish, size: tuple[int, int], largest: int) -> int:
    """The most that any step must have grown the picture before the last pass of its network."""
    found = wish.sizes(size, largest)
    steps = zip(wish.models(size, largest), found[:-1], found[1:], strict=True)
    return max((_growth_before_last_pass(m.scale, after[0] / before[0]) for m, before, after in steps if m), default=1)


def _growth_before_last_pass(scale: int, factor: float) -> int:
    grown = 1
    while scale > 1 and grown * scale < factor * (1 - 1e-6):
        grown *= scale
    return grown


def write(done: Finished, format_id: str, place: Path, recipe: bool = False) -> Written:
    """Encode a result as the command line would, and name it after the upload; on request with its recipe."""
    file = place / f"{done.stem}{format_of(format_id).suffixes[0]}"
    inside, outside = texts(done.recipe, format_id) if recipe else (None, None)
    save_picture(done.kept.load(), file, recipe=inside)
    if outside is None:
        return Written(file, None)
    beside(file).write_text(outside, encoding="utf-8")
    return Written(file, beside(file))


def side_by_side(before: Picture, after: Picture, place: Path) -> Pair:
    """Both sides at the size of the result, which the slider needs to lay them over each other."""
    after = reduced(after, DISPLAY_PIXELS)
    under = sized(reduced(before, DISPLAY_PIXELS), after.height, after.width)
    first, _, _ = save_display(under, place / "before.png")
    second, _, _ = save_display(after, place / "after.png")
    return str(first), str(second)
