"""Enhancing on the command line: one picture, or a folder of them as a batch."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import torch

from enhancer.batch.afar import Afar, Sending, on_this_machine
from enhancer.batch.cluster import hiring
from enhancer.batch.hands import Here, Hire, Worker
from enhancer.batch.journal import Journal, opened, results_in
from enhancer.batch.one import enhanced
from enhancer.batch.order import Order
from enhancer.batch.places import File, of_file, of_folder
from enhancer.batch.row import DONE as MADE
from enhancer.batch.row import KEPT, LEFT, Row
from enhancer.batch.run import News, run
from enhancer.batch.summary import CSV, JSON, counted, write_summary
from enhancer.cli.auto import check_auto, understood
from enhancer.cli.evidence import guards_of
from enhancer.cli.parser import RAY
from enhancer.cli.report import DONE, SOME_FAILED, complain, say, show
from enhancer.errors import BadOptions, Unwritable
from enhancer.evidence.recipe_files import content
from enhancer.hall import default_engine
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import TASKS
from enhancer.tasks.chain import Step
from enhancer.tasks.check import check_steps
from enhancer.tasks.mask import mask_in, packed

FOR_FOLDERS = (
    "--glob, --workers, --engine, --format and addresses are for folders; the name of the output chooses the format."
)


def run_enhance(a: argparse.Namespace) -> int:
    """Enhance a file to a file, or every picture of a folder to a folder; the same command again goes on."""
    if isinstance(a.output, str):
        a.output = on_this_machine(a.output) or a.output
    order = _order(a)
    if a.input.is_dir():
        return _folder(a, order)
    if a.glob != "*" or a.workers not in (None, 1) or a.format or a.engine == RAY or isinstance(a.output, str):
        raise BadOptions(FOR_FOLDERS)
    file = of_file(a.input, a.output)
    row = enhanced(file, order, default_engine(), Progress(show))
    _told(file, row, a)
    return DONE if row.there else SOME_FAILED


def _order(a: argparse.Namespace) -> Order:
    options = {f.name: getattr(a, f.name) for f in fields(TASKS[a.task].options)}
    given = {name: value for name, value in options.items() if value is not None}
    if "mask" in given:  # on the command line the name of a file
        given["mask"] = packed(mask_in(content(Path(given["mask"])), default_engine().settings))
    parse(TASKS[a.task].options, given)
    steps: tuple[Step, ...] | None = (Step(a.task, given),)
    if a.auto:
        check_auto(a.task, given)
        steps = None
    elif a.say is not None:
        steps = understood(a.say, a.task, given).steps
    check_steps(steps or ())
    return Order(
        steps=steps,
        scale=a.scale if a.auto else None,
        guards=guards_of(a.protect, a.protect_mask),
        quality=a.jpeg_quality,
        embed=a.recipe,
        evidence=a.input.is_dir() or a.self_test,
        self_test=a.self_test,
    )


def _folder(a: argparse.Namespace, order: Order) -> int:
    """Exit code of a batch; its summary is written whatever ends it."""
    settings = Settings.from_environment()
    afar = Afar(a.output, settings) if isinstance(a.output, str) else None
    folder = a.output if afar is None else afar.folder
    among = results_in(folder) if a.input.resolve() == folder.resolve() else ()
    files = {f.name: f for f in of_folder(a.input, folder, a.glob, a.format, among)}
    rows = list[Row]()
    with opened(folder) as journal:
        try:
            hire, count = _hiring(a, order)
            sending = hire if afar is None else lambda progress: Sending(hire(progress), afar)
            with closing(run(list(files.values()), sending, count, journal)) as batch:
                for news in batch:
                    _line(news)
                    if news.row is not None:
                        rows.append(news.row)
                        _told(files[news.row.source], news.row, a)
        finally:
            _summed_up(rows, journal, folder, afar)
    return DONE if all(row.there for row in rows) else SOME_FAILED


def _hiring(a: argparse.Namespace, order: Order) -> tuple[Hire, int]:
    """What makes a hand, and how many there are to be."""
    if a.engine == RAY:
        hire, devices = hiring(order)
        return hire, min(a.workers or devices, devices)  # one too many would wait for ever
    if a.workers in (None, 1):
        engine = default_engine()
        return lambda _: Here(order, engine), 1
    threads = max(1, torch.get_num_threads() // a.workers)
    return lambda _: Worker(order, threads), a.workers


def _summed_up(rows: Sequence[Row], journal: Journal, folder: Path, afar: Afar | None) -> None:
    """Say what this run did, and write the summary of all that lies in the folder."""
    if not rows:
        return
    say(counted(rows))
    try:
        there = (lambda made: (folder / made).is_file()) if afar is None else afar.holds
        write_summary([*rows, *journal.besides(rows, there)], folder)
        if afar is not None:
            afar.send([folder / CSV, folder / JSON])
    except Unwritable:
        if not any(row.final for row in rows):  # which was told before
            raise


def _line(news: News) -> None:
    """Keep one line of progress on a terminal."""
    if sys.stderr.isatty():
        left = "" if news.remaining is None else f", about {news.remaining:.0f} s left"
        now = ", ".join(f"{name} {share:.0%}" for name, share in news.running)
        sys.stderr.write(f"\r\x1b[K{news.done} of {news.total}{left}  {now}" if news.row is None else "\r\x1b[K")


def _told(file: File, row: Row, a: argparse.Namespace) -> None:
    """What became of a file, in lines."""
    if row.outcome == LEFT:
        return
    if not row.there:
        complain(f"{file.source}: {row.problem}")
        return
    size, seconds = f"{row.result_width}x{row.result_height}", f"{row.seconds:.1f} s"
    target = f"{a.output.rstrip('/')}/{file.made}" if isinstance(a.output, str) else file.target
    say(f"{file.source} → {target}  {size}  {KEPT if row.outcome == KEPT else seconds}")
    if row.outcome == MADE and a.auto:
        say(f"  {row.tasks.replace(' ', ', ') or 'nothing to do'}")
    for note in row.notes if row.outcome == MADE else ():
        say(f"  {note}")
