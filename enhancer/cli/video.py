"""Enhancing a video on the command line."""

import argparse
import math
from dataclasses import fields
from pathlib import Path

from enhancer.cli.report import DONE, say, show
from enhancer.errors import BadOptions
from enhancer.evidence.recipe_files import content
from enhancer.hall import default_engine
from enhancer.media.files import named
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.tasks import TASKS
from enhancer.tasks.chain import Step
from enhancer.tasks.mask import mask_in, packed
from enhancer.video.facts import Part
from enhancer.video.run import enhance_video
from enhancer.video.told import noticed
from enhancer.video.wish import Wish, usual_wish


def run_video(a: argparse.Namespace) -> int:
    """Enhance a video, sound and times kept; the same command again goes on where it was stopped."""
    wish = _wish(a)
    with named(a.input):
        made = enhance_video(a.input, a.output, wish, default_engine(), Progress(show), resume=True)
    width, height = made.size
    frames = "1 frame" if made.frames == 1 else f"{made.frames} frames"
    say(f"{a.input} → {made.file}  {width}x{height}  {frames}  {made.seconds:.1f} s")
    for note in noticed(made):
        say(f"  {note}")
    return DONE


def _wish(a: argparse.Namespace) -> Wish:
    if not 0 <= a.begin < math.inf or not (a.preview is None or a.preview > 0):
        raise BadOptions("--begin takes seconds from 0 on, and --preview more than 0.")
    part = Part(a.begin, a.preview or 0.0)
    if a.task is None:
        return usual_wish(part) if a.model is None else Wish(a.model, (), part)
    options = {f.name: getattr(a, f.name) for f in fields(TASKS[a.task].options)}
    given = {name: value for name, value in options.items() if value is not None}
    if "mask" in given:  # on the command line the name of a file
        given["mask"] = packed(mask_in(content(Path(given["mask"])), default_engine().settings))
    parse(TASKS[a.task].options, given)
    return Wish("", (Step(a.task, given),), part)
