"""Enhancing on the command line: one picture, or a folder of them as a batch."""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import fields
from functools import partial

import torch

from enhancer.batch.hands import Hand, Here, Worker
from enhancer.batch.journal import opened
from enhancer.batch.one import enhanced
from enhancer.batch.order import Order
from enhancer.batch.places import File, of_file, of_folder
from enhancer.batch.row import DONE as MADE
from enhancer.batch.row import KEPT, LEFT, Row
from enhancer.batch.run import News, run
from enhancer.batch.summary import counted, write_summary
from enhancer.cli.auto import check_auto
from enhancer.cli.evidence import guards_of
from enhancer.cli.report import DONE, SOME_FAILED, complain, say, show
from enhancer.errors import BadOptions, Unwritable
from enhancer.hall import default_engine
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.tasks import TASKS
from enhancer.tasks.chain import Step


def run_enhance(a: argparse.Namespace) -> int:
    """Enhance a file to a file, or every picture of a folder to a folder; the same command again goes on."""
    order = _order(a)
    if a.input.is_dir():
        return _folder(a, order)
    if a.glob != "*" or a.workers > 1 or a.format:
        raise BadOptions("--glob, --workers and --format are for folders; the name of the output chooses the format.")
    file = of_file(a.input, a.output)
    row = enhanced(file, order, default_engine(), Progress(show))
    _told(file, row, a.auto)
    return DONE if row.there else SOME_FAILED


def _order(a: argparse.Namespace) -> Order:
    options = {f.name: getattr(a, f.name) for f in fields(TASKS[a.task].options)}
    given = {name: value for name, value in options.items() if value is not None}
    parse(TASKS[a.task].options, given)
    if a.auto:
        check_auto(a.task, given)
    return Order(
        steps=None if a.auto else (Step(a.task, given),),
        scale=a.scale if a.auto else None,
        guards=guards_of(a.protect, a.protect_mask),
        quality=a.jpeg_quality,
        embed=a.recipe,
        evidence=a.input.is_dir() or a.self_test,
        self_test=a.self_test,
    )


def _folder(a: argparse.Namespace, order: Order) -> int:
    """Exit code of a batch; its summary is written whatever ends it."""
    files = {f.name: f for f in of_folder(a.input, a.output, a.glob, a.format)}
    rows = list[Row]()
    with opened(a.output) as journal:
        try:
            with closing(run(list(files.values()), _hire(a.workers, order), a.workers, journal)) as batch:
                for news in batch:
                    _line(news)
                    if news.row is not None:
                        rows.append(news.row)
                        _told(files[news.row.source], news.row, a.auto)
        finally:
            _summed_up(rows, a)
    return DONE if all(row.there for row in rows) else SOME_FAILED


def _hire(workers: int, order: Order) -> Callable[[], Hand]:
    if workers == 1:
        return partial(Here, order, default_engine())
    return partial(Worker, order, max(1, torch.get_num_threads() // workers))


def _summed_up(rows: Sequence[Row], a: argparse.Namespace) -> None:
    if not rows:
        return
    say(counted(rows))
    try:
        write_summary(rows, a.output)
    except Unwritable:
        if not any(row.final for row in rows):  # which was told before
            raise


def _line(news: News) -> None:
    """Keep one line of progress on a terminal."""
    if sys.stderr.isatty():
        left = "" if news.remaining is None else f", about {news.remaining:.0f} s left"
        now = ", ".join(f"{name} {share:.0%}" for name, share in news.running)
        sys.stderr.write(f"\r\x1b[K{news.done} of {news.total}{left}  {now}" if news.row is None else "\r\x1b[K")


def _told(file: File, row: Row, auto: bool) -> None:
    """What became of a file, in lines."""
    if row.outcome == LEFT:
        return
    if not row.there:
        complain(f"{file.source}: {row.problem}")
        return
    size, seconds = f"{row.result_width}x{row.result_height}", f"{row.seconds:.1f} s"
    say(f"{file.source} → {file.target}  {size}  {KEPT if row.outcome == KEPT else seconds}")
    if row.outcome == MADE and auto:
        say(f"  {row.tasks.replace(' ', ', ') or 'nothing to do'}")
    for note in row.notes if row.outcome == MADE else ():
        say(f"  {note}")
