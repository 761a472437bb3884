"""Is a result better than doing nothing? What is tested on a visitor's own picture, and the figures as a table."""

import math

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.evidence import imitate
from enhancer.evidence.imitate import fair, halved
from enhancer.evidence.report import Table
from enhancer.evidence.self_test import PLAIN, STEPS, UNTREATED, Damage, SelfTest, self_test
from enhancer.metrics import METRICS, heading
from enhancer.models.catalog import CATALOG, entry
from enhancer.progress import Progress
from enhancer.tasks import task
from enhancer.tasks.chain import Step
from enhancer.trust import bundled
from enhancer.ui.choice import UPSCALE
from enhancer.ui.enhance_work import Finished
from enhancer.ui.picture_input import read
from enhancer.ui.words import duration

FIGURES = ("psnr", "ssim", "haarpsi")
UNFAIR = "What this task undoes cannot be imitated fairly, so there is no such test for it."
LEFT_OUT = "Left out of the test: {}. It changes the picture to what is liked, so there is no truth to compare with."
NOTHING_FOUND = "Neither noise nor compression was found in your picture, so there is nothing to imitate for a test."
NO_NETWORK = "No network drew on this result."


def untested(done: Finished) -> str:
    """Why this result cannot be tested on its picture; "" where it can."""
    steps = wishes(done)
    if len(steps) == 1 and not done.model:
        return NO_NETWORK
    if not fair(steps):
        return UNFAIR
    return NOTHING_FOUND if any(factor == 1 and damage == Damage() for factor, damage in trials(done)) else ""


def left_out(done: Finished) -> str:
    """What of a chain is not tested, in a sentence; "" where all of it is."""
    unfair = [task(step.task_id).title for step in wishes(done) if not fair([step])]
    return LEFT_OUT.format(", ".join(unfair)) if unfair else ""


def trials(done: Finished) -> tuple[tuple[int, Damage], ...]:
    """For each test by how much the picture is shrunk, and what it suffers besides."""
    grown = max(r / s for r, s in zip(done.size, done.source_size, strict=True))
    return imitate.trials(wishes(done), grown, done.damage)


def try_models(done: Finished, engine: Engine, progress: Progress) -> tuple[SelfTest, ...]:
    """What was done, and the bundled models for the same work, on the shrunken picture; one test for each of `trials`.

    Raises BadOptions where there is no such test, BadPicture for a picture that is too small.
    """
    refuse(untested(done))
    picture, tests = read(done.path, engine.settings), trials(done)
    several = fair(wishes(done)) if len(done.recipe.steps) > 1 else ()
    own, purpose = ((), UPSCALE.id) if several else ((done.model,), entry(done.model).purpose)
    found = []
    for n, (factor, damage) in enumerate(tests):
        others = () if several and factor == 1 else bundled(factor, purpose)
        models = tuple(dict.fromkeys((*own, *others)))
        part = progress.part(n, len(tests))
        half = halved(factor, done.damage)
        found.append(self_test(picture, models, engine, part, factor, damage, steps=several, halved=half))
    return tuple(found)


def wishes(done: Finished) -> tuple[Step, ...]:
    """What ran, as a chain."""
    return tuple(Step(step.task, step.options) for step in done.recipe.steps)


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
    plain = {PLAIN: "Plain resize", UNTREATED: "Untreated", STEPS: "Your steps"}
    return plain.get(method) or next((e.title for e in CATALOG if e.id == method), method)


def _rounded(metric: str, figure: float) -> str:
    if figure == math.inf:
        return "∞"
    return f"{figure:.2f}" if metric == "psnr" else f"{figure:.4f}"


def refuse(reason: str) -> None:
    """Raises BadOptions with this reason where there is one."""
    if reason:
        raise BadOptions(reason)
