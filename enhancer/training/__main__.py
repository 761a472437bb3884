"""python -m enhancer.training COMMAND: each command lives in its own file and is joined here."""

import argparse
import logging
import sys

from enhancer.errors import EnhancerError, sentence
from enhancer.training import average, benchmark, evaluate, export, join, prepare, publish, studio, teach, train_command
from enhancer.training.compress import command as compress
from enhancer.training.compress import prune
from enhancer.training.crops import section as crops
from enhancer.training.degradations import sheet
from enhancer.training.evaluate import calibrate

STOPPED = 130  # as shells have it for SIGINT
COMMANDS = (
    prepare,
    sheet,
    train_command,
    average,
    join,
    teach,
    evaluate,
    export,
    calibrate,
    crops,
    compress,
    prune,
    publish,
    studio,
    benchmark,
)


def parser() -> argparse.ArgumentParser:
    """The command line of this room."""
    top = argparse.ArgumentParser(prog="python -m enhancer.training", description="Train, judge and ship networks.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_command(commands)
    return top


def main() -> int:
    """Run one command; the exit code is 1 where it failed, 130 where it was stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    arguments = parser().parse_args()
    try:
        arguments.call(arguments)
    except (EnhancerError, OSError, ValueError) as error:
        sys.stderr.write(f"{sentence(error)}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return STOPPED
    return 0


if __name__ == "__main__":
    sys.exit(main())
