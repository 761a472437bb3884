"""How a classical filter becomes what a task runs: progress, strips, hidden pixels and the range are seen to here."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from enhancer import canvas, memory
from enhancer.media.picture import Picture
from enhancer.progress import Progress
from enhancer.tasks.resize import bleed

STRIP_ROWS = 128
WHOLE = 100  # bytes a pixel that filters of the whole picture need at most, as measured

Shown = Tensor | None  # (H, W) bool: what transparency does not hide; None where there is none
Filter = Callable[[Tensor, Any], Tensor]  # ((C, H, W), options) → (C, H, W)
Judging = Callable[[Tensor, Any, Shown], Tensor]  # the same, by what is seen of the whole picture
Change = Callable[[Tensor, Any, Progress, Shown], Tensor]
Run = Callable[[Picture, Any, object, Progress], Picture]


def classical(change: Change) -> Run:
    """The run of a task that applies `change` to (3, H, W) and clamps the result to [0, 1].

    The colour of fully transparent pixels neither leaks into the result nor changes, and `change` is told which they
    are, so that their number does not count either.
    """

    def run(picture: Picture, options: Any, engine: object, progress: Progress) -> Picture:
        alpha = picture.alpha
        if alpha is None:
            return picture.with_pixels(canvas.by_parts(_clamped, change(picture.pixels, options, progress, None)))
        changed = change(bleed(picture.pixels, alpha), options, progress, alpha[0] > 0)
        return picture.with_pixels(canvas.by_parts(_seen, changed, picture.pixels, alpha), alpha)

    return run


def _clamped(changed: Tensor) -> Tensor:
    return changed.clamp(0, 1)


def _seen(changed: Tensor, before: Tensor, alpha: Tensor) -> Tensor:
    """What was changed, but for the colours that transparency hides."""
    return torch.where(alpha > 0, changed.clamp(0, 1), before)


def pointwise(apply: Filter) -> Change:
    """A filter that treats every pixel alone: one step."""

    def change(pixels: Tensor, options: Any, progress: Progress, shown: Shown) -> Tensor:
        progress.step(0, 1)
        changed = canvas.by_parts(lambda part: apply(part, options), pixels)
        progress.step(1, 1)
        return changed

    return change


def at_once(apply: Judging) -> Change:
    """A filter that must see the whole picture: one step. Raises OutOfMemory for pictures too large for that."""

    def change(pixels: Tensor, options: Any, progress: Progress, shown: Shown) -> Tensor:
        _check_whole(pixels)
        progress.step(0, 1)
        changed = apply(pixels, options, shown)
        progress.step(1, 1)
        return changed

    return change


def in_strips(apply: Filter, halo: Callable[[Any], int]) -> Change:
    """A filter whose pixels depend on at most `halo(options)` pixels around: one step for each strip of rows.

    Memory follows the strip, and Stop is heard after each; the result is that of the whole picture.
    """

    def change(pixels: Tensor, options: Any, progress: Progress, shown: Shown) -> Tensor:
        height, reach = pixels.shape[1], halo(options)
        tops = range(0, height, STRIP_ROWS)
        changed = canvas.empty(tuple(pixels.shape), canvas.settings_of(pixels))
        for done, top in enumerate(tops):
            progress.step(done, len(tops))
            bottom, first = min(top + STRIP_ROWS, height), max(top - reach, 0)
            window = apply(pixels[:, first : bottom + reach], options)
            changed[:, top:bottom] = window[:, top - first : bottom - first]
            canvas.release(pixels, changed)
        progress.step(len(tops), len(tops))
        return changed

    return change


def by_plane(apply: Filter) -> Change:
    """A filter that must see the whole picture, but one plane at a time: one step for each plane (1, H, W).

    Raises OutOfMemory for pictures too large for that.
    """

    def change(pixels: Tensor, options: Any, progress: Progress, shown: Shown) -> Tensor:
        _check_whole(pixels)
        changed = canvas.empty(tuple(pixels.shape), canvas.settings_of(pixels))
        for done in range(len(pixels)):
            progress.step(done, len(pixels))
            changed[done] = apply(pixels[done : done + 1], options)[0]
            canvas.release(pixels, changed)
        progress.step(len(pixels), len(pixels))
        return changed

    return change


def _check_whole(pixels: Tensor) -> None:
    if canvas.settings_of(pixels):
        needed = WHOLE * pixels.shape[1] * pixels.shape[2]
        memory.check(needed, "For this filter, which must see the whole picture", "please choose a smaller picture")
