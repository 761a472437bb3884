"""python -m enhancer.training train RECIPE: every recipe lists its own options."""

import argparse
from dataclasses import fields
from pathlib import Path

from enhancer.options import add_arguments
from enhancer.training.loop import Budget, train
from enhancer.training.recipes import RECIPES, SUMMARIES, Recipe, changed


def run_train(arguments: argparse.Namespace) -> None:
    """Train a recipe, or go on where it stopped."""
    a = arguments
    given = {f.name: getattr(a, f.name) for f in fields(Recipe) if getattr(a, f.name) is not None}
    train(changed(RECIPES[a.recipe], given), a.data, a.out, Budget(a.minutes, a.steps), a.start)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`train`, with one sub-command for each recipe."""
    top = commands.add_parser("train", help=run_train.__doc__, description=run_train.__doc__)
    recipes = top.add_subparsers(required=True, metavar="RECIPE", dest="recipe")
    for name, recipe in RECIPES.items():
        one = recipes.add_parser(name, help=SUMMARIES[name], description=SUMMARIES[name])
        one.add_argument("--data", type=Path, required=True, help="folder of tiles, as `prepare` makes it")
        one.add_argument("--out", type=Path, required=True, help="folder of checkpoint, weights, reports and samples")
        one.add_argument("--minutes", type=float, help="training time in all, resumed parts included")
        one.add_argument("--steps", type=int, help="steps in all, resumed parts included")
        one.add_argument("--start", type=Path, help="weights to start from")
        add_arguments(one.add_argument_group("options", "what may differ from the recipe"), Recipe, recipe)
        one.set_defaults(call=run_train)
