"""Recipes, verification and reports on the command line."""

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from enhancer.cli.report import DONE, SOME_FAILED, say, show
from enhancer.errors import BadOptions
from enhancer.evidence.guard import Guard, pack, wished
from enhancer.evidence.guard_words import BRUSH
from enhancer.evidence.recipe_files import content, recipe_and_file
from enhancer.evidence.report import to_html
from enhancer.evidence.report_of import long_date, report_of
from enhancer.evidence.verify import IDENTICAL
from enhancer.media import open_picture
from enhancer.media.files import named
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.classical_colour import luma
from enhancer.trust import verify

PAGES = (".html", ".htm")


def guards_of(wishes: Sequence[str], mask: Path | None) -> tuple[Guard, ...]:
    """What is protected, the white of a black and white picture last. Raises BadOptions, BadPicture."""
    guards = [wished(text) for text in wishes]
    if mask is not None:
        with named(mask):
            guards.append(Guard(BRUSH, mask=pack(luma(open_picture(mask).pixels)[0])))
    return tuple(guards)


def run_verify(a: argparse.Namespace) -> int:
    """Run a recipe again: bit-identical, how many decibels apart, or why that cannot be told."""
    verdict = verify(a.result, a.source, weights=a.weights, progress=Progress(show))
    say(verdict.sentence)
    for note in verdict.notes:
        say(f"  {note}")
    return DONE if verdict.outcome == IDENTICAL else SOME_FAILED


def run_report(a: argparse.Namespace) -> int:
    """Write a report on a result in one HTML file: before and after, maps, figures, receipt, recipe, licences."""
    if a.out.suffix.lower() not in PAGES:
        raise BadOptions(f"A report is written as {' or '.join(PAGES)}, not as {a.out.name}.")
    source, result = content(a.source), content(a.result)
    with named(a.result):
        recipe, _ = recipe_and_file(a.result)
    report = report_of(
        source,
        result,
        Settings.from_environment(),
        title=a.title or a.result.stem,
        names=(a.source.name, a.result.name),
        recipe=recipe,
        date=long_date(date.today()),
    )
    a.out.parent.mkdir(parents=True, exist_ok=True)
    a.out.write_text(to_html(report), encoding="utf-8")
    say(f"{a.out}  {a.out.stat().st_size / 1e6:.1f} MB")
    return DONE
