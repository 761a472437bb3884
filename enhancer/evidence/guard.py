"""What a recipe keeps the network away from, by rules and by a brush, as data; done to the finished result."""

import base64
import binascii
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import BadOptions
from enhancer.evidence.consistency import consistency
from enhancer.evidence.guard_words import BRUSH, KINDS, MISFIT
from enhancer.evidence.protect import RULES, Found, Protection, inconsistent, percent, protect
from enhancer.media.picture import Picture
from enhancer.tasks.mask import packed
from enhancer.tasks.resize import colours

TITLES = {"text": "text", "calm": "background", MISFIT: "what did not fit", BRUSH: "painted places"}
MASK_SIDE = 256  # pixels of the longer side that a brushed mask is kept at; its edges fade over more than that
MAX_MASK = 8_000  # characters of a mask; careful brushwork takes a tenth of that
MAX_PAINTED = 200_000  # of one as a canvas gives it, with soft edges and in colour


@dataclass(frozen=True)
class Guard:
    """`strength` is the share of the enhancement that is let through where `what`, one of `KINDS`, says.

    `mask` is what was brushed, as `pack` makes it; "" for the rules. Raises BadOptions for anything else.
    """

    what: str
    strength: float = 0.0
    mask: str = ""

    def __post_init__(self) -> None:
        if self.what not in KINDS:
            raise BadOptions(f"Nothing is known that protects {self.what!r}, only {', '.join(KINDS)}.")
        if isinstance(self.strength, bool) or not 0 <= self.strength <= 1:
            raise BadOptions(f"A strength must lie between 0 and 1, not {self.strength!r}.")
        if (self.what == BRUSH) != bool(self.mask):
            raise BadOptions("A brush protects what was brushed with it, and only a brush takes a mask.")
        if self.mask:
            unpack(self.mask)


def pack(mask: Tensor) -> str:
    """A mask (H, W) in [0, 1] as base64 of a black and white PNG of at most 256 pixels a side.

    Raises BadOptions for one that is too intricate for that.
    """
    factor = min(1.0, MASK_SIDE / max(mask.shape))
    height, width = (max(1, round(side * factor)) for side in mask.shape)
    small = F.interpolate(mask[None, None].float(), (height, width), mode="area")[0, 0]
    text = packed((small >= 0.5).numpy())
    if len(text) > MAX_MASK:
        raise BadOptions("This mask is too intricate to be kept; please paint with a wider brush.")
    return text


def unpack(text: str) -> Tensor:
    """The mask (h, w) of 0 and 1 that `pack` made. Raises BadOptions for anything else."""
    return torch.from_numpy(_small_png(text, "1", MAX_MASK).copy()).float()


def painted(text: str) -> Tensor:
    """How much colour lies on a canvas, (h, w) in [0, 1], from base64 of its PNG of at most 256 pixels a side.

    Raises BadOptions for anything else.
    """
    return torch.from_numpy(_small_png(text, "RGBA", MAX_PAINTED)[..., 3] / 255).float()


def _small_png(text: str, mode: str, longest: int) -> NDArray[np.uint8]:
    refused = BadOptions("The mask is not one that was painted here; please paint it anew.")
    if len(text) > longest:
        raise refused
    try:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"]) as image:
            if image.mode != mode or max(image.size) > MASK_SIDE:
                raise refused
            return np.asarray(image)
    except (binascii.Error, OSError, ValueError, SyntaxError) as error:
        raise refused from error


def wished(text: str) -> Guard:
    """The guard that `text` names, as `calm` or `calm=0.3`. Raises BadOptions for other words."""
    what, given, strength = text.partition("=")
    try:
        return Guard(what, float(strength) if given else 0.0)
    except ValueError as error:
        raise BadOptions(
            f"{text!r} names no protection; write for example calm, or calm=0.3 to let 30% through."
        ) from (error)


def listed(guards: Sequence[Guard]) -> str:
    """What is protected, in a few words."""
    told = [TITLES[g.what] + (f" ({g.strength:.0%} let through)" if g.strength else "") for g in guards]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def guarded(source: Picture, result: Picture, guards: Sequence[Guard]) -> tuple[Picture, tuple[Found, ...]]:
    """The result with less of the enhancement where the guards say, and what each of them found.

    Later guards are painted over earlier ones. Raises BadOptions where a misfit is sought in a result that is not
    larger than its source.
    """
    given = colours(source)
    found = tuple(_found(guard, given, result.pixels) for guard in guards)
    protections = [Protection(f.mask, guard.strength) for f, guard in zip(found, guards, strict=True)]
    kept = protect(given, result.pixels, protections)
    return result.with_pixels(kept, result.alpha), found


def _found(guard: Guard, source: Tensor, result: Tensor) -> Found:
    if guard.what == BRUSH:
        return _brushed(guard.mask, source)
    if guard.what != MISFIT:
        return RULES[guard.what](source)
    return inconsistent(consistency(result, source))


def _brushed(text: str, source: Tensor) -> Found:
    mask = F.interpolate(unpack(text)[None, None], source.shape[1:], mode="bilinear", align_corners=False)[0, 0]
    share = float(mask.mean())
    return Found(mask, share, f"You painted over {percent(share)} of the picture.")
