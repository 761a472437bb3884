"""python -m enhancer.training prepare | hash-folder: photographs into tiles, and lists of what may never enter."""

import argparse
from dataclasses import fields
from pathlib import Path

from enhancer.options import add_arguments, parse
from enhancer.training.prepare.plan import Plan
from enhancer.training.prepare.refusals import hash_folders, write_refusals
from enhancer.training.prepare.run import prepare

MOST_PROCESSES = 256


def run_prepare(arguments: argparse.Namespace) -> None:
    """Clean photographs and cut them into equal lossless tiles, with a report of what was left out and why."""
    a = arguments
    given = {f.name: getattr(a, f.name) for f in fields(Plan) if getattr(a, f.name) is not None}
    prepare(a.sources, a.out, parse(Plan, given), a.refuse, a.processes)


def run_hash_folder(arguments: argparse.Namespace) -> None:
    """Write the hashes of pictures that must never be trained on; `prepare --refuse` takes the file."""
    write_refusals(arguments.out, hash_folders(arguments.folders))


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`prepare` and `hash-folder`."""
    make = commands.add_parser("prepare", help=run_prepare.__doc__, description=run_prepare.__doc__)
    make.add_argument(
        "sources", nargs="+", type=Path, metavar="SOURCE", help="folder of pictures, or one of DIV2K or Flickr2K"
    )
    make.add_argument("out", type=Path, metavar="OUT", help="folder for tiles, manifest and report")
    make.add_argument(
        "--refuse", nargs="+", action="extend", type=Path, default=[], metavar="FOLDER",
        help="pictures that must not enter, or a list by hash-folder; the usual benchmarks are always refused",
    )  # fmt: skip
    make.add_argument("--processes", type=_processes, default=1, help="processes that look at pictures, default 1")
    add_arguments(make.add_argument_group("options"), Plan)
    make.set_defaults(call=run_prepare)
    note = commands.add_parser("hash-folder", help=run_hash_folder.__doc__, description=run_hash_folder.__doc__)
    note.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="folder of pictures, read recursively")
    note.add_argument("out", type=Path, metavar="OUT", help="JSON file of hashes")
    note.set_defaults(call=run_hash_folder)


def _processes(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST_PROCESSES:
        raise argparse.ArgumentTypeError(f"must lie between 1 and {MOST_PROCESSES}, not {count}")
    return count
