"""Run a recipe again: the same to the last bit, so many decibels apart, or why that cannot be told."""

import hashlib
import math
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.engine import Engine
from enhancer.engine.results import really
from enhancer.errors import Cancelled, EnhancerError
from enhancer.evidence.receipt import for_results
from enhancer.evidence.recipe import Recipe, fingerprint, record
from enhancer.media import Picture, decode, encode
from enhancer.metrics.reference import psnr
from enhancer.models.catalog import CATALOG
from enhancer.models.contract import Origin
from enhancer.models.fetch import digest
from enhancer.progress import Progress
from enhancer.settings import VERSION, Settings
from enhancer.tasks import chain

IDENTICAL, DIFFERENT, IMPOSSIBLE = "bit-identical", "different", "impossible"
SHOWN = 12  # digits of a hash that people need to see
BAND = 256  # rows that are looked at at once
OTHER_PROFILE = (
    "This file was changed since the recipe made it: its pixels are the same, but another colour profile makes them "
    "look different."
)
NO_PROFILE = "The colour profile of the source is not in the file; its colours may look different."
PLACE = 8  # pixels a side of the places that are looked at one by one
LOCAL = 8  # levels of 255 by which one of them must differ in the mean to be told, however good the rest is
WORDS = ((50, "nobody sees that"), (40, "that is hard to see"), (30, "that can be seen"), (-math.inf, "that is plain"))


@dataclass(frozen=True)
class Verdict:
    """`outcome` is bit-identical, different or impossible; `psnr` in dB where two pictures were compared.

    `notes` say what differs between then and now without being an obstacle.
    """

    outcome: str
    sentence: str
    psnr: float | None = None
    notes: tuple[str, ...] = ()


def verify(
    recipe: Recipe,
    source: bytes,
    engine: Engine,
    *,
    result: Picture | None = None,
    weights: Path | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Do what the recipe says to the file `source`, and compare with its fingerprint and with `result`, its picture.

    Every step runs anew, whatever an engine may remember.
    Only models of the catalogue run, and the local file `weights`, if their sha256 is the one in the recipe.
    Raises BadPicture for a source that cannot be read, and Cancelled.
    """
    reason = _unknown_weights(recipe, weights)
    if reason:
        return Verdict(IMPOSSIBLE, reason)
    picture = decode(source, engine.settings)
    if (same_file := _same(source, recipe)) + (same_pixels := fingerprint(picture) == recipe.source) == 0:
        return Verdict(IMPOSSIBLE, _other_source(source, recipe))
    try:
        made, again = record(picture, _wishes(recipe, weights), really(engine), progress, source, recipe.guards)
    except Cancelled:
        raise
    except EnhancerError as error:
        return Verdict(IMPOSSIBLE, f"The recipe cannot be run here: {error}")
    if _weights(again) != _weights(recipe):
        return Verdict(IMPOSSIBLE, "The automatic choice takes other models here than the recipe names.")
    notes = _notes(recipe, again, same_file, same_pixels)
    same = again.result == recipe.result
    if result is None:
        return replace(_alone(same), notes=notes)
    verdict = _beside(result, _stored(made, recipe, engine.settings), same)
    if verdict.outcome == IDENTICAL and result.profile not in (None, made.profile):
        verdict = Verdict(DIFFERENT, OTHER_PROFILE)
    return replace(verdict, notes=(*notes, *([NO_PROFILE] if made.profile and result.profile is None else [])))


def _unknown_weights(recipe: Recipe, weights: Path | None) -> str | None:
    """Why the weights of a recipe are not to be had; without opening or fetching any."""
    own = None if weights is None else digest(weights)
    pinned = {e.id: e.sha256 for e in CATALOG}
    for model in (m for step in recipe.steps for m in step.models):
        if model.id not in pinned and model.sha256 != own:
            return (
                f"The model {model.id} is unknown here; give the weight file whose sha256 begins with {_short(model)}."
            )
        if model.id in pinned and model.sha256 != pinned[model.id]:
            return (
                f"The recipe used other weights of {model.id}: their sha256 begins with {_short(model)}, "
                f"that of the ones here with {pinned[model.id][:SHOWN]}."
            )
    return None


def _short(model: Origin) -> str:
    return model.sha256[:SHOWN]


def _same(source: bytes, recipe: Recipe) -> bool:
    return hashlib.sha256(source).hexdigest() == recipe.file


def _other_source(source: bytes, recipe: Recipe) -> str:
    found, wanted = hashlib.sha256(source).hexdigest(), recipe.file or recipe.source.sha256
    return (
        f"This is not the source of the recipe: its sha256 begins with {found[:SHOWN]}, "
        f"and {wanted[:SHOWN]} was expected."
    )


def _wishes(recipe: Recipe, weights: Path | None) -> list[chain.Step]:
    """What to run; a model that is not of the catalogue is the file `weights`, wherever it lies now."""
    known = {e.id for e in CATALOG}
    own = {m.id: str(weights) for step in recipe.steps for m in step.models if m.id not in known}
    return [
        chain.Step(s.task, {k: own.get(v, v) if k == "model" else v for k, v in s.options.items()})
        for s in recipe.steps
    ]


def _weights(recipe: Recipe) -> list[tuple[str, float]]:
    """A renamed file holds the same weights."""
    return [(m.sha256, m.share) for step in recipe.steps for m in step.models]


def _notes(then: Recipe, now: Recipe, same_file: bool, same_pixels: bool) -> tuple[str, ...]:
    notes = [
        f"The {what} was {before} then and is {after} now."
        for what, before, after in (
            ("version of the program", then.version, VERSION),
            ("precision", then.precision, now.precision),
            ("kind of processor", then.device, now.device),
            ("version of PyTorch", then.torch, now.torch),
        )
        if before != after
    ]
    if not same_file and then.file is not None:
        notes.append("The source is another file with the same pixels.")
    if not same_pixels:
        notes.append("The source is the same file, and reads as other pixels here.")
    return tuple(notes)


def _stored(made: Picture, recipe: Recipe, settings: Settings) -> Picture:
    """The result as its file holds it."""
    if recipe.quality is None:
        return made
    bare = replace(made, profile=None, exif=None, dpi=None)
    return decode(encode(bare, "jpeg", recipe.quality), for_results(settings))


def _alone(same: bool) -> Verdict:
    if same:
        return Verdict(IDENTICAL, "Bit-identical: running the recipe again gives exactly the pixels that it names.")
    return Verdict(
        DIFFERENT,
        "Not bit-identical: running the recipe again gives other pixels than it names. "
        "Give the result file to learn how far apart they are.",
    )


def _beside(result: Picture, made: Picture, same: bool) -> Verdict:
    fewer = f"; it holds {result.depth} of {made.depth} bits a channel" if result.depth < made.depth else ""
    made = replace(made, depth=result.depth)
    if fingerprint(made) == fingerprint(result):
        return Verdict(IDENTICAL, f"Bit-identical: running the recipe again gives exactly this picture{fewer}.")
    sizes = [f"{p.width}×{p.height}" for p in (result, made)]
    blame = "This file was changed since the recipe made it" if same else "Not bit-identical"
    if sizes[0] != sizes[1]:
        return Verdict(DIFFERENT, f"{blame}: it has {sizes[0]} pixels, and running the recipe again gives {sizes[1]}.")
    apart = psnr(_rounded(result), _rounded(made))
    if apart == math.inf:
        return Verdict(DIFFERENT, f"{blame}: its transparency differs, its colours do not.", apart)
    word, off = next(word for least, word in WORDS if apart >= least), _worst_place(result, made)
    if off >= LOCAL:
        word = f"one place of {PLACE}×{PLACE} pixels is off by {off:.0f} of 255 levels in the mean"
    return Verdict(
        DIFFERENT, f"{blame}: it is {apart:.1f} dB (PSNR) from what running the recipe again gives; {word}.", apart
    )


def _worst_place(one: Picture, other: Picture) -> float:
    """The largest mean difference of a place, in levels of 255: a few pixels that were painted over hide in no mean."""
    worst = 0.0
    for top in range(0, one.height, BAND):
        rows = slice(top, top + BAND)
        apart = (one.pixels[:, rows].clamp(0, 1) - other.pixels[:, rows].clamp(0, 1)).abs().amax(0, keepdim=True)
        worst = max(worst, float(F.avg_pool2d(apart[None], PLACE, ceil_mode=True, count_include_pad=False).max()))
    return 255 * worst


def _rounded(picture: Picture) -> Tensor:
    top = float(2**picture.depth - 1)
    whole: Tensor = torch.floor(picture.pixels.clamp(0, 1) * top + 0.5)
    return whole / top
