"""Memory of the server and all its processes, idle and while bombs arrive: `python -m tests.benchmarks.memory`.

"Ours" counts what processes share once, and libraries as if nobody else on the machine used them; PSS shares these with
other programs, too; RSS counts everything for each process. Peaks are looked for again and again while a row of the
matrix is asked; those of RSS are the system's own, of each process by itself.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.conftest import ROOT
from tests.server.conftest import Running, running
from tests.server.matrix import ROWS
from tests.server.matrix_requests import MOST
from tests.server.wire import family, resident

LIMITS = {"MAX_PIXELS": 25_000_000, "MAX_SIDE": 16_384, "MAX_BYTES": MOST}  # as the matrix has them
SETTLED = 20.0  # seconds after which a server that is asked nothing has begun all that it begins
OFTEN = 0.02  # seconds between two looks
MIB = 1024  # KiB, in which the system tells
PSS, RSS, PEAK = ("smaps_rollup", "Pss:"), ("status", "VmRSS:"), ("status", "VmHWM:")  # files of a process


def told(place: Path, what: tuple[str, str]) -> float:
    """MiB of one process; 0 where it ended meanwhile."""
    file, word = what
    with suppress(OSError, IndexError):
        return int((place / file).read_text().split(word)[1].split()[0]) / MIB
    return 0.0


def of_all(server: Running, what: tuple[str, str]) -> float:
    """MiB of all processes together."""
    return sum(told(place, what) for place in family(server))


@contextmanager
def watched(server: Running) -> Iterator[list[float]]:
    """The most memory of all processes at one time, and the sum of their peaks of RSS, told when the block ends."""
    for place in family(server):
        (place / "clear_refs").write_text("5")
    found, over, out = list[float](), threading.Event(), list[float]()

    def look() -> None:
        while not over.wait(OFTEN):
            found.append(resident(family(server)))
        found.append(resident(family(server)))

    looking = threading.Thread(target=look)
    looking.start()
    yield out
    over.set()
    looking.join()
    out += [max(found), of_all(server, PEAK)]


def say(what: str, *values: float) -> None:
    """One line of the result."""
    sys.stdout.write(f"{what:<46}" + "".join(f"{value:9.0f}" for value in values) + "\n")
    sys.stdout.flush()


def everything(server: Running, when: str) -> None:
    """All processes together, then every one by itself."""
    say(f"{when}: ours, PSS, RSS", resident(family(server)), of_all(server, PSS), of_all(server, RSS))
    for place in family(server):
        name = (place / "cmdline").read_text().replace("\0", " ")[-40:]
        say(f"  {name}", told(place, PSS), told(place, RSS))


def bombs(server: Running, folder: Path) -> None:
    """All rows that are bombs, one after another."""
    with httpx.Client(base_url=server.url, timeout=120) as line:
        for number, row in ROWS.items():
            if row.bomb:
                sent = [(case.make(folder), case.task) for case in row.cases]
                with watched(server) as peaks:
                    for data, (task, options) in sent:
                        line.post(f"/v1/{task}", content=data, params=options)
                say(f"row {number}, {row.what}"[:45], *peaks)


def main() -> None:
    """MiB: idle, by process; then of each row."""
    words = argparse.ArgumentParser(prog="python -m tests.benchmarks.memory", description=__doc__)
    words.add_argument("--idle", action="store_true", help="without the bombs")
    a = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        program = running(Path(place), {**LIMITS, "WEIGHTS": str(ROOT / "weights")})
        server = next(program)
        try:
            time.sleep(SETTLED)
            everything(server, "idle")
            if not a.idle:
                sys.stdout.write("peaks: ours, sum of each one's RSS\n")
                bombs(server, Path(place))
                everything(server, "afterwards")
        finally:
            program.close()


if __name__ == "__main__":
    main()
