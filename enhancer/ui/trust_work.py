"""What the page does when somebody asks how far a result can be trusted: plain functions over a finished run."""

import math
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.evidence.receipt import Receipt, receipt
from enhancer.evidence.recipe import fingerprint
from enhancer.evidence.report import Map, Table, to_html
from enhancer.evidence.report_of import fit_map, level_map, long_date, report_of
from enhancer.evidence.self_test import PLAIN, UNTREATED, Damage, SelfTest, self_test
from enhancer.evidence.uncertainty import uncertainty
from enhancer.media.picture import Picture
from enhancer.metrics import METRICS, heading
from enhancer.models.catalog import CATALOG, entry
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import task
from enhancer.tasks.consistent import LEVELS
from enhancer.tasks.resize import colours, resize
from enhancer.tasks.restore import told_plane
from enhancer.trust import bundled, consistency, make_consistent
from enhancer.ui.display import reduced, save_display
from enhancer.ui.enhance_work import Finished, Pair, put_up, without_map, write
from enhancer.ui.picture_input import read
from enhancer.ui.words import duration

MAP_PIXELS = 3_000_000
MOVED = 3.0  # grey levels, from which a look closely shows that a pixel was changed
FIGURES = ("psnr", "ssim", "haarpsi")
# What is done to the picture to test models that keep its size: what each of them is for, in a middling degree.
TRIALS = {"denoise": Damage(noise=15), "deblock": Damage(quality=40), "mend": Damage(noise=8, quality=60)}
NO_NETWORK = "No network drew on this result."
NOT_LARGER = "The result is not larger than your picture, so it cannot be shrunk back and compared with it."
UNFAIR = "What this task undoes cannot be imitated fairly, so there is no such test for it."
FIRST_PASS = "The picture was enlarged in several passes; this map speaks of the first."
BLENDED = "The map speaks of what the network drew, before it was blended with the plain picture (strength {:g})."
FIT_READING = "Where it is dark, the result fits your picture; the lighter a place, the farther off it is."
CHAINED = "Only the result of Upscale alone can be made consistent."
ALREADY = "This result was made consistent already."


@dataclass(frozen=True)
class Proof:
    """What was asked for on one result so far, for its report."""

    tested: SelfTest | None = None
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
    return receipt(read(done.path, settings), file.read_bytes(), done.kept.load(), settings)


def incurable(done: Finished) -> str:
    """Why *Make consistent* cannot be had for this result; "" where it can."""
    if done.fit is None:
        return NOT_LARGER
    step, *others = done.recipe.steps
    if others or "consistent" not in step.options:
        return CHAINED
    return ALREADY if step.options["consistent"] else ""


def cure(done: Finished, settings: Settings, place: Path, progress: Progress) -> Finished:
    """The result made consistent, with a recipe that says so. Raises BadOptions where that cannot be had."""
    _refuse(incurable(done))
    source, before = read(done.path, settings), done.kept.load()
    after = make_consistent(before, source, progress=progress)
    was, now = consistency(before, source), consistency(after, source)
    (step,) = done.recipe.steps
    fitted = replace(step, options={**step.options, "consistent": True})
    recipe = replace(done.recipe, steps=(fitted,), result=fingerprint(after))
    pair, kept = put_up(source, after, place, progress)
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
    """Where the shrunk result differs from the picture. Raises BadOptions for results that are not larger."""
    _refuse(NOT_LARGER if done.fit is None else "")
    result = done.kept.load()
    found = consistency(result, read(done.path, settings))
    shown = fit_map(found)
    return View(_beside(result, shown, place), shown, shown.sentence, FIT_READING)


def unguessed(done: Finished) -> str:
    """Why there is no map of guesses for this result; "" where there is one."""
    return "" if done.model else NO_NETWORK


def guess(done: Finished, engine: Engine, place: Path, progress: Progress) -> View:
    """Where the network is guessing. Raises BadOptions where none drew, and what the engine raises."""
    _refuse(unguessed(done))
    step, pixels = done.recipe.steps[0], colours(read(done.path, engine.settings))
    options: Any = parse(task(step.task).options, step.options)
    share = 1.0 if step.options.get("crispness") is None else step.options["crispness"]
    model = engine.model(done.model, progress, share)
    plane = told_plane(step.task, options, model, pixels)
    found = uncertainty(engine, done.model, pixels, progress, plane, share)
    what = "Expected error" if found.calibrated else "Where the eight results differ"
    limits = _limits(done)
    shown = level_map(what, found.map, " ".join([found.verdict, *limits]))
    explanation = " ".join([*limits, found.explanation])
    return View(_beside(done.kept.load(), shown, place), shown, found.verdict, explanation)


def _limits(done: Finished) -> list[str]:
    options = done.recipe.steps[0].options
    several = done.size[0] > done.source_size[0] * entry(done.model).scale
    strength = options.get("strength", 1.0)
    return [FIRST_PASS] * several + [BLENDED.format(strength)] * (strength < 1)


def _beside(result: Picture, shown: Map, place: Path) -> Pair:
    small = reduced(result, MAP_PIXELS)
    drawn = Picture(resize(shown.pixels, small.height, small.width))
    left, _, _ = save_display(small, place / "result.png")
    right, _, _ = save_display(drawn, place / "map.png")
    return str(left), str(right)


def untested(done: Finished) -> str:
    """Why this result cannot be tested on its picture; "" where it can."""
    if not done.model:
        return NO_NETWORK
    return "" if done.recipe.steps[0].task in ("upscale", *TRIALS) else UNFAIR


def trial(done: Finished) -> tuple[int, Damage]:
    """By how much the picture is shrunk for the test, and what it suffers besides."""
    kind = done.recipe.steps[0].task
    if kind in TRIALS:
        return 1, TRIALS[kind]
    factor = max(r / s for r, s in zip(done.size, done.source_size, strict=True))
    return min(4, max(2, round(factor))), Damage()


def try_models(done: Finished, engine: Engine, progress: Progress) -> SelfTest:
    """The chosen model and the bundled ones for the same work, on the shrunken picture.

    Raises BadOptions where there is no such test, BadPicture for a picture that is too small.
    """
    _refuse(untested(done))
    factor, damage = trial(done)
    others = bundled(factor, entry(done.model).purpose)
    models = tuple(dict.fromkeys((done.model, *others)))
    return self_test(read(done.path, engine.settings), models, engine, progress, factor, damage)


def trial_table(tested: SelfTest) -> Table:
    """The figures of a test as text, rounded, with the verdicts as notes."""
    columns = ("", *(heading(METRICS[i]) for i in FIGURES), "Time")
    rows = tuple(
        (name_of(row.method), *(_rounded(i, row.figures[i]) for i in FIGURES), duration(row.seconds))
        for row in tested.rows
    )
    return Table("Tested on this picture", columns, rows, tested.about, tuple(row.verdict for row in tested.rows))


def name_of(method: str) -> str:
    """A row of the test as people call it."""
    plain = {PLAIN: "Plain resize", UNTREATED: "Untreated"}
    return plain.get(method) or next((e.title for e in CATALOG if e.id == method), method)


def _rounded(metric: str, figure: float) -> str:
    if figure == math.inf:
        return "∞"
    return f"{figure:.2f}" if metric == "psnr" else f"{figure:.4f}"


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
        tables=() if proof.tested is None else (trial_table(proof.tested),),
        maps=() if proof.guess is None else (proof.guess,),
    )
    page = place / f"{done.stem}-report.html"
    page.write_text(to_html(report), encoding="utf-8")
    return page


def _refuse(reason: str) -> None:
    if reason:
        raise BadOptions(reason)
