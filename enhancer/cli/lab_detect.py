"""What a detector finds before and after enhancement, on the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from enhancer.batch.places import made
from enhancer.cli.report import DONE, SOME_FAILED, complain, say, table
from enhancer.errors import BadOptions, EnhancerError
from enhancer.evidence.recipe_files import content
from enhancer.hall import default_engine, enhance
from enhancer.lab.detect import (
    CAVEAT,
    Comparison,
    compared,
    objects_in,
    on_the_first,
)
from enhancer.lab.detectors import detector_of
from enhancer.lab.framed import framed
from enhancer.lab.judged import precision, precision_sentence, shared_names
from enhancer.lab.wish import LookingOptions
from enhancer.media import Picture, open_picture, save_picture
from enhancer.media.files import named
from enhancer.models.annotated import read_annotated
from enhancer.models.detector import Detector, Found
from enhancer.options import parse
from enhancer.tasks import TASKS
from enhancer.tasks.chain import Step
from enhancer.tasks.check import check_steps
from enhancer.tasks.mask import mask_in, packed
from enhancer.tasks.upscale_options import UPSCALE


@dataclass(frozen=True)
class _Asked:
    """What is asked of each picture: by whom, from which score, and the options that were `given` for the task."""

    detector: Detector
    least: float
    given: dict[str, Any]
    a: argparse.Namespace

    def enhanced(self, picture: Picture) -> Picture:
        """The picture after it: the file that was given, or what the task makes of it."""
        if self.a.after is not None:
            with named(self.a.after):
                return open_picture(self.a.after, default_engine().settings)
        return enhance(picture, self.a.task or UPSCALE.id, **self.given)


def run_detect(a: argparse.Namespace) -> int:
    """Say what a detector finds in pictures before and after enhancement, and whether that helps it."""
    if bool(a.inputs) == (a.truths is not None):
        raise BadOptions("Give pictures, or --truths with a folder of pictures and their boxes.")
    if a.after is not None and len(a.inputs) != 1:
        raise BadOptions("--after goes with a single picture.")
    options = {f.name: getattr(a, f.name) for f in fields(TASKS[a.task or UPSCALE.id].options)}
    given = {name: value for name, value in options.items() if value is not None}
    if a.after is not None and (a.task is not None or given):
        raise BadOptions("--after is the enhanced picture; leave --task and its options out.")
    if "mask" in given:  # on the command line the name of a file
        given["mask"] = packed(mask_in(content(Path(given["mask"])), default_engine().settings))
    least = parse(LookingOptions, {} if a.least is None else {"least": a.least}).least
    if a.after is None:
        check_steps([Step(a.task or UPSCALE.id, given)])
    asked = _Asked(detector_of(a.detector, default_engine().settings), least, given, a)
    return _judged(asked, a.truths) if a.truths is not None else _told(asked)


def _told(asked: _Asked) -> int:
    rows, failed = list[dict[str, Any]](), 0
    names = made([file.name for file in asked.a.inputs], "png")
    for file, name in zip(asked.a.inputs, names, strict=True):
        try:
            picture = open_picture(file, default_engine().settings)
            after = asked.enhanced(picture)
            found = compared(picture, after, asked.detector, asked.least)
            _keep(asked.a.out, Path(name).stem, (picture, after), found)
        except EnhancerError as error:
            failed += 1
            complain(f"{file}: {error}")
        else:
            rows += _rows(file, found)
            if not asked.a.json:
                say(f"{file}: {' '.join(found.sentences)}")
    table(rows, asked.a.json)
    if not asked.a.json:
        say(CAVEAT)
    return SOME_FAILED if failed else DONE


def _judged(asked: _Asked, place: Path) -> int:
    """Average precision before and after, where people have drawn what is there."""
    truths = read_annotated(place)
    names = shared_names(truths, asked.detector)
    before, after = list[Sequence[Found]](), list[Sequence[Found]]()
    for file in truths.files:
        with named(file):
            picture = open_picture(file, default_engine().settings)
        before.append(objects_in(picture, asked.detector))
        after.append(on_the_first(picture, asked.enhanced(picture), asked.detector))
    figures = [precision(found, truths, names) for found in (before, after)]
    table(
        [{"pictures": len(truths), "average precision before": round(figures[0], 4), "after": round(figures[1], 4)}],
        asked.a.json,
    )
    if not asked.a.json:
        say(precision_sentence(figures[0], figures[1], len(truths)))
    return DONE


def _rows(file: Path, found: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "picture": str(file),
            "object": row.name,
            "before": None if row.before is None else round(row.before.score, 3),
            "after": None if row.after is None else round(row.after.score, 3),
            "change": None if row.change is None else round(row.change, 3),
        }
        for row in found.changes
    ]


def _keep(folder: Path | None, name: str, pictures: tuple[Picture, Picture], found: Comparison) -> None:
    """Both pictures with their boxes, where a folder was asked for."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for picture, second, mark in zip(pictures, (False, True), ("before", "after"), strict=True):
        save_picture(framed(picture, found, second), folder / f"{name}-{mark}.png")
