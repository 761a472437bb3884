"""`python -m tests.benchmarks.apart [MODEL...]`: what it costs to draw and to read in processes of their own."""

import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from enhancer.engine import Engine
from enhancer.engine.apart import store_for
from enhancer.media import Picture, decode, encode
from enhancer.progress import Progress
from enhancer.settings import Settings

SIZE = (1155, 1733)  # two million pixels
MODELS = ("x2-fast", "photo-x2-faithful", "denoise")
ROUNDS = 3


def compare(name: str, here: Callable[[], object], there: Callable[[], object]) -> None:
    """Run both by turns, once to get warm, and say by how much the second takes longer, by clock and by processor."""
    clock: tuple[list[float], list[float]] = ([], [])
    work: tuple[list[float], list[float]] = ([], [])
    for n in range(ROUNDS + 1):
        for run, times, works in zip((here, there), clock, work, strict=True):
            began, worked = time.perf_counter(), worked_so_far()
            run()
            if n:
                times.append(time.perf_counter() - began)
                works.append(worked_so_far() - worked)
    for unit, found in (("s by clock", clock), ("s of the processor", work)):
        one, other = (statistics.median(values) for values in found)
        share = statistics.median(b / a for a, b in zip(*found, strict=True)) - 1
        sys.stdout.write(f"{name}: {one:.3f} {unit} here, {other:.3f} there, {100 * share:+.1f} % by pairs\n")
    sys.stdout.flush()


def worked_so_far() -> float:
    """Seconds that the processor spent on this process and its children; busy machines do not stretch them."""
    children = (f"/proc/{child.pid}/stat" for child in multiprocessing.active_children())
    ticks = (Path(file).read_text().rsplit(")", 1)[1].split()[11:13] for file in children)
    return time.process_time() + sum(int(tick) for both in ticks for tick in both) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """All models, then the formats."""
    usual = Settings(device="cpu")
    apart = replace(usual, model_worker=1, decode_workers=1)
    here, there = (Engine(store_for(settings), settings) for settings in (usual, apart))
    pixels = torch.rand(3, *SIZE, generator=torch.Generator().manual_seed(0))
    for model_id in sys.argv[1:] or MODELS:
        one, other = here.model(model_id), there.model(model_id)
        compare(
            model_id,
            lambda m=one: here.run(m, pixels, Progress()),  # type: ignore[misc]
            lambda m=other: there.run(m, pixels, Progress()),  # type: ignore[misc]
        )
    for kind in ("jpeg", "png", "webp", "tiff"):
        data = encode(Picture(pixels), kind)
        compare(kind, lambda d=data: decode(d, usual), lambda d=data: decode(d, apart))  # type: ignore[misc]


if __name__ == "__main__":
    main()
