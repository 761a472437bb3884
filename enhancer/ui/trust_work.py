"""What the page does when somebody asks how far a result can be trusted: plain functions over a finished run."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from enhancer.engine import Engine
from enhancer.evidence.receipt import Receipt, receipt
from enhancer.evidence.recipe import fingerprint
from enhancer.evidence.report import Map, to_html
from enhancer.evidence.report_of import fit_map, level_map, long_date, report_of
from enhancer.evidence.self_test import SelfTest
from enhancer.evidence.uncertainty import uncertainty
from enhancer.media.picture import Picture
from enhancer.models.catalog import entry
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import task
from enhancer.tasks.chain import run_chain
from enhancer.tasks.choose import twin_of
from enhancer.tasks.consistent import LEVELS
from enhancer.tasks.resize import colours, resize
from enhancer.tasks.restore import told_plane
from enhancer.trust import consistency, make_consistent, without_map
from enhancer.ui.choice import UPSCALE
from enhancer.ui.display import reduced, save_display
from enhancer.ui.enhance_work import Finished, Pair, put_up, write
from enhancer.ui.picture_input import read
from enhancer.ui.trust_trial import NO_NETWORK, refuse, trial_table, wishes

MAP_PIXELS = 3_000_000
MOVED = 3.0  # grey levels, from which a look closely shows that a pixel was changed
NOT_LARGER = "The result is not larger than your picture, so it cannot be shrunk back and compared with it."
FIRST_PASS = "The picture was enlarged in several passes; this map speaks of the first."
BLENDED = "The map speaks of what the network drew, before it was blended with the plain picture (strength {:g})."
GUARDED = "The map speaks of what the network drew, also where your picture was protected from it."
FIT_READING = "Where it is dark, the result fits your picture; the lighter a place, the farther off it is."
NOT_LAST = "The last step did not enlarge the picture, so the result cannot be shrunk back and compared."
ONE_STEP = "The map speaks of {} alone: what the other steps took away, left or changed is not in it."
ALREADY = "This result was made consistent already."


@dataclass(frozen=True)
class Proof:
    """What was asked for on one result so far, for its report."""

    tested: tuple[SelfTest, ...] = ()
    guess: Map | None = None


@dataclass(frozen=True)
class View:
    """A map laid beside the result, both as display files of one size, and what it says."""

    pair: Pair
    map: Map
    verdict: str
    explanation: str


def checked(done: Finished, file: Path, settings: Settings) -> Receipt:
    """What of the uploaded picture is in the file that was made of it."""
    return receipt(read(done.path, settings), file.read_bytes(), done.kept.load(), settings, done.recipe)


def unfit(done: Finished) -> str:
    """Why this result cannot be shrunk and compared; "" where it can."""
    if done.fit is not None:
        return ""
    return NOT_LARGER if done.base is None else NOT_LAST


def incurable(done: Finished) -> str:
    """Why *Make consistent* cannot be had for this result; "" where it can."""
    return unfit(done) or (ALREADY if done.recipe.steps[-1].options["consistent"] else "")


def cure(done: Finished, settings: Settings, place: Path, progress: Progress) -> Finished:
    """The result made consistent with what its last step received, and a recipe that says so.

    Raises BadOptions where that cannot be had.
    """
    refuse(incurable(done))
    source, before = done.compared_with(settings), done.kept.load()
    after = make_consistent(before, source, progress=progress)
    was, now = consistency(before, source), consistency(after, source)
    *others, step = done.recipe.steps
    fitted = replace(step, options={**step.options, "consistent": True})
    recipe = replace(done.recipe, steps=(*others, fitted), result=fingerprint(after))
    pair, kept, _ = put_up(read(done.path, settings), after, place, progress)
    told = f"Made consistent: from {was.figure:.1f} to {now.figure:.1f} dB. {_moved(before, after)}"
    what = f"{done.what}, made consistent"
    return replace(done, pair=pair, kept=kept, what=what, recipe=recipe, fit=without_map(now), cured=told)


def _moved(before: Picture, after: Picture) -> str:
    off = (after.pixels - before.pixels).abs_().mean(0).mul_(LEVELS)
    most = float((off > MOVED).float().mean())
    share = f"{most:.0%}" if most >= 0.01 or most == 0 else "under 1%"
    return (
        f"For that, pixels were changed by {float(off.mean()):.1f} of {LEVELS} grey levels in the mean, and by more "
        f"than {MOVED:g} in {share} of the picture."
    )


def misfit(done: Finished, settings: Settings, place: Path, _: Progress) -> View:
    """Where the shrunk result differs from what it was made of. Raises BadOptions for results that are not larger."""
    refuse(unfit(done))
    result = done.kept.load()
    found = consistency(result, done.compared_with(settings))
    shown = fit_map(found)
    return View(_beside(result, shown, place), shown, shown.sentence, FIT_READING)


def unguessed(done: Finished) -> str:
    """Why there is no map of guesses for this result; "" where there is one."""
    return "" if done.model else NO_NETWORK


def guess(done: Finished, engine: Engine, place: Path, progress: Progress) -> View:
    """Where the network is guessing. Raises BadOptions where none drew, and what the engine raises."""
    refuse(unguessed(done))
    before, step = wishes(done)[: done.drew], done.recipe.steps[done.drew]
    given = run_chain(read(done.path, engine.settings), before, engine, progress)
    pixels = colours(given)
    options: Any = parse(task(step.task).options, step.options)
    asked = step.options.get("crispness") if twin_of(done.model) else None
    share = 1.0 if asked is None else asked
    model = engine.model(done.model, progress, share)
    plane = told_plane(step.task, options, model, pixels)
    found = uncertainty(engine, done.model, pixels, progress, plane, share)
    what = "Expected error" if found.calibrated else "Where the eight results differ"
    limits = _limits(done, (given.width, given.height))
    shown = level_map(what, found.map, " ".join([found.verdict, *limits]))
    explanation = " ".join([*limits, found.explanation])
    return View(_beside(done.kept.load(), shown, place), shown, found.verdict, explanation)


def _limits(done: Finished, given: tuple[int, int]) -> list[str]:
    step = done.recipe.steps[done.drew]
    several = step.task == UPSCALE.id and done.size[0] > given[0] * entry(done.model).scale
    strength = step.options.get("strength", 1.0)
    alone = [ONE_STEP.format(task(step.task).title)] * (len(done.recipe.steps) > 1)
    guarded = [GUARDED] * bool(done.recipe.guards)
    return [*alone, *[FIRST_PASS] * several, *[BLENDED.format(strength)] * (strength < 1), *guarded]


def _beside(result: Picture, shown: Map, place: Path) -> Pair:
    small = reduced(result, MAP_PIXELS)
    drawn = Picture(resize(shown.pixels, small.height, small.width))
    left, _, _ = save_display(small, place / "result.png")
    right, _, _ = save_display(drawn, place / "map.png")
    return str(left), str(right)


def report_page(done: Finished, proof: Proof, format_id: str, recipe: bool, place: Path, settings: Settings) -> Path:
    """The report on a result as one HTML file, with the test and the map of guesses where they were made."""
    result = write(done, format_id, place, recipe).file
    report = report_of(
        done.path.read_bytes(),
        result.read_bytes(),
        settings,
        title=done.stem,
        names=(done.path.name, result.name),
        recipe=done.recipe.written_as(format_id),
        date=long_date(date.today()),
        tables=tuple(map(trial_table, proof.tested)),
        maps=() if proof.guess is None else (proof.guess,),
    )
    page = place / f"{done.stem}-report.html"
    page.write_text(to_html(report), encoding="utf-8")
    return page
