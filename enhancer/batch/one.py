"""One file of a batch, from file to file; whatever goes wrong with it becomes its row."""

import hashlib
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from enhancer.batch.order import Order
from enhancer.batch.places import File
from enhancer.batch.row import DONE, FAILED, KEPT, Row
from enhancer.engine import Engine
from enhancer.errors import BadPicture, Cancelled, DiskFull, EnhancerError, Unwritable
from enhancer.evidence.diagnosis import diagnose
from enhancer.evidence.imitate import damage_of, fair, halved, trials
from enhancer.evidence.receipt import for_results, invented
from enhancer.evidence.recipe import Recipe, record
from enhancer.evidence.recipe_files import beside, texts
from enhancer.evidence.self_test import Damage, self_test
from enhancer.media import CARRIERS, Picture, decode, losses, open_picture, save_picture
from enhancer.media.files import format_for, unwritten, write_whole
from enhancer.models.fetch import digest
from enhancer.progress import Progress
from enhancer.tasks.chain import Step
from enhancer.tasks.consistent import enlarged
from enhancer.trust import consistency

log = logging.getLogger(__name__)
REPLACED = "It replaced a file of that name that is not known to have been made of this one."
UNEXPECTED = "Something unexpected went wrong with this file; the log says what."


def enhanced(
    file: File, order: Order, engine: Engine, progress: Progress, stamp: str = "", before: Row | None = None
) -> Row:
    """Do what is ordered with one file, unless `before` says that just this was done and its result is still there.

    `stamp` is the digest of the order. Errors become a row that failed. Raises Cancelled alone.
    """
    try:
        return _enhanced(file, order, engine, progress, stamp, before)
    except Cancelled:
        raise
    except Exception as error:  # one bad file stops no other, whatever it makes a decoder or a network do
        final = isinstance(error, (Unwritable, DiskFull))
        return Row(file.name, file.made, FAILED, problem=sentence(error, file), final=final)


def sentence(error: Exception, file: File) -> str:
    """What people are told about an error; an unexpected one goes into the log."""
    if isinstance(error, EnhancerError):
        return str(error)
    if isinstance(error, OSError):
        return f"This file could not be read ({error.strerror}); please check that it is there and may be opened."
    log.error("unexpected error with %s", file.name, exc_info=error)
    return UNEXPECTED


def _enhanced(file: File, order: Order, engine: Engine, progress: Progress, stamp: str, before: Row | None) -> Row:
    began, content = time.perf_counter(), digest(file.source)
    if kept := done_before(file, order, stamp, before, content):
        return kept
    picture, raw = open_picture(file.source, engine.settings), file.source.read_bytes()
    chain, received = order.chain(picture, raw), deque[Picture](maxlen=1)
    replaced = [REPLACED] * (bool(stamp) and _is_of_others(file, before, content))
    recipe, result = None, picture
    if chain:
        result, recipe = record(picture, chain, engine, progress, raw, order.guards, received.append)
    story, kind = _saved(result, file, order, recipe), format_for(file.target).id
    row = Row(
        source=file.name,
        target=file.made,
        outcome=DONE,
        width=picture.width,
        height=picture.height,
        result_width=result.width,
        result_height=result.height,
        tasks=" ".join(step.task_id for step in chain),
        models=_drew(recipe),
        recipe=story,
        input=content,
        output=digest(file.target),
        notes=(*picture.notes, *invented(recipe, engine.settings), *losses(result, kind), *replaced),
        key=_key(stamp, content),
    )
    if order.evidence and received:
        row = replace(row, consistency=_fit(_as_written(result, file, engine), received.pop()))
    if order.self_test:
        row = _tested(row, picture, raw, chain, engine, progress)
    return replace(row, seconds=round(time.perf_counter() - began, 3))


def done_before(file: File, order: Order, stamp: str, before: Row | None, content: str = "") -> Row | None:
    """The row of a file that needs no work: just this was done with these bytes, and its result is still there.

    So is the recipe where it was laid beside. `content` is the sha256 of the source where it is known. Raises OSError
    for a source that cannot be read.
    """
    if before is None or before.key != _key(stamp, content or digest(file.source)):
        return None
    if not file.target.is_file() or digest(file.target) != before.output:
        return None
    if order.embed and before.recipe and not _carried(file.target, before.recipe):
        return None
    return replace(before, source=file.name, outcome=KEPT)


def _is_of_others(file: File, before: Row | None, content: str) -> bool:
    """Whether what lies in the place of the result was not made of this source, as far as it is known."""
    if not file.target.is_file():
        return False
    return before is None or before.input != content or before.output != digest(file.target)


def _carried(target: Path, story: str) -> bool:
    """Whether a result has its recipe in it, as part of its bytes, or the one with this sha256 beside it."""
    if format_for(target).id in CARRIERS:
        return True
    return beside(target).is_file() and _story(beside(target).read_text("utf-8", "replace")) == story


def _key(stamp: str, content: str) -> str:
    return f"{stamp} {content}"


def _saved(result: Picture, file: File, order: Order, recipe: Recipe | None) -> str:
    """Write a result, with its recipe in it, or beside it where the format carries none → the sha256 of the recipe."""
    try:
        file.target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritten(error, f"{file.target.parent}") from error
    inside, outside = (None, None) if recipe is None else texts(recipe, format_for(file.target).id, order.quality)
    save_picture(result, file.target, order.quality, inside if order.embed else None)
    if outside is not None and order.embed:
        write_whole(beside(file.target), lambda stream: stream.write(outside.encode()), "The recipe")
    else:
        beside(file.target).unlink(missing_ok=True)  # of a result that is replaced
    if recipe is None:
        return ""
    return _story(inside or outside or "")


def _story(recipe: str) -> str:
    """The sha256 of a recipe, in a file or beside it."""
    return hashlib.sha256(recipe.strip().encode()).hexdigest()


def _drew(recipe: Recipe | None) -> str:
    """The ids of the networks that drew."""
    ids = [model.id for step in recipe.steps for model in step.models] if recipe else []
    return " ".join(dict.fromkeys(ids))


def _as_written(result: Picture, file: File, engine: Engine) -> Picture:
    """The result, or what compression left of it."""
    if format_for(file.target).lossless:
        return result
    return decode(file.target.read_bytes(), for_results(engine.settings))


def _fit(result: Picture, source: Picture) -> float | None:
    """How near the shrunk result is to what the last step received, in dB; None for what is no enlargement."""
    if not enlarged((result.width, result.height), (source.width, source.height)):
        return None
    return round(consistency(result, source).figure, 2)


def _tested(row: Row, picture: Picture, raw: bytes, chain: Sequence[Step], engine: Engine, progress: Progress) -> Row:
    """With the dB of the self-test, where what was done can be tested fairly on this picture."""
    steps = fair(chain)
    if not steps or row.result_width is None:
        return row
    found = damage_of(diagnose(picture, raw))
    factor, damage = trials(steps, row.result_width / picture.width, found)[0]
    if factor == 1 and damage == Damage():
        return row
    try:
        half = halved(factor, found)
        tested = self_test(picture, (), engine, progress, factor, damage, steps=steps, halved=half)
    except BadPicture as error:  # too small for a test
        return replace(row, notes=(*row.notes, str(error)))
    return replace(row, gain=round(tested.rows[1].gain, 2))
