"""200 files, 3 of them bad, by one worker and by two: `python -m tests.benchmarks.batch [--ray] [--files 200]`.

One worker may use both cores within a picture; how many cores each run kept busy says why two are no faster, if so.
"""

import argparse
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.batch.make import COMMAND, folder_of, results
from tests.batch.test_cluster import QUIET, cluster
from tests.conftest import ROOT

FILES, BAD, SIZE = 200, 3, (240, 180)
WANTED = 1.7  # times as fast, two workers as one
WORK = ["--model", "x2-fast", "--scale", "2"]
CORES = 2
INHERIT = 36  # PR_SET_CHILD_SUBREAPER of Linux: processes whose parent has ended become children of this one
RUNS = {  # name → threads of each worker, arguments
    "one worker of one thread": (1, ["--workers", "1"]),
    "one worker of two threads": (CORES, ["--workers", "1"]),
    "two workers of one thread": (CORES, ["--workers", "2"]),  # which share the threads
}


@dataclass(frozen=True)
class Ran:
    """Seconds by the clock, and of the processor."""

    seconds: float
    worked: float

    def __str__(self) -> str:
        return f"{self.seconds:7.1f} s, {self.worked / self.seconds:.2f} cores busy"


def ran(source: Path, out: Path, threads: int, words: list[str], **more: str) -> Ran:
    """The command line on a folder, from its start to its end."""
    shutil.rmtree(out, ignore_errors=True)
    environment = {**os.environ, **QUIET, "OMP_NUM_THREADS": str(threads), **more}
    before, began = worked(), time.perf_counter()
    command = [*COMMAND, str(source), str(out), *WORK, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    assert f"{BAD} failed" in done.stdout, done.stdout[-500:] + done.stderr[-2000:]
    with suppress(ChildProcessError):  # the one that workers were forked from ends last, and has their seconds
        while True:
            os.wait()
    return Ran(seconds, worked() - before)


def worked() -> float:
    """Seconds of the processor, of all processes that this one began, or inherited, and that ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def told(name: str, found: Ran, reference: Ran) -> None:
    """One line, with how many times as fast as the reference it is."""
    sys.stdout.write(f"{name:<34} {found}, {reference.seconds / found.seconds:.2f} times as fast\n")
    sys.stdout.flush()


def here(source: Path, out: Path) -> None:
    """Workers that are processes of this machine."""
    found = list[Ran]()
    for name, (threads, words) in RUNS.items():
        found.append(ran(source, out, threads, words))
        told(name, found[-1], found[0])
    alone, spread, two = found
    one = min(alone, spread, key=lambda run: run.seconds)
    sys.stdout.write(f"two workers against the faster one: {one.seconds / two.seconds:.2f} (wanted: {WANTED:g})\n")
    if one.seconds / two.seconds < WANTED:
        sys.stdout.write(
            f"why: the faster single worker has {one.worked / one.seconds:.2f} of {CORES} cores busy already, two have "
            f"{two.worked / two.seconds:.2f}; two need {two.worked:.0f} s of the processor for what one thread alone "
            f"does in {alone.worked:.0f} s.\n"
        )


def there(source: Path, out: Path) -> None:
    """Workers of a Ray cluster on this machine; its processes are no children, so they do not count as busy."""
    with cluster() as address:
        one = ran(source, out, 1, ["--engine", "ray", "--workers", "1"], RAY_ADDRESS=address)
        told("Ray, one worker of one core", one, one)
        told("Ray, two workers of one core", ran(source, out, 1, ["--engine", "ray"], RAY_ADDRESS=address), one)


def main() -> None:
    """All lines."""
    words = argparse.ArgumentParser(prog="python -m tests.benchmarks.batch", description=__doc__)
    words.add_argument("--files", type=int, default=FILES)
    words.add_argument("--ray", action="store_true", help="on a cluster of two machines of one core, instead")
    a = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        ctypes.CDLL(None).prctl(INHERIT, 1)
        source = folder_of(Path(place, "in"), a.files - BAD, SIZE)
        for n, file in enumerate(results(source)[:BAD]):
            (source / f"bad{n}.png").write_bytes(file.read_bytes()[: 100 * n])
        (there if a.ray else here)(source, Path(place, "out"))


if __name__ == "__main__":
    main()
