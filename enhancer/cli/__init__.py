"""The command line: python -m enhancer COMMAND."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from enhancer.cli.parser import parser
from enhancer.cli.report import DONE, ENDED, SOME_FAILED, STOPPED, UNREAD, WRONG_USAGE, complain
from enhancer.errors import BadPicture, EnhancerError, sentence
from enhancer.tasks import TASKS

__all__ = ["DONE", "ENDED", "SOME_FAILED", "UNREAD", "WRONG_USAGE", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; exit code 0 done, 1 some inputs failed, 2 wrong usage, 130 stopped, 141 nobody reads on."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    given = list(sys.argv[1:] if arguments is None else arguments)
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--task")
    task_id = first.parse_known_args(given)[0].task
    a = parser(task_id if task_id in TASKS else "upscale", task_id is not None).parse_args(given)
    module, name = a.home.split(":")
    try:
        result: int = getattr(import_module(module), name)(a)
        sys.stdout.flush()
    except BrokenPipeError:  # as of `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still to be flushed
        return UNREAD
    except BadPicture as error:
        complain(str(error))
        return SOME_FAILED
    except (EnhancerError, OSError, ValueError) as error:
        complain(sentence(error))
        return WRONG_USAGE
    except KeyboardInterrupt:
        complain("Stopped.")
        return STOPPED
    return result
