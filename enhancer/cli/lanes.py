"""Enlarging medical and satellite scenes on the command line."""

import argparse
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from enhancer.cli.report import DONE, say, show
from enhancer.hall import default_engine
from enhancer.lanes.lane import MEDICAL, SATELLITE, Lane
from enhancer.lanes.made import Made
from enhancer.lanes.medical import enhance_medical
from enhancer.lanes.satellite import enhance_satellite
from enhancer.lanes.told import told
from enhancer.lanes.wish import Wish
from enhancer.media.files import named
from enhancer.options import parse
from enhancer.progress import Progress


def run_medical(a: argparse.Namespace) -> int:
    """Enlarge a DICOM file into another, tags, geometry and bits kept. Not for diagnosis."""
    return _enlarged(a, MEDICAL, enhance_medical)


def run_satellite(a: argparse.Namespace) -> int:
    """Enlarge a GeoTIFF of any number of bands into another, its place on Earth and its tags kept."""
    return _enlarged(a, SATELLITE, enhance_satellite)


def _enlarged(a: argparse.Namespace, lane: Lane, enhance: Callable[..., Made]) -> int:
    wish = _wish(a)
    a.output.parent.mkdir(parents=True, exist_ok=True)
    with named(a.input):
        made = enhance(a.input, a.output, wish, default_engine(), Progress(show))
    _tell(a.input, made, wish, lane.layer)
    say(f"  {lane.notice}")
    return DONE


def _wish(a: argparse.Namespace) -> Wish:
    given = {f.name: getattr(a, f.name) for f in fields(Wish)}
    return parse(Wish, {name: value for name, value in given.items() if value is not None})


def _tell(source: Path, made: Made, wish: Wish, what: str) -> None:
    layers = f"1 {what}" if made.layers == 1 else f"{made.layers} {what}s"
    width, height = made.size
    say(f"{source} → {made.file}  {width}x{height}  {layers}  {made.work.model}  {made.work.seconds:.1f} s")
    for sentence in told(made, wish):
        say(f"  {sentence}")
