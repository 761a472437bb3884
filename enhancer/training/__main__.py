"""python -m enhancer.training train | evaluate"""

import argparse
import logging
from pathlib import Path

from enhancer.training.loop import train
from enhancer.training.recipes import RECIPES


def main() -> None:
    """Parse the command line and run one command."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    parser = argparse.ArgumentParser(prog="python -m enhancer.training", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("train", help="train a recipe, or go on where it stopped")
    run.add_argument("recipe", choices=sorted(RECIPES))
    run.add_argument("--data", type=Path, required=True, help="folder of equally sized lossless tiles")
    run.add_argument("--out", type=Path, required=True, help="folder of checkpoint, log and weights")
    run.add_argument("--minutes", type=float, required=True, help="training time in all, resumed runs included")
    run.add_argument("--start", type=Path, help="weights to start from (.safetensors)")
    run.set_defaults(call=lambda a: train(RECIPES[a.recipe], a.data, a.out, a.minutes, a.start))
    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
