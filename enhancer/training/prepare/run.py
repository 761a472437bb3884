"""Sources in, a folder of tiles with manifest and report out; stopped anywhere, the same call goes on."""

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from enhancer.errors import TrainingError
from enhancer.training.prepare.choose import Choice, choose
from enhancer.training.prepare.files import Entry, Listing, listing, unwritable, write_atomic
from enhancer.training.prepare.plan import Plan
from enhancer.training.prepare.refusals import Refusal, gather
from enhancer.training.prepare.report import report
from enhancer.training.prepare.search import Search
from enhancer.training.prepare.sheet import cells_of_kept, cells_of_rejected, draw
from enhancer.training.prepare.survey import Journal, Survey, survey
from enhancer.training.prepare.write import write_manifest, write_tiles

log = logging.getLogger(__name__)

PROGRAM, VERSION = "enhancer.training prepare", 1
MARK = "settings.json"  # written first: a folder that holds it is ours


def prepare(sources: Sequence[Path], out: Path, plan: Plan, refuse: Sequence[Path] = (), processes: int = 1) -> Choice:
    """Clean and cut pictures: `out`/tiles, manifest.json, manifest.csv, report.html, kept.jpg and rejected.jpg.

    Pictures of benchmarks never enter, nor those in the folders or lists of hashes `refuse`. Calling it again goes on
    where it stopped, takes up new pictures and drops those that are gone; the same pictures give the same files.
    Raises TrainingError for a source that is no folder or holds no picture, for an `out` that is not ours, was made
    with other settings or cannot be written, and where no tile is left.
    """
    out = out.resolve()
    if plan.overlap >= plan.tile:
        raise TrainingError(f"Tiles of {plan.tile} pixels cannot overlap by {plan.overlap}; please give less.")
    found = listing(_outside(sources, out), leave_out=out)
    refusals = gather(refuse)
    settings = {"program": PROGRAM, "version": VERSION, **asdict(plan), "refused": _summary(refusals)}
    _claim(out, settings)
    surveys = _survey_all(found, plan, refusals, out / "journal.jsonl", processes)
    choice = choose(surveys, plan)
    paths = {e.name: e.path for e in found.entries}
    with tqdm(total=len(choice.kept), desc="cutting", unit="picture") as bar:
        rows = write_tiles(choice, paths, out / "tiles", plan, bar.update)
    write_atomic(out / "kept.jpg", draw(cells_of_kept(choice, paths), plan))
    write_atomic(out / "rejected.jpg", draw(cells_of_rejected(choice, paths), plan))
    write_atomic(out / "report.html", report(choice, found, settings))
    write_manifest(out, rows, choice, settings)
    log.info("%d tiles of %d pictures; %s says what was left out", len(rows), len(found.entries), out / "report.html")
    if not rows:
        raise TrainingError(f"No tile is left; {out / 'report.html'} says why, picture by picture.")
    return choice


def _outside(sources: Sequence[Path], out: Path) -> Sequence[Path]:
    for source in sources:
        if source.resolve() == out or out in source.resolve().parents:
            raise TrainingError(f"{source} lies in the folder to write, {out}; please choose another for one of them.")
    return sources


def _summary(refusals: Sequence[Refusal]) -> str:
    """The number of refused pictures and a hash over all of them."""
    together = "".join(sorted(r.sha256 for r in refusals))
    return f"{len(refusals)} pictures, {hashlib.sha256(together.encode()).hexdigest()[:16]}"


def _claim(out: Path, settings: dict[str, Any]) -> None:
    """Make the folder ours, or see that it is and was made with these settings."""
    mark = out / MARK
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            _check_mark(mark, settings)
        write_atomic(mark, (json.dumps(settings, indent=1) + "\n").encode())
        (out / "tiles").mkdir(exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from error


def _check_mark(mark: Path, settings: dict[str, Any]) -> None:
    known: Any = None
    if mark.is_file():
        try:
            known = json.loads(mark.read_text("utf-8"))
        except ValueError:
            log.info("%s is not JSON", mark)
    if not isinstance(known, dict) or known.get("program") != PROGRAM:
        raise TrainingError(f"{mark.parent} holds other files; please choose an empty folder.")
    differing = [k for k in settings if known.get(k) != settings[k]]
    if differing:
        k = differing[0]
        raise TrainingError(
            f"{mark.parent} was prepared with {k} {known.get(k)}, not {settings[k]}; please choose another folder."
        )


def _survey_all(found: Listing, plan: Plan, refusals: Sequence[Refusal], journal: Path, processes: int) -> list[Survey]:
    """The survey of every picture, from the journal where it is known."""
    known = Journal(journal)
    surveys = [s for e in found.entries if (s := known.get(e)) is not None]
    missing = [e for e in found.entries if known.get(e) is None]
    with tqdm(total=len(found.entries), initial=len(surveys), desc="looking at", unit="picture") as bar:
        for entry, one in zip(missing, _surveys(missing, plan, refusals, processes), strict=True):
            known.add(entry, one)
            surveys.append(one)
            bar.update()
    return surveys


def _surveys(entries: Sequence[Entry], plan: Plan, refusals: Sequence[Refusal], processes: int) -> Iterator[Survey]:
    look = partial(survey, plan=plan, search=Search(refusals))
    if processes == 1 or len(entries) < 2:
        yield from map(look, entries)
        return
    # Fresh processes: a fork of one that has computed with several threads may hang.
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        yield from pool.map(look, entries)
