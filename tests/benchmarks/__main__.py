"""python -m tests.benchmarks --json FILE --plot FILE: a table of ours and others."""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import torch

from enhancer.cli.report import say, table
from enhancer.evidence.cards import Point
from enhancer.evidence.plot import scatter, standalone
from tests.benchmarks.compare import Row, compare, fronts

BICUBIC = ("bicubic", 28.42)
PUBLIC = Path(__file__).resolve().parents[3] / "shared" / "weights-public"


def main() -> None:
    """Compare, print, and write what was asked for."""
    words = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    words.add_argument("--size", type=int, nargs=2, default=(320, 480), metavar=("HEIGHT", "WIDTH"))
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--weights", type=Path, default=PUBLIC if PUBLIC.is_dir() else None)
    words.add_argument("--busy", action="store_true", help="others compute here, too: one thread, by its own time")
    words.add_argument("--json", type=Path)
    words.add_argument("--plot", type=Path)
    a = words.parse_args()
    if a.busy:
        torch.set_num_threads(1)
    clock = time.process_time if a.busy else time.perf_counter
    rows = compare(tuple(a.size), a.rounds, a.weights, clock=clock)
    table([asdict(row) for row in rows], as_json=False)
    if a.json:
        a.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    if a.plot:
        a.plot.write_text(drawing(rows), encoding="utf-8")
        say(f"{a.plot} written")


def drawing(rows: list[Row]) -> str:
    """Set5 x4 PSNR against time, each network by its fastest way."""
    points = [Point(r.name, r.name.split(",")[0], r.milliseconds, r.psnr) for r in fronts(rows) if r.psnr is not None]
    unit = "milliseconds for each megapixel of the result"
    drawn = scatter(points, "Set5 x4 PSNR (dB)", BICUBIC, lambda milliseconds: f"{milliseconds:.0f} ms", unit=unit)
    return standalone(drawn, "Set5 x4 PSNR (dB) against time on one and the same processor")


if __name__ == "__main__":
    main()
