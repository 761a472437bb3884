"""From the bytes of a request to the bytes of an answer, as page and command line would make them."""

import math
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from enhancer.engine import Engine
from enhancer.errors import BadOptions, EnhancerError
from enhancer.evidence.on_white import on_white
from enhancer.evidence.receipt import Receipt, receipt
from enhancer.evidence.recipe import Recipe, record
from enhancer.evidence.recipe_files import texts
from enhancer.media import decode, encode
from enhancer.media.formats import Format, format_of
from enhancer.media.picture import Picture
from enhancer.metrics import figures
from enhancer.progress import Progress
from enhancer.server.wish import Wish
from enhancer.settings import Settings
from enhancer.tasks.upscale_options import UPSCALE
from enhancer.trust import fit_of


@dataclass(frozen=True)
class Answer:
    """A result as a file, with what is said about it; `size` is (width, height), `recipe` as for this file.

    `consistency` is there for enlargements: dB by which the result, shrunk back, gives the picture; "inf" if exactly.
    """

    file: bytes
    format: Format
    size: tuple[int, int]
    seconds: float
    recipe: Recipe
    receipt: Receipt | None
    consistency: float | str | None = None


@dataclass(frozen=True)
class FileAnswer:
    """What became of a file that is no picture: open, as it may be larger than the memory.

    Its `name` tells nothing; `kept` of its source, always, and a sentence in `notes` for each thing to be known beside.
    """

    file: BinaryIO
    name: str
    media_type: str
    size: tuple[int, int]
    seconds: float
    kept: tuple[str, ...]
    notes: tuple[str, ...]


def enhanced(data: bytes, wish: Wish, engine: Engine, progress: Progress) -> Answer:
    """Decode, enhance, encode, and read back for the receipt. Raises the errors of `media` and of the tasks."""
    began = time.perf_counter()
    picture, received = decode(data, engine.settings), deque[Picture](maxlen=1)
    result, recipe = record(picture, [wish.step], engine, progress, data, wish.guards, received.append)
    fit = fit_of(result, received[0], recipe) if wish.step.task_id == UPSCALE.id else None
    progress.step(progress.total, progress.total, "writing the file")
    kind, quality = format_of(wish.file.format), wish.file.jpeg_quality
    inside, _ = texts(recipe, kind.id, quality) if wish.file.recipe else (None, None)
    file = encode(result, kind.id, quality, recipe=inside)
    found = receipt(picture, file, result, engine.settings, recipe) if wish.file.receipt else None
    return Answer(
        file=file,
        format=kind,
        size=(result.width, result.height),
        seconds=time.perf_counter() - began,
        recipe=recipe.written_as(kind.id, quality),
        receipt=found,
        consistency=None if fit is None else _finite(fit.figure),
    )


@dataclass(frozen=True)
class Row:
    """One candidate with its figures, None where it is too small for one and "inf" where there is no difference.

    `problem` says why there are no figures at all; `note` that transparency was laid on white for them.
    """

    name: str
    figures: dict[str, float | str | None]
    problem: str | None = None
    note: str | None = None


def measured(
    reference: bytes | None,
    candidates: Sequence[tuple[str, bytes]],
    ids: Sequence[str],
    settings: Settings,
    progress: Progress,
) -> list[Row]:
    """Measure each candidate, by name, against the reference. Raises BadPicture for the reference alone."""
    truth = None if reference is None else decode(reference, settings)
    rows = []
    for done, (name, data) in enumerate(candidates):
        progress.step(done, len(candidates), name)
        try:
            candidate = decode(data, settings)
            if truth is not None and truth.pixels.shape != candidate.pixels.shape:
                sizes = [f"{p.width}×{p.height}" for p in (candidate, truth)]
                raise BadOptions(f"It has {sizes[0]} pixels and the reference {sizes[1]}; both must have one size.")
            pixels, wanted, note = on_white(candidate, truth)
            found, _ = figures(pixels, wanted, ids)
            rows.append(Row(name, {i: _finite(value) for i, value in found.items()}, note=note))
        except EnhancerError as error:
            rows.append(Row(name, {}, str(error)))
    return rows


def _finite(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else str(value)
