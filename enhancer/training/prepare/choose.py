"""Which pictures and tiles are kept, and for each that is not the reason in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from enhancer.training.prepare.fingerprint import BITS, FREQUENCIES, apart, from_text
from enhancer.training.prepare.measure import fault
from enhancer.training.prepare.plan import Plan
from enhancer.training.prepare.survey import Survey, Tile

# In the order in which they are asked; what each means stands in the report.
REASONS = {
    "unreadable": "cannot be read, or is not of a kind to learn from",
    "benchmark": "is, or holds, a picture that models are measured with",
    "small": "is smaller than one tile",
    "duplicate": "has exactly the pixels of another",
    "alike": "shows the same as another: rescaled, re-saved, mirrored or turned",
    "flat": "hardly changes from pixel to pixel",
    "blurred": "is out of focus, moved or enlarged",
    "blocky": "shows the blocks of JPEG compression",
    "noisy": "is grainy",
    "plain": "is less detailed than other tiles of the same picture",
}


@dataclass(frozen=True)
class Rejection:
    """A picture, or one tile of it, that is left out."""

    name: str
    reason: str
    words: str
    tile: Tile | None = None


@dataclass(frozen=True)
class Choice:
    """The kept tiles of each picture, in name order, and everything that is left out."""

    kept: tuple[tuple[Survey, tuple[Tile, ...]], ...]
    rejected: tuple[Rejection, ...]


def choose(surveys: Sequence[Survey], plan: Plan) -> Choice:
    """Decide on every picture, then on every tile of those that stay. Neither depends on the order of `surveys`."""
    ordered = sorted(surveys, key=lambda s: s.name)
    rejected = {s.name: r for s in ordered if (r := _unfit(s, plan))}
    rejected |= _repeated([s for s in ordered if s.name not in rejected], plan)
    out = list(rejected.values())
    kept: list[tuple[Survey, tuple[Tile, ...]]] = []
    seen: dict[str, str] = {}
    for found in (s for s in ordered if s.name not in rejected):
        tiles, left_out = _tiles(found, plan, seen)
        out += left_out
        if tiles:
            kept.append((found, tiles))
    return Choice(tuple(kept), tuple(sorted(out, key=lambda r: (r.name, r.tile is not None))))


def _unfit(found: Survey, plan: Plan) -> Rejection | None:
    if found.problem is not None:
        return Rejection(found.name, "unreadable", found.problem)
    if found.benchmark is not None:
        words = f"agrees with {found.benchmark} by {found.agreement:.2f} (1 is all, chance 0 ± 0.06)"
        return Rejection(found.name, "benchmark", words)
    if not found.tiles:
        size = f"{found.width}x{found.height}" + (f" shrunk to {plan.shrink:g}" if plan.shrink < 1 else "")
        return Rejection(found.name, "small", f"{size} pixels, a tile has {plan.tile}x{plan.tile}")
    plainest = min((t.figures for t in found.tiles), key=lambda f: f.noise)
    if len(found.tiles) >= 4 and plainest.noise > plan.noise_everywhere and plainest.grainy:
        words = f"noise of {plainest.noise:.1f} levels even in its plainest tile, at most {plan.noise_everywhere:g}"
        return Rejection(found.name, "noisy", words)
    return None


def _repeated(surveys: Sequence[Survey], plan: Plan) -> dict[str, Rejection]:
    """Of pictures that are alike the one with most good tiles stays, then the largest, then the first by name.

    The largest alone would be wrong: it may be an enlargement, or saved worse.
    """
    rejected: dict[str, Rejection] = {}
    kept: list[Survey] = []
    exact: dict[str, str] = {}
    hashes = np.empty((len(surveys), FREQUENCIES, FREQUENCIES), np.float32)
    for found in sorted(surveys, key=lambda s: (-_good(s, plan), -s.pixels, s.name)):
        if found.sha256 in exact:
            words = f"same pixels as {exact[found.sha256]}"
            rejected[found.name] = Rejection(found.name, "duplicate", words)
            continue
        exact[found.sha256] = found.name
        hashed = from_text(found.hashed)
        distances = apart(hashed, hashes[: len(kept)])
        if kept and distances.min() <= plan.alike:
            like, differ = kept[int(distances.argmin())].name, distances.min()
            words = f"{differ} of {BITS} signs differ from {like}, up to {plan.alike} is alike"
            rejected[found.name] = Rejection(found.name, "alike", words)
            continue
        hashes[len(kept)] = hashed
        kept.append(found)
    return rejected


def _good(found: Survey, plan: Plan) -> int:
    return sum(fault(t.figures, plan) is None for t in found.tiles)


def _tiles(found: Survey, plan: Plan, seen: dict[str, str]) -> tuple[tuple[Tile, ...], list[Rejection]]:
    """The tiles that stay and those that do not; `seen` names the owner of each tile so far."""
    good: list[Tile] = []
    out: list[Rejection] = []
    for tile in found.tiles:
        wrong = fault(tile.figures, plan)
        if wrong is None and tile.sha256 in seen:
            wrong = "duplicate", f"same pixels as a tile of {seen[tile.sha256]}"
        if wrong is not None:
            out.append(Rejection(found.name, *wrong, tile))
            continue
        seen[tile.sha256] = found.name
        good.append(tile)
    good.sort(key=lambda t: (-t.figures.detail, t.top, t.left))
    for tile in good[plan.per_picture or len(good) :]:
        words = f"{plan.per_picture} tiles of this picture have more detail than {tile.figures.detail:g} levels"
        out.append(Rejection(found.name, "plain", words, tile))
    stay = good[: plan.per_picture or len(good)]
    return tuple(sorted(stay, key=lambda t: (t.top, t.left))), out
