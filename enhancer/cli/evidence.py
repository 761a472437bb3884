"""Recipes, verification and reports on the command line."""

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path

from enhancer.cli.report import say, show
from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadRecipe
from enhancer.evidence.receipt import for_results
from enhancer.evidence.recipe import Recipe
from enhancer.evidence.recipe_text import from_json, to_json
from enhancer.evidence.report import to_html
from enhancer.evidence.report_of import report_of
from enhancer.evidence.verify import IDENTICAL, verify
from enhancer.media import CARRIERS, Picture, decode, embedded_recipe, save_picture
from enhancer.media.files import format_for
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings

DONE, SOME_FAILED = 0, 1
BESIDE = ".recipe.json"  # behind the whole name of a result
PAGES = (".html", ".htm")


def save_result(result: Picture, target: Path, quality: int, recipe: Recipe | None) -> None:
    """Write a result, with its recipe in it, or beside it where the format carries none."""
    kind = format_for(target)
    text = None if recipe is None else to_json(recipe.written_as(kind.id, quality))
    save_picture(result, target, quality, text if kind.id in CARRIERS else None)
    if text is not None and kind.id not in CARRIERS:
        beside(target).write_text(text + "\n")


def run_verify(a: argparse.Namespace) -> int:
    """Run a recipe again: bit-identical, how many decibels apart, or why that cannot be told."""
    settings = Settings.from_environment()
    recipe, file = _recipe_and_file(a.result)
    if recipe is None:
        raise BadRecipe(f"{a.result} carries no recipe, nor is one beside it; `enhance --recipe` makes one.")
    as_then = replace(settings, precision=recipe.precision)
    result = None if file is None else decode(file, for_results(settings))
    verdict = verify(
        recipe,
        _content(a.source),
        Engine(Store(as_then), as_then),
        result=result,
        weights=a.weights,
        progress=Progress(show),
    )
    say(verdict.sentence)
    for note in verdict.notes:
        say(f"  {note}")
    return DONE if verdict.outcome == IDENTICAL else SOME_FAILED


def run_report(a: argparse.Namespace) -> int:
    """Write a report on a result in one HTML file: before and after, maps, figures, receipt, recipe, licences."""
    if a.out.suffix.lower() not in PAGES:
        raise BadOptions(f"A report is written as {' or '.join(PAGES)}, not as {a.out.name}.")
    source, result = _content(a.source), _content(a.result)
    recipe, _ = _recipe_and_file(a.result)
    today = date.today()
    report = report_of(
        source,
        result,
        Settings.from_environment(),
        title=a.title or a.result.stem,
        names=(a.source.name, a.result.name),
        recipe=recipe,
        date=f"{today.day} {today:%B} {today.year}",
    )
    a.out.parent.mkdir(parents=True, exist_ok=True)
    a.out.write_text(to_html(report), encoding="utf-8")
    say(f"{a.out}  {a.out.stat().st_size / 1e6:.1f} MB")
    return DONE


def beside(target: Path) -> Path:
    """Where the recipe of a result lies that cannot carry it."""
    return target.with_name(target.name + BESIDE)


def _recipe_and_file(path: Path) -> tuple[Recipe | None, bytes | None]:
    """The recipe that a result carries or has beside it, and the bytes of the result; also from the recipe's own path.

    Raises BadRecipe where it is damaged.
    """
    if path.name.endswith(".json"):
        result = path.with_name(path.name.removesuffix(BESIDE))
        there = result != path and result.is_file()
        return from_json(_text(path)), _content(result) if there else None
    data = _content(path)
    text = embedded_recipe(data)
    if text is None and beside(path).is_file():
        text = _text(beside(path))
    return None if text is None else from_json(text), data


def _text(path: Path) -> str:
    return _content(path).decode("utf-8", "replace")  # what is no text is no JSON either, and refused as such


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist")
    return path.read_bytes()
