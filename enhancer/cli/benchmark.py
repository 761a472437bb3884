"""The speed of this machine on the command line: a table, and where wished a file of figures and a drawing."""

import argparse
import json
from dataclasses import asdict

from enhancer.cli.report import DONE, say, show, table
from enhancer.errors import BadOptions
from enhancer.evidence.benchmark import Benchmark, benchmark
from enhancer.evidence.cards import Point
from enhancer.evidence.plot import scatter, standalone
from enhancer.hall import default_engine
from enhancer.models.catalog import CATALOG, Bundled
from enhancer.progress import Progress


def run_benchmark(a: argparse.Namespace) -> int:
    """Measure this machine with our models: time, share of its peak, memory, start-up, file to file."""
    if a.rounds < 1:
        raise BadOptions("--rounds must be at least 1.")
    ids = a.models or [e.id for e in CATALOG if isinstance(e.source, Bundled)]
    for file in filter(None, (a.json, a.plot)):  # before minutes are spent
        file.parent.mkdir(parents=True, exist_ok=True)
    done = benchmark(ids, default_engine(), Progress(show), a.rounds)
    told(done)
    if a.json:
        a.json.write_text(json.dumps(asdict(done), indent=2) + "\n", encoding="utf-8")
    if a.plot:
        a.plot.write_text(drawing(done), encoding="utf-8")
    return DONE


def told(done: Benchmark) -> None:
    """Print one run."""
    say("; ".join(f"{what} {value}" for what, value in done.machine.items()))
    say("matrix products: " + ", ".join(f"{p} {rate:.3f} TFLOP/s" for p, rate in sorted(done.teraflops.items())))
    say("start: " + ", ".join(f"{what} {seconds:.2f} s" for what, seconds in done.start.items()))
    for f in done.files:
        say(f"2 MP JPEG → x2 {f.format.upper()}: {f.seconds:.2f} s, of which the network {100 * f.network:.0f} %")
    say("")
    table([row_of(pace) for pace in map(asdict, done.models)], as_json=False)


def row_of(pace: dict[str, str | float | None]) -> dict[str, str | float | None]:
    """One line of the table, in the units that people read."""
    return {
        "model": pace["model"],
        "ms/MP of the result": pace["milliseconds"],
        "slowest/fastest": pace["spread"],
        "share of peak": pace["share"],
        "memory MB": pace["peak_megabytes"],
        "tile": pace["tile"],
        "precision": pace["precision"],
    }


def drawing(done: Benchmark) -> str:
    """Every model by its time and by how much of what this machine can multiply it reaches."""
    points = [Point(p.model, p.model, p.milliseconds, 100 * p.share) for p in done.models]
    return standalone(
        scatter(
            points,
            "share of the peak (%)",
            ("large matrix products", 100.0),
            lambda milliseconds: f"{milliseconds:.0f} ms",
            unit="milliseconds for each megapixel of the result",
        ),
        f"Share of the peak (%) on {done.machine['device']}, {done.machine['threads']} threads",
    )
