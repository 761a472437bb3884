"""What commands for models and measurements do; every function returns the exit code."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from enhancer.cli.report import DONE, SOME_FAILED, complain, say, show, table
from enhancer.errors import BadOptions, EnhancerError
from enhancer.evidence.cards import ON_THE_HUB, CardRow, cards
from enhancer.evidence.measure import known_speeds, measure_model
from enhancer.evidence.on_white import on_white
from enhancer.hall import default_engine, enhance
from enhancer.lab.detectors import fetch_published
from enhancer.media import Picture, open_picture, save_picture
from enhancer.media.files import named
from enhancer.metrics import METRICS
from enhancer.metrics import figures as measured_figures
from enhancer.models.catalog import CATALOG, Bundled, entry
from enhancer.models.published import PUBLISHED
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.tasks import TASKS


def run_compare(a: argparse.Namespace) -> int:
    """Run several models on one picture; print time and figures of each, keep the results where asked to."""
    scale = {} if a.scale is None else {"scale": a.scale}
    parse(TASKS[a.task].options, scale)
    names = [Path(model).stem for model in a.models]
    if len(set(names)) < len(names):
        raise BadOptions(f"Two of the models have one name: {', '.join(sorted(names))}.")
    picture = _opened(a.input)
    reference = _opened(a.reference) if a.reference else None
    ids = [m.id for m in METRICS.values() if m.needs_reference == (reference is not None)]
    if a.out:
        a.out.mkdir(parents=True, exist_ok=True)
    rows, failed = [], 0
    for model in a.models:
        try:
            default_engine().model(model)  # fetched before the clock starts
            began = time.perf_counter()
            result = enhance(picture, a.task, model=model, **scale)
            seconds = round(time.perf_counter() - began, 3)
            row = {"model": model, "seconds": seconds, **figures(model, result, reference, ids)}
            if a.out:
                save_picture(result, a.out / f"{a.input.stem}-{Path(model).stem}.png")
        except (EnhancerError, ValueError) as error:
            failed += 1
            complain(f"{model}: {error}")
        else:
            rows.append(row)
    table(rows, a.json)
    return SOME_FAILED if failed else DONE


def run_metrics(a: argparse.Namespace) -> int:
    """Measure candidates against a reference."""
    settings = default_engine().settings
    reference = shaved(_opened(a.reference), a.shave)
    hidden = {"psnr", "ssim"} if a.y else {"psnr-y", "ssim-y"}
    ids = [m.id for m in METRICS.values() if m.needs_reference and m.id not in hidden]
    rows, failed = [], 0
    for file in a.candidates:
        try:
            candidate = shaved(open_picture(file, settings), a.shave)
            rows.append({"candidate": str(file), **figures(str(file), candidate, reference, ids)})
        except (EnhancerError, OSError, ValueError) as error:
            failed += 1
            complain(f"{file}: {error}")
    table(rows, a.json)
    return SOME_FAILED if failed else DONE


def _opened(file: Path) -> Picture:
    with named(file):
        return open_picture(file, default_engine().settings)


def figures(name: str, candidate: Picture, reference: Picture | None, ids: Sequence[str]) -> dict[str, float | None]:
    """Each figure, or None with a line on the error stream where the pictures are too small for it.

    Another line, with the name, tells of transparency that was laid on white for this. Raises ValueError when the two
    differ in size.
    """
    pixels, truth, note = on_white(candidate, reference)
    if truth is not None and truth.shape != pixels.shape:
        sizes = [f"{p.shape[2]}x{p.shape[1]}" for p in (pixels, truth)]
        raise ValueError(f"it has {sizes[0]} pixels and the reference {sizes[1]}; both must have one size")
    if note:
        complain(f"{name}: {note}")
    found, reasons = measured_figures(pixels, truth, ids)
    for metric, reason in reasons.items():
        complain(f"{metric}: {reason}")
    return found


def shaved(picture: Picture, border: int) -> Picture:
    """Without `border` pixels at each side. Raises ValueError when nothing would be left."""
    if 2 * border >= min(picture.width, picture.height):
        raise ValueError(f"cannot shave {border} pixels from each side of {picture.width}x{picture.height}")
    inside = slice(border, -border or None)
    alpha = None if picture.alpha is None else picture.alpha[:, inside, inside]
    return picture.with_pixels(picture.pixels[:, inside, inside], alpha)


def run_models(a: argparse.Namespace) -> int:
    """List the catalogue: what each model is for, its time here, licence and figures."""
    engine, failed = default_engine(), 0
    if a.measure:
        failed = sum(not measured(row) for row in cards(CATALOG, {}, engine.settings) if row.place != ON_THE_HUB)
    rows = cards(CATALOG, known_speeds(engine), engine.settings)
    table([describe(row) for row in rows], a.json)
    return SOME_FAILED if failed else DONE


def measured(row: CardRow) -> bool:
    """Measure a model here; whether that was possible."""
    try:
        measure_model(row.id, default_engine(), Progress(show))
    except EnhancerError as error:
        complain(f"{row.id}: {error}")
        return False
    return True


def describe(row: CardRow) -> dict[str, Any]:
    """One row of the list of models; what was not measured here, or is not known, is None."""
    source = entry(row.id).source
    return {
        "model": row.id,
        "purpose": row.purpose,
        "scale": row.scale,
        "architecture": row.architecture,
        "place": row.place,
        "source": "bundled" if isinstance(source, Bundled) else source.repo_id,
        "seconds/MP": row.seconds_per_megapixel,
        "memory MB": None if row.peak_megabytes is None else round(row.peak_megabytes),
        "file kB": None if row.bytes is None else round(row.bytes / 1e3),
        "commercial": "yes" if row.commercial else "no",
        "licence": row.licence,
        "figures": "; ".join(f"{label} {text}" for label, text in row.figures) or None,
    }


def _fetch(model: str) -> None:
    """A model of the catalogue, or a detector of torchvision."""
    detector = next((one for one in PUBLISHED if one.id == model), None)
    if detector is not None:
        fetch_published(detector, default_engine().settings, Progress(show))
    else:
        entry(model)
        default_engine().model(model, Progress(show))


def run_fetch(a: argparse.Namespace) -> int:
    """Download models and verify them."""
    failed = 0
    for model in a.models:
        try:
            _fetch(model)
        except EnhancerError as error:
            failed += 1
            complain(f"{model}: {error}")
        else:
            say(f"{model}: ready")
    return SOME_FAILED if failed else DONE
