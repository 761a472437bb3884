"""Memory over many mixed pictures, and what stays of them: `python -m tests.benchmarks.soak [--pictures 1200]`.

3 of a hundred are no sound pictures, and 2 break off while they are sent.
"""

import argparse
import random
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np

from tests.media.make import saved
from tests.server.conftest import Running, running
from tests.server.wire import family, folder, resident

PICTURES, FIRST = 1200, 200  # and those after which growth counts
BAD, ABORTED = 0.03, 0.02
MEGAPIXELS = (0.1, 4.0)
LOOKS = 20  # at the memory
MOST = 25.0  # MiB for each thousand pictures
WITHIN = 120  # seconds
MIB = 2**20
KINDS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")
Point = tuple[int, float]  # pictures so far, MiB of all processes


def picture(chance: random.Random, largest: float) -> bytes:
    """A coarse scene of any size and kind."""
    pixels = 1e6 * chance.uniform(MEGAPIXELS[0], largest)
    width = round((pixels * chance.uniform(0.5, 2)) ** 0.5)
    shape = (round(pixels / width), width, 3)
    return saved(np.full(shape, chance.randrange(256), np.uint8), chance.choice(KINDS))


def abort(server: Running, data: bytes) -> None:
    """Send half of it, and leave."""
    address = urlsplit(server.url)
    head = f"POST /v1/median HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n"
    with socket.create_connection((address.hostname or "", address.port or 0), WITHIN) as line:
        line.sendall(head.encode() + data[: len(data) // 2])


def send(server: Running, client: httpx.Client, chance: random.Random, largest: float) -> None:
    """One visitor, who may be a bad one."""
    data, kind = picture(chance, largest), chance.random()
    if kind < ABORTED:
        return abort(server, data)
    bad = kind < ABORTED + BAD
    answer = client.post("/v1/median", content=data[: len(data) // 2] if bad else data)
    assert answer.status_code in ({415, 422} if bad else {200}), answer.text
    return None


def soaked(
    server: Running, count: int, largest: float = MEGAPIXELS[1], told: Callable[[Point], None] = lambda point: None
) -> list[Point]:
    """The memory along the way."""
    chance, points = random.Random(0), list[Point]()
    with httpx.Client(base_url=server.url, timeout=WITHIN) as client:
        for n in range(1, count + 1):
            send(server, client, chance, largest)
            if n % max(1, count // LOOKS) == 0:
                points.append((n, resident(family(server))))
                told(points[-1])
    return points


def growth(points: list[Point], after: int = FIRST) -> float:
    """MiB for each thousand pictures, by a straight line through all looks after the first pictures."""
    numbers, sizes = np.array([point for point in points if point[0] > after]).T
    return float(1000 * np.polyfit(numbers, sizes, 1)[0])


def left(server: Running) -> list[Path]:
    """What still lies in the folder of visitors' files."""
    return [path for path in folder(server).rglob("*") if path.is_file() and path.name not in ("lock",)]


def main() -> None:
    """Print the memory along the way, its growth, and what stays."""
    words = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    words.add_argument("--pictures", type=int, default=PICTURES)
    words.add_argument("--largest", type=float, default=MEGAPIXELS[1], help="megapixels")
    a = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        program = running(Path(place), {})
        server = next(program)
        try:
            before = set(left(server))
            points = soaked(server, a.pictures, a.largest, lambda p: _say(f"{p[0]:6} pictures {p[1]:8.0f} MiB"))
            _say(f"growth for each thousand after the first {FIRST}: {growth(points):.1f} MiB (at most {MOST:g})")
            _say(f"files that stay: {len(set(left(server)) - before)} (0)")
        finally:
            program.close()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
