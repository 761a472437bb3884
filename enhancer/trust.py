"""The second hall: the questions of `evidence` asked about pictures and files, with the engine of this process."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from enhancer import watch
from enhancer.engine import Engine
from enhancer.errors import BadRecipe
from enhancer.evidence.consistency import Consistency
from enhancer.evidence.consistency import consistency as tensors_consistency
from enhancer.evidence.diagnosis import Diagnosis
from enhancer.evidence.diagnosis import diagnose as diagnosis_of
from enhancer.evidence.guard import Guard, guarded, wished
from enhancer.evidence.propose import propose, usual_factor
from enhancer.evidence.receipt import for_results
from enhancer.evidence.recipe import Recipe
from enhancer.evidence.recipe_files import content, recipe_and_file
from enhancer.evidence.self_test import Damage, SelfTest
from enhancer.evidence.self_test import self_test as test_models
from enhancer.evidence.uncertainty import Uncertainty
from enhancer.evidence.uncertainty import uncertainty as model_uncertainty
from enhancer.evidence.verify import Verdict
from enhancer.evidence.verify import verify as verify_recipe
from enhancer.hall import default_engine
from enhancer.media.decode import decode
from enhancer.media.files import named
from enhancer.media.picture import Picture
from enhancer.models.catalog import CATALOG, Bundled
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.chain import run_chain
from enhancer.tasks.choose import AUTO, choose_model, crisp_share
from enhancer.tasks.consistent import enlarged
from enhancer.tasks.consistent import make_consistent as tensors_consistent
from enhancer.tasks.resize import colours
from enhancer.watch import What


def consistency(result: Picture, source: Picture) -> Consistency:
    """Whether an enlarged picture, shrunk back, gives the one that it was made of: a figure in dB, a map and words.

    Raises BadOptions for a result that is not larger than its source.
    """
    return tensors_consistency(result.pixels, colours(source))


def fit_of(result: Picture, source: Picture, recipe: Recipe) -> Consistency | None:
    """How well what the last step of `recipe` enlarged gives `source`, which it received; None for other results.

    The map is emptied, so that it can be kept; those who watch over the quality are told.
    """
    if not enlarged((result.width, result.height), (source.width, source.height)):
        return None
    found = without_map(consistency(result, source))
    drawn = recipe.steps[-1].models
    watch.tell(What.CONSISTENCY, found.figure, model=drawn[-1].id if drawn else "")
    return found


def without_map(found: Consistency) -> Consistency:
    """Figure and words alone, which are small enough to be kept."""
    return replace(found, map=found.map[:0])


def make_consistent(result: Picture, source: Picture, *, progress: Progress | None = None) -> Picture:
    """The picture near `result` that does; what `enhance(..., consistent=True)` gives at once.

    Raises BadOptions as `consistency` does, Cancelled.
    """
    return result.with_pixels(tensors_consistent(result.pixels, colours(source), progress), result.alpha)


def protect(result: Picture, source: Picture, guards: Sequence[Guard | str]) -> Picture:
    """The result with less of the enhancement, or nothing of it, in what must not change: there the source shows.

    A guard is a word, as `text`, `calm` or `misfit=0.3` (30% let through), or a `Guard`. Raises BadOptions for other
    words, and for a misfit that is sought in a result which is not larger than its source.
    """
    named = [wished(guard) if isinstance(guard, str) else guard for guard in guards]
    return guarded(source, result, named)[0] if named else result


def self_test(
    picture: Picture,
    models: Sequence[str] = (),
    factor: int = 2,
    *,
    damage: Damage | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> SelfTest:
    """How good each model is on this very picture, which is shrunk by `factor` for that: figures beside a plain resize.

    Without `models`, the bundled ones that enlarge so much. Raises BadPicture for a picture that is too small,
    BadOptions for a factor below 1 and for one of 1 without damage.
    """
    chosen = tuple(models) or bundled(factor)
    return test_models(picture, chosen, engine or default_engine(), progress or Progress(), factor, damage)


def uncertainty(
    picture: Picture,
    model: str = AUTO,
    *,
    crispness: float | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Uncertainty:
    """Where a model is guessing: the error to expect at every pixel, from eight flips and turns of the picture.

    Takes eight times as long as one run. "auto" is the bundled model that enlarges by 2. Raises UnknownModel,
    BadOptions for a crispness that the model does not have, and what fetching raises.
    """
    chosen, token = choose_model(model, "upscale", 2.0), progress or Progress()
    share = crisp_share(chosen, crispness)
    return model_uncertainty(engine or default_engine(), chosen, colours(picture), token, crispness=share)


def verify(
    result: str | Path, source: str | Path, *, weights: str | Path | None = None, progress: Progress | None = None
) -> Verdict:
    """Run the recipe of a result file again on its source file: bit-identical, so many dB apart, or why neither.

    The recipe lies in the file or beside it, as `result.png.recipe.json`; `weights` is the local weight file of recipes
    that used one. Raises BadRecipe where there is no recipe, FileNotFoundError, BadPicture.
    """
    recipe, file = recipe_and_file(Path(result))
    if recipe is None:
        raise BadRecipe(f"{result} carries no recipe, nor is one beside it; `enhance --recipe` makes one.")
    as_then = replace(Settings.from_environment(), precision=recipe.precision)
    with named(result):
        finished = None if file is None else decode(file, for_results(as_then))
    with named(source):
        return verify_recipe(
            recipe,
            content(Path(source)),
            Engine(Store(as_then), as_then),
            result=finished,
            weights=None if weights is None else Path(weights),
            progress=progress,
        )


def diagnose(picture: Picture, file: bytes | None = None, *, progress: Progress | None = None) -> Diagnosis:
    """What ails a picture: noise, compression, softness, real detail, light, colour; each with its evidence.

    `file` are the bytes that it came from, which know the quality of a JPEG best. Raises Cancelled.
    """
    return diagnosis_of(picture, file, progress)


def auto(
    picture: Picture,
    scale: float | None = None,
    *,
    file: bytes | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Picture:
    """Diagnose a picture and do what `propose` says: mend what was found, then enlarge by `scale`, 1 to 4.

    Without `scale`, pictures under 4 megapixels become twice as large. A picture without faults that keeps its size
    comes back as it is. Raises ValueError for another scale, and what the tasks raise.
    """
    factor = usual_factor(picture.width, picture.height) if scale is None else scale
    chain = propose(diagnose(picture, file), factor).chain
    return run_chain(picture, chain, engine or default_engine(), progress or Progress())


def bundled(factor: float, purpose: str = "upscale") -> tuple[str, ...]:
    """The ids of the bundled models of a purpose that reach `factor` in one pass."""
    return tuple(e.id for e in CATALOG if isinstance(e.source, Bundled) and e.purpose == purpose and e.scale >= factor)
