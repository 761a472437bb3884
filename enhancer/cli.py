"""The command line. Options of `enhance` are made from the options type of the chosen task."""

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from enhancer.errors import EnhancerError
from enhancer.hall import default_engine, enhance
from enhancer.media import FORMATS, Picture, open_picture, save_picture
from enhancer.metrics import METRICS, measure
from enhancer.models.catalog import CATALOG, Bundled, Entry, entry
from enhancer.progress import Progress
from enhancer.tasks import TASKS
from enhancer.tasks.options import limits_of, parse, value_type

log = logging.getLogger("enhancer")
DONE, SOME_FAILED, WRONG_USAGE = 0, 1, 2
Say = Callable[[str], Any]


def say(line: str) -> None:
    """Write one line of the command's own output."""
    sys.stdout.write(line + "\n")


def complain(line: str) -> None:
    """Write one line to the error stream."""
    sys.stderr.write(line + "\n")


def show(progress: Progress) -> None:
    """Keep one line of progress on a terminal."""
    if sys.stderr.isatty():
        left = "" if progress.remaining is None else f", {progress.remaining:.0f} s left"
        sys.stderr.write(f"\r\x1b[K{progress.note}: {progress.done} of {progress.total}{left}")
        if progress.done == progress.total:
            sys.stderr.write("\r\x1b[K")


def run_enhance(a: argparse.Namespace) -> int:
    """Enhance a file to a file, or every picture of a folder to a folder with names kept."""
    options = {f.name: getattr(a, f.name) for f in fields(TASKS[a.task].options)}
    given = {name: value for name, value in options.items() if value is not None}
    parse(TASKS[a.task].options, given)
    failed = 0
    for source, target in jobs(a.input, a.output):
        try:
            began = time.perf_counter()
            picture = open_picture(source, default_engine().settings)
            result = enhance(picture, a.task, progress=Progress(show), **given)
            target.parent.mkdir(parents=True, exist_ok=True)
            save_picture(result, target, a.quality)
        except (EnhancerError, OSError) as error:
            failed += 1
            complain(f"{source}: {error}")
        else:
            seconds = time.perf_counter() - began
            say(f"{source} → {target}  {result.width}x{result.height}  {seconds:.1f} s")
            for note in picture.notes:
                say(f"  {note}")
    return SOME_FAILED if failed else DONE


def jobs(source: Path, target: Path) -> list[tuple[Path, Path]]:
    """(input, output) files. Raises FileNotFoundError or NotADirectoryError for a source that is not there."""
    if not source.is_dir():
        if not source.exists():
            raise FileNotFoundError(f"{source} does not exist")
        return [(source, target / source.name if target.is_dir() else target)]
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(f"{source} is a folder, so {target} must be one")
    writable = {suffix for f in FORMATS if f.writable for suffix in f.suffixes}
    readable = {suffix for f in FORMATS for suffix in f.suffixes}
    files = sorted(p for p in source.rglob("*") if p.suffix.lower() in readable)
    if not files:
        raise FileNotFoundError(f"{source} holds no picture ({', '.join(sorted(readable))})")
    named = ((f, target / f.relative_to(source)) for f in files)
    return [(f, t if t.suffix.lower() in writable else t.with_suffix(".png")) for f, t in named]


def run_compare(a: argparse.Namespace) -> int:
    """Run several models on one picture; print time and figures of each, keep the results where asked to."""
    picture = open_picture(a.input, default_engine().settings)
    reference = open_picture(a.reference, default_engine().settings) if a.reference else None
    ids = [m.id for m in METRICS.values() if m.needs_reference == (reference is not None)]
    rows, failed = [], 0
    for model in a.models:
        try:
            default_engine().model(model)  # fetched before the clock starts
            began = time.perf_counter()
            result = enhance(picture, a.task, model=model, **({"scale": a.scale} if a.scale else {}))
            seconds = round(time.perf_counter() - began, 3)
            figures = measure(result.pixels, None if reference is None else reference.pixels, ids)
            if a.out:
                save_picture(result, a.out / f"{a.input.stem}-{Path(model).stem}.png")
        except (EnhancerError, ValueError) as error:
            failed += 1
            complain(f"{model}: {error}")
        else:
            rows.append({"model": model, "seconds": seconds, **figures})
    table(rows, a.json)
    return SOME_FAILED if failed else DONE


def run_metrics(a: argparse.Namespace) -> int:
    """Measure candidates against a reference."""
    settings = default_engine().settings
    reference = shaved(open_picture(a.reference, settings), a.shave)
    hidden = {"psnr", "ssim"} if a.y else {"psnr-y", "ssim-y"}
    ids = [m.id for m in METRICS.values() if m.needs_reference and m.id not in hidden]
    rows, failed = [], 0
    for file in a.candidates:
        try:
            candidate = shaved(open_picture(file, settings), a.shave)
            rows.append({"candidate": str(file), **measure(candidate.pixels, reference.pixels, ids)})
        except (EnhancerError, OSError, ValueError) as error:
            failed += 1
            complain(f"{file}: {error}")
    table(rows, a.json)
    return SOME_FAILED if failed else DONE


def shaved(picture: Picture, border: int) -> Picture:
    """Without `border` pixels at each side. Raises ValueError when nothing would be left."""
    if 2 * border >= min(picture.width, picture.height):
        raise ValueError(f"cannot shave {border} pixels from each side of {picture.width}x{picture.height}")
    inside = slice(border, -border or None)
    return picture.with_pixels(picture.pixels[:, inside, inside])


def run_models(a: argparse.Namespace) -> int:
    """List the catalogue."""
    rows = [describe(e) for e in CATALOG]
    table(rows, a.json)
    return DONE


def describe(e: Entry) -> dict[str, Any]:
    """One row of the list of models."""
    return {
        "model": e.id,
        "purpose": e.purpose,
        "scale": e.scale,
        "architecture": e.architecture,
        "source": "bundled" if isinstance(e.source, Bundled) else e.source.repo_id,
        "commercial": "yes" if e.commercial else "no",
        "licence": e.licence,
    }


def run_fetch(a: argparse.Namespace) -> int:
    """Download models and verify them."""
    failed = 0
    for model in a.models:
        try:
            entry(model)
            default_engine().model(model, Progress(show))
        except EnhancerError as error:
            failed += 1
            complain(f"{model}: {error}")
        else:
            say(f"{model}: ready")
    return SOME_FAILED if failed else DONE


def table(rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    """Print rows as JSON, or as columns."""
    if as_json:
        say(json.dumps(rows, indent=2))
        return
    if not rows:
        return
    shown = [list(rows[0]), *([cell(v) for v in row.values()] for row in rows)]
    widths = [max(len(line[i]) for line in shown) for i in range(len(shown[0]))]
    for line in shown:
        say("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def cell(value: Any) -> str:
    """Round once, on output."""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def add_task_options(to: argparse.ArgumentParser, task_id: str) -> None:
    """One argument for each option of the task; absent ones keep the task's default."""
    options = TASKS[task_id].options
    for f in fields(options):
        limits, kind = limits_of(f), value_type(options, f.name)
        bounds = "" if limits.minimum is None else f", {limits.minimum:g} to {limits.maximum:g}"
        default = "" if f.default is None else f", default {f.default}"
        argument: dict[str, Any] = {"dest": f.name, "help": f"{limits.help}{bounds}{default}".replace("%", "%%")}
        plain = {"type": kind, "choices": limits.choices}
        argument |= {"action": argparse.BooleanOptionalAction} if kind is bool else plain
        to.add_argument(f"--{f.name.replace('_', '-')}", **argument)


def parser(task_id: str) -> argparse.ArgumentParser:
    """The whole command line; `enhance` carries the options of `task_id`."""
    top = argparse.ArgumentParser(prog="python -m enhancer", description="Image enhancement that shows its work.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        added.set_defaults(run=run)
        return added

    p = command("enhance", run_enhance)
    p.add_argument("input", type=Path, help="a picture, or a folder of pictures")
    p.add_argument("output", type=Path, help="a file (its suffix chooses the format), or a folder")
    p.add_argument("--task", choices=list(TASKS), default="upscale", help="what to do; see `--task ID --help`")
    p.add_argument("--quality", type=int, choices=range(1, 101), default=95, metavar="1-100", help="of JPEG files")
    add_task_options(p.add_argument_group(TASKS[task_id].title, TASKS[task_id].summary), task_id)  # type: ignore[arg-type]

    p = command("compare", run_compare)
    p.add_argument("input", type=Path)
    p.add_argument("--models", nargs="+", required=True, metavar="MODEL")
    p.add_argument("--task", choices=[t.id for t in TASKS.values() if t.family == "learned"], default="upscale")
    p.add_argument("--scale", type=float)
    p.add_argument("--reference", type=Path, help="the truth, of the size of the results")
    p.add_argument("--out", type=Path, help="folder for the results")
    p.add_argument("--json", action="store_true")

    p = command("metrics", run_metrics)
    p.add_argument("reference", type=Path)
    p.add_argument("candidates", type=Path, nargs="+")
    p.add_argument("--y", action="store_true", help="PSNR and SSIM on luminance, as super-resolution papers do")
    p.add_argument("--shave", type=int, default=0, metavar="N", help="leave out N pixels at each side")
    p.add_argument("--json", action="store_true")

    command("models", run_models).add_argument("--json", action="store_true")
    command("fetch", run_fetch).add_argument("models", nargs="+", metavar="MODEL")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; exit code 0 done, 1 some inputs failed, 2 wrong usage."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    given = list(sys.argv[1:] if arguments is None else arguments)
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--task", default="upscale")
    task_id = first.parse_known_args(given)[0].task
    a = parser(task_id if task_id in TASKS else "upscale").parse_args(given)
    try:
        result: int = a.run(a)
    except (EnhancerError, OSError, ValueError) as error:
        complain(str(error))
        return WRONG_USAGE
    return result
