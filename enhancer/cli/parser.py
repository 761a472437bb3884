"""The words of the command line; options of `enhance` are made from the options type of the chosen task.

Nothing here imports what computes, so that help is there at once; a command is imported when it runs.
"""

import argparse
from pathlib import Path

from enhancer.evidence.guard_words import WISHES
from enhancer.lab.wish import LookingOptions, NamingOptions
from enhancer.lanes.wish import Wish
from enhancer.options import add_arguments
from enhancer.tasks import TASKS

WRITTEN = ("png", "jpeg", "webp", "tiff")  # of `enhancer.media.FORMATS`, which would import what computes
DRAWN = ("gan-digits", "vae-digits", "gan-textures", "vae-textures")  # of `enhancer.lab.drawing`, likewise
RAY = "ray"
COMMANDS = {  # name → where it is done, and what it does
    "enhance": (
        "enhancer.cli.enhance:run_enhance",
        "Enhance a file to a file, or every picture of a folder to a folder; the same command again goes on.",
    ),
    "diagnose": (
        "enhancer.cli.auto:run_diagnose",
        "Say what ails a picture, figure by figure, and which steps `enhance --auto` would do.",
    ),
    "compare": (
        "enhancer.cli.commands:run_compare",
        "Run several models on one picture; print time and figures of each, keep the results where asked to.",
    ),
    "metrics": ("enhancer.cli.commands:run_metrics", "Measure candidates against a reference."),
    "verify": (
        "enhancer.cli.evidence:run_verify",
        "Run a recipe again: bit-identical, how many decibels apart, or why that cannot be told.",
    ),
    "report": (
        "enhancer.cli.evidence:run_report",
        "Write a report on a result in one HTML file: before and after, maps, figures, receipt, recipe, licences.",
    ),
    "video": (
        "enhancer.cli.video:run_video",
        "Enhance a video, sound and times kept; the same command again goes on where it was stopped.",
    ),
    "medical": (
        "enhancer.cli.lanes:run_medical",
        "Enlarge a DICOM file into another, tags, geometry and bits kept. Not for diagnosis.",
    ),
    "satellite": (
        "enhancer.cli.lanes:run_satellite",
        "Enlarge a GeoTIFF of any number of bands into another, its place on Earth and its tags kept.",
    ),
    "recognise": (
        "enhancer.cli.lab:run_recognise",
        "Say what pictures show, or what is wrong with them, by a network that was trained to name it.",
    ),
    "detect": (
        "enhancer.cli.lab_detect:run_detect",
        "Say what a detector finds in pictures before and after enhancement, and whether that helps it.",
    ),
    "draw": (
        "enhancer.cli.lab:run_draw",
        "Draw pictures from a seed, on the way to another seed, or a picture again as the network codes it.",
    ),
    "models": (
        "enhancer.cli.commands:run_models",
        "List the catalogue: what each model is for, its time here, licence and figures.",
    ),
    "benchmark": (
        "enhancer.cli.benchmark:run_benchmark",
        "Measure this machine with our models: time, share of its peak, memory, start-up, file to file.",
    ),
    "fetch": ("enhancer.cli.commands:run_fetch", "Download models and verify them."),
}


def count(text: str) -> int:
    """A whole number from 0. Raises ValueError, which the parser reports."""
    number = int(text)
    if number < 0:
        raise ValueError(f"{number} is below 0")
    return number


def workers(text: str) -> int:
    """A whole number from 1. Raises ValueError, which the parser reports."""
    number = count(text)
    if number == 0:
        raise ValueError("somebody must do the work")
    return number


def place(text: str) -> Path | str:
    """A path of this machine, or an address such as s3://bucket/folder as it is."""
    return text if "://" in text else Path(text)


def parser(task_id: str, named: bool = True) -> argparse.ArgumentParser:
    """The whole command line; `enhance` carries the options of `task_id`, and `video` where the task was `named`."""
    top = argparse.ArgumentParser(prog="python -m enhancer", description="Image enhancement that shows its work.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str) -> argparse.ArgumentParser:
        home, told = COMMANDS[name]
        added = commands.add_parser(name, help=told, description=told)
        added.set_defaults(home=home)
        return added

    p = command("enhance")
    p.add_argument("input", type=Path, help="a picture, or a folder of pictures")
    p.add_argument("output", type=place, help="a file (its suffix chooses the format), or a folder, also s3://…")
    p.add_argument("--task", choices=list(TASKS), default="upscale", help="what to do; see `--task ID --help`")
    p.add_argument("--jpeg-quality", type=int, choices=range(1, 101), default=95, metavar="1-100", help="of the file")
    p.add_argument("--recipe", action="store_true", help="lay the recipe into PNG and JPEG files, beside others")
    b = p.add_argument_group("Folders", "many pictures at once")
    b.add_argument("--glob", default="*", metavar="PATTERN", help="only names like *.jpg, or 2024/*.tif")
    b.add_argument(
        "--workers",
        type=workers,
        metavar="N",
        help="processes that share the processor, default 1; on a cluster one for each of its devices",
    )
    b.add_argument(
        "--engine", choices=("here", RAY), default="here", help="ray: workers on the Ray cluster that RAY_ADDRESS names"
    )
    b.add_argument("--format", choices=WRITTEN, help="of all results; that of each source where left out")
    b.add_argument("--self-test", action="store_true", help="measure on each picture what the steps are worth there")
    chosen = p.add_mutually_exclusive_group()
    chosen.add_argument("--auto", action="store_true", help="diagnose each picture, and do what is proposed for it")
    chosen.add_argument(
        "--say", metavar="WISH", help='what to do in words, e.g. "brighter, less noise, twice the size"'
    )
    p.add_argument(
        "--protect",
        action="append",
        default=[],
        metavar="WHAT[=SHARE]",
        help=f"leave {', '.join(WISHES)} as it is, or let a share of the enhancement through; as often as you like",
    )
    p.add_argument("--protect-mask", type=Path, metavar="FILE", help="protect what is white in this picture")
    add_arguments(p.add_argument_group(TASKS[task_id].title, TASKS[task_id].summary), TASKS[task_id].options)

    p = command("diagnose")
    p.add_argument("input", type=Path)
    p.add_argument("--scale", type=float, help="how large it is wished; 2 for pictures under 4 megapixels, else 1")
    p.add_argument("--json", action="store_true")

    p = command("compare")
    p.add_argument("input", type=Path)
    p.add_argument("--models", nargs="+", required=True, metavar="MODEL")
    p.add_argument("--task", choices=[t.id for t in TASKS.values() if t.family == "learned"], default="upscale")
    p.add_argument("--scale", type=float)
    p.add_argument("--reference", type=Path, help="the truth, of the size of the results")
    p.add_argument("--out", type=Path, help="folder for the results")
    p.add_argument("--json", action="store_true")

    p = command("metrics")
    p.add_argument("reference", type=Path)
    p.add_argument("candidates", type=Path, nargs="+")
    p.add_argument("--y", action="store_true", help="PSNR and SSIM on luminance, as super-resolution papers do")
    p.add_argument("--shave", type=count, default=0, metavar="N", help="leave out N pixels at each side")
    p.add_argument("--json", action="store_true")

    p = command("verify")
    p.add_argument("result", type=Path, help="a result with its recipe, or a recipe alone")
    p.add_argument("--source", type=Path, required=True, help="the file that the result was made of")
    p.add_argument("--weights", type=Path, help="the local weight file, for recipes that used one")

    p = command("report")
    p.add_argument("source", type=Path)
    p.add_argument("result", type=Path)
    p.add_argument("--out", type=Path, required=True, help="the HTML file to write")
    p.add_argument("--title", help="of the report; the name of the result where left out")

    p = command("video")
    p.add_argument("input", type=Path, help="a video: MP4, MOV, MKV, WebM, AVI or MPEG-TS")
    p.add_argument("output", type=Path, help="the file to write: .mp4, .mov or .mkv")
    p.add_argument("--begin", type=float, default=0.0, metavar="SECONDS", help="leave out what comes before")
    p.add_argument("--preview", type=float, metavar="SECONDS", help="only so many seconds, to see what it will be like")
    p.add_argument("--task", choices=list(TASKS), help="do this to each frame alone; see `--task ID --help`")
    if named:
        add_arguments(p.add_argument_group(TASKS[task_id].title, TASKS[task_id].summary), TASKS[task_id].options)
    else:
        p.add_argument("--model", help="a network that remembers from frame to frame; the bundled one where left out")

    for name, what in (("medical", "a DICOM file"), ("satellite", "a GeoTIFF")):
        p = command(name)
        p.add_argument("input", type=Path, help=what)
        p.add_argument("output", type=Path, help=f"{what} to write; the error to expect goes beside it")
        add_arguments(p, Wish)

    p = command("recognise")
    p.add_argument("inputs", type=Path, nargs="+", metavar="PICTURE")
    p.add_argument("--weights", type=Path, help="a recogniser that was trained here; that of digits where left out")
    add_arguments(p, NamingOptions)
    p.add_argument("--json", action="store_true")

    p = command("detect")
    p.add_argument("inputs", type=Path, nargs="*", metavar="PICTURE")
    p.add_argument(
        "--detector",
        default="shapes",
        metavar="NAME",
        help="shapes (bundled), coco-320 or coco (see `fetch`), a file, or owner/repo/file on the Hub; default shapes",
    )
    add_arguments(p, LookingOptions)
    p.add_argument("--after", type=Path, metavar="FILE", help="the enhanced picture, by whatever program")
    p.add_argument("--truths", type=Path, metavar="FOLDER", help="pictures with boxes (COCO or YOLO): tells precision")
    p.add_argument("--out", type=Path, metavar="FOLDER", help="for the pictures with their boxes")
    p.add_argument("--task", choices=list(TASKS), help="the enhancement, default upscale; see `--task ID --help`")
    p.add_argument("--json", action="store_true")
    add_arguments(p.add_argument_group(TASKS[task_id].title, TASKS[task_id].summary), TASKS[task_id].options)

    p = command("draw")
    p.add_argument("output", type=Path, help="the picture of all drawings to write")
    p.add_argument("--model", choices=DRAWN, default=DRAWN[0], help="bundled networks that draw")
    p.add_argument("--weights", type=Path, help="one that was trained here, instead")
    p.add_argument("--seed", type=count, default=1, help="equal seeds draw equal pictures")
    p.add_argument("--count", type=workers, default=100, metavar="N", help="drawings, default 100")
    p.add_argument("--name", help="what to draw, such as 7 or 'blue grain'; all in turn where left out")
    p.add_argument("--truncation", type=float, default=1.0, help="0 to 1: less is likelier and more alike")
    p.add_argument("--to", type=count, metavar="SEED", help="draw the way from one seed to the other")
    p.add_argument("--to-name", metavar="NAME", help="what stands at the end of the way")
    p.add_argument("--again", type=Path, metavar="PICTURE", help="code this picture and draw it again (vae-...)")

    p = command("models")
    p.add_argument("--measure", action="store_true", help="first measure those that are on this disk, and remember it")
    p.add_argument("--json", action="store_true")

    p = command("benchmark")
    p.add_argument("models", nargs="*", metavar="MODEL", help="all bundled ones where left out")
    p.add_argument("--rounds", type=count, default=3, metavar="N", help="of which the median is told")
    p.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    p.add_argument("--plot", type=Path, metavar="FILE", help="write a drawing, as SVG")

    command("fetch").add_argument("models", nargs="+", metavar="MODEL", help="of the catalogue, or coco-320 or coco")
    return top
