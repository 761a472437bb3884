"""What the page does when parts of a picture are protected: the plain picture blended back into a finished result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from enhancer.evidence.guard import Guard, guarded, listed, pack, painted
from enhancer.evidence.guard_words import BRUSH
from enhancer.evidence.protect import Found, enlarged
from enhancer.evidence.recipe import fingerprint
from enhancer.media.picture import Picture
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.classical_colour import luma
from enhancer.trust import fit_of
from enhancer.ui.display import reduced, save_display
from enhancer.ui.enhance_work import Finished, Pair, put_up, side_by_side
from enhancer.ui.picture_input import read
from enhancer.ui.trust_work import MAP_PIXELS, cure

# Red, green and blue of what each kind of protection covers; told apart by people who see no red or no green, too.
COLOURS = {"text": (230, 159, 0), "calm": (86, 180, 233), "misfit": (204, 121, 167), "brush": (0, 158, 115)}
COVER = 0.7  # opacity of the colours on the map
PALE, CONTRAST = 0.35, 0.55  # of the picture below them
REAPPLIED = "What you protected was put back after that."


@dataclass(frozen=True)
class Protected:
    """A result, what each of its protections found as (kind, sentence), and their map beside it as display files."""

    done: Finished
    told: tuple[tuple[str, str], ...] = ()
    pair: Pair | None = None


def wanted(ticks: Mapping[str, bool], canvas: str, strength: float) -> tuple[Guard, ...]:
    """What was asked for: the ticked rules and, where anything was painted, the brush; `canvas` as `painted` reads it.

    Raises BadOptions for a canvas that is not one of ours, and for one that is too intricate.
    """
    guards = [Guard(what, strength) for what, ticked in ticks.items() if ticked]
    mask = painted(canvas) if canvas else torch.zeros(1, 1)
    if bool((mask >= 0.5).any()):
        guards.append(Guard(BRUSH, strength, pack(mask)))
    return tuple(guards)


def protect(done: Finished, guards: Sequence[Guard], settings: Settings, place: Path, progress: Progress) -> Protected:
    """The result before anything was protected, with less of the enhancement where the guards say.

    Without guards it is that result itself. Raises BadOptions as `guarded`, Cancelled.
    """
    bare = done.bare or done
    source, before = read(done.path, settings), bare.kept.load()
    if not guards:
        return Protected(replace(bare, pair=side_by_side(source, before, place)))
    after, found = guarded(source, before, guards)
    progress.step(1, 2, "drawing the map")
    drawn = _beside(source, after, guards, found, place)
    progress.step(2, 2, "preparing the view")
    pair, kept, _ = put_up(source, after, place, progress)
    there = [guard for guard, f in zip(guards, found, strict=True) if f.share > 0]
    shielded = replace(
        bare,
        pair=pair,
        kept=kept,
        what=f"{bare.what}, {listed(there)} protected" if there else bare.what,
        recipe=replace(bare.recipe, guards=tuple(guards), result=fingerprint(after)),
        fit=None if bare.fit is None else fit_of(after, bare.compared_with(settings), bare.recipe),
        cured=f"{bare.cured} {REAPPLIED}" if bare.cured else "",
        bare=bare,
    )
    told = tuple((guard.what, f.sentence) for guard, f in zip(guards, found, strict=True))
    return Protected(shielded, told, drawn)


def cured(done: Finished, settings: Settings, place: Path, progress: Progress) -> Protected:
    """The result made consistent; what was protected in it is protected after that, as its recipe says.

    Raises BadOptions where that cannot be had, Cancelled.
    """
    fitted = cure(done.bare or done, settings, place, progress)
    if not done.recipe.guards:
        return Protected(fitted)
    try:
        return protect(fitted, done.recipe.guards, settings, place, progress)
    except BaseException:  # nobody is left who would forget it later
        fitted.forget(done)
        raise


def _beside(source: Picture, after: Picture, guards: Sequence[Guard], found: Sequence[Found], place: Path) -> Pair:
    """The result, and the pale picture with what is protected in colours, in one size."""
    small = reduced(after, MAP_PIXELS)
    grey = luma(small.pixels)
    drawn = (PALE + CONTRAST * grey).expand(3, -1, -1)
    for guard, f in zip(guards, found, strict=True):
        colour = torch.tensor(COLOURS[guard.what])[:, None, None] / 255
        drawn = drawn.lerp(colour.expand_as(drawn), COVER * enlarged(f.mask, (small.height, small.width)))
    left, _, _ = save_display(small, place / "protected.png")
    right, _, _ = save_display(Picture(drawn), place / "protections.png")
    return str(left), str(right)
