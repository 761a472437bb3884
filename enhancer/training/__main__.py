"""python -m enhancer.training train | evaluate."""

import argparse
import logging
import sys
from pathlib import Path

from enhancer.errors import EnhancerError
from enhancer.training.evaluate import evaluate
from enhancer.training.loop import train
from enhancer.training.recipes import RECIPES


def run_evaluate(arguments: argparse.Namespace) -> None:
    """Print the table of `evaluate`."""
    rows = evaluate(arguments.models, arguments.sets, arguments.bench, arguments.scales)
    sys.stdout.write("\n".join(rows) + "\n")


def run_train(arguments: argparse.Namespace) -> None:
    """Train a recipe, or go on where it stopped."""
    a = arguments
    train(RECIPES[a.recipe], a.data, a.out, a.minutes, a.start)


def parser() -> argparse.ArgumentParser:
    """The command line of this room."""
    top = argparse.ArgumentParser(prog="python -m enhancer.training", description=__doc__)
    commands = top.add_subparsers(required=True)
    run = commands.add_parser("train", help=run_train.__doc__)
    run.add_argument("recipe", choices=sorted(RECIPES))
    run.add_argument("--data", type=Path, required=True, help="folder of equally sized lossless tiles")
    run.add_argument("--out", type=Path, required=True, help="folder of checkpoint and weights")
    run.add_argument("--minutes", type=float, required=True, help="training time in all, resumed runs included")
    run.add_argument("--start", type=Path, help="weights to start from (.safetensors)")
    run.set_defaults(call=run_train)
    judge = commands.add_parser("evaluate", help="measure models on benchmark folders, with a bicubic row beside them")
    judge.add_argument("models", nargs="*", default=["x2-fast", "x4-fast"], help="catalogue ids or weight files")
    judge.add_argument("--bench", type=Path, default=Path("../shared/data/bench"), help="folder of benchmark folders")
    judge.add_argument("--sets", nargs="+", default=["Set5", "Set14"])
    judge.add_argument("--scales", nargs="+", type=int, default=[2, 4])
    judge.set_defaults(call=run_evaluate)
    return top


def main() -> int:
    """Run one command; the exit code is 1 where it failed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    arguments = parser().parse_args()
    try:
        arguments.call(arguments)
    except (EnhancerError, FileNotFoundError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
