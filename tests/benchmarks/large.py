"""Pictures larger than the memory, file to file: `python -m tests.benchmarks.large`, pass or fail for each line.

Peaks of memory do not depend on what else runs here. Times are taken in turns and compared as ratios of medians.
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from enhancer.cli.report import say
from enhancer.hall import enhance
from enhancer.media import open_picture, save_picture
from enhancer.models.catalog import entry
from enhancer.settings import Settings
from tests.conftest import ROOT
from tests.media.make import photo

GIB = 2**30
BLOCK = 2000  # pixels a side of the result of one block: every megapixel of every picture holds the same
SMALL, LARGE, HUGE = 1, 5, 10  # blocks a side: results of 4, 100 and 400 megapixels
ABOVE_IDLE, LIMIT = 1.5, 3.0  # GiB that the large one may take more than the idle program, and the huge one in all
SLOWER = 1.1  # times the seconds that a megapixel of the small one takes
JOBS = (("jpg", "png"), ("jpg", "jpg"), ("jpg", "tif"), ("tif", "png"))
ROUNDS, TURNS = 3, 6  # large pictures that are timed, and small ones around each
EVERY = 0.02  # seconds between two looks at the memory of a program
LIMITS = {"ENHANCER_MAX_PIXELS": 10**9, "ENHANCER_MAX_OUTPUT_PIXELS": 10**9, "ENHANCER_MAX_BYTES": 10**9}
FIELDS = {"resident": "VmHWM", "anonymous": "RssAnon", "virtual": "VmPeak"}  # by the words of proc_pid_status(5)


@dataclass(frozen=True)
class Line:
    """One figure, the most that it may be, and whether it is; None where it is only told."""

    what: str
    value: float
    unit: str
    most: float | None = None
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """In words."""
        return "" if self.most is None else f"<= {self.most:g}: {'pass' if self.met else 'FAIL'}"


@dataclass(frozen=True)
class Peak:
    """The most of each kind of memory that a program took, in GiB, and what it complained of when it failed."""

    resident: float
    anonymous: float
    virtual: float
    complaint: str


def sources(folder: Path, model: str) -> None:
    """A JPEG and a TIFF of each size for this model, and `idle.jpg` that costs nothing."""
    side, face = BLOCK // entry(model).scale, photo(150, 150)
    block = np.pad(face, ((0, side - 150), (0, side - 150), (0, 0)), "reflect")
    for blocks in (SMALL, LARGE, HUGE):
        image = Image.fromarray(np.tile(block, (blocks, blocks, 1)))
        image.save(folder / f"{blocks}.jpg", quality=92)
        image.save(folder / f"{blocks}.tif")
    Image.fromarray(block[:16, :16]).save(folder / "idle.jpg")


def peak(source: Path, target: Path, model: str, limit: float | None = None) -> Peak:
    """Enhance on the command line, with at most `limit` GiB of memory of its own (`ulimit -d`) where one is given."""
    command = [sys.executable, "-m", "enhancer", "enhance", str(source), str(target), "--model", model]
    environment = {**os.environ, **{name: str(value) for name, value in LIMITS.items()}}
    command += ["--scale", str(entry(model).scale)]
    found = dict.fromkeys(FIELDS, 0.0)
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as program:
        if limit is not None:
            resource.prlimit(program.pid, resource.RLIMIT_DATA, (int(limit * GIB),) * 2)
        while program.poll() is None:
            rows = dict(re.findall(r"(\w+):\s+(\d+) kB", Path(f"/proc/{program.pid}/status").read_text()))
            found = {name: max(most, int(rows.get(FIELDS[name], 0)) * 1024 / GIB) for name, most in found.items()}
            time.sleep(EVERY)
        assert program.stderr is not None
        complaint = program.stderr.read().strip() if program.returncode else ""
    return Peak(**found, complaint=complaint)


def memory(folder: Path, model: str, huge: bool) -> Iterator[Line]:
    """What the large pictures take more than the idle program, and the huge ones in all."""
    idle = peak(folder / "idle.jpg", folder / "idle.png", model)
    yield Line("idle program: resident", idle.resident, "GiB")
    for given, made in JOBS:
        took = peak(folder / f"{LARGE}.{given}", folder / f"made.{made}", model)
        yield from _lines(f"100 MP, {given} → {made}", took, took.resident - idle.resident, "above idle", ABOVE_IDLE)
    for given, made in JOBS if huge else ():
        took = peak(folder / f"{HUGE}.{given}", folder / f"made.{made}", model, LIMIT)
        yield from _lines(f"400 MP, {given} → {made}", took, took.resident, f"under a limit of {LIMIT:g} GiB", LIMIT)


def _lines(what: str, took: Peak, value: float, how: str, most: float) -> Iterator[Line]:
    if took.complaint:
        say(f"{what} failed: {took.complaint}")
    yield Line(f"{what}: resident, {how}", value, "GiB", most, value <= most and not took.complaint)
    yield Line(f"{what}: of its own, without pages of files", took.anonymous, "GiB")
    yield Line(f"{what}: addresses, canvases on disk included", took.virtual, "GiB")


def pace(folder: Path, model: str, clock: Callable[[], float]) -> Iterator[Line]:
    """Seconds a megapixel of large pictures over those of small ones, in turns."""
    for given, made in JOBS:
        seconds = dict[int, list[float]]({SMALL: [], LARGE: []})
        for blocks in [SMALL, *([*[SMALL] * (TURNS // 2), LARGE, *[SMALL] * (TURNS // 2)] * ROUNDS)]:
            began = clock()
            picture = open_picture(folder / f"{blocks}.{given}", Settings.from_environment())
            save_picture(enhance(picture, model=model, scale=entry(model).scale), folder / f"made.{made}")
            seconds[blocks].append((clock() - began) / (blocks * BLOCK) ** 2 * 1e6)
        small, large = statistics.median(seconds[SMALL][1:]), statistics.median(seconds[LARGE])
        what = f"{given} → {made}: time"
        yield Line(f"{what} of 4 MP", 1000 * small, "ms/MP")
        yield Line(f"{what} of 100 MP / 4 MP", large / small, "", SLOWER, large / small <= SLOWER)


def measured(a: argparse.Namespace, folder: Path) -> Iterator[Line]:
    """What was asked for, as it comes."""
    if a.only != "time":
        yield from memory(folder, a.model, not a.without_huge)
    if a.only != "memory":
        if a.busy:
            torch.set_num_threads(1)
        yield from pace(folder, a.model, time.process_time if a.busy else time.perf_counter)


def main() -> int:
    """Print the lines, write what was asked for; 1 where a line is not met."""
    words = argparse.ArgumentParser(prog="python -m tests.benchmarks.large", description=__doc__)
    words.add_argument("--model", default="x4-fast")
    words.add_argument("--only", choices=("memory", "time"))
    words.add_argument("--without-huge", action="store_true", help="leave out 400 megapixels")
    words.add_argument("--busy", action="store_true", help="others compute here, too: one thread, by its own time")
    words.add_argument("--json", type=Path)
    a = words.parse_args()
    cache = Settings.from_environment().cache
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as place:
        sources(Path(place), a.model)
        lines = list[Line]()
        for line in measured(a, Path(place)):
            say(f"{line.what:<66} {line.value:8.2f} {line.unit:<5} {line.verdict}")
            sys.stdout.flush()
            lines.append(line)
    if a.json:
        a.json.write_text(json.dumps([asdict(line) for line in lines], indent=2) + "\n", encoding="utf-8")
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
