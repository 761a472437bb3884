"""Does the result, shrunk back, give the picture it was made from?"""

from dataclasses import dataclass

import torch
from torch import Tensor

from enhancer.metrics import psnr
from enhancer.tasks.consistent import LEVELS, check_enlarged
from enhancer.tasks.resize import resize

GOOD = 45.0  # dB; the typical difference is then below one level
FAIR = 30.0
SEEN_SHIFT = 1.0  # grey levels of a channel's mean
COLOURS = ("red", "green", "blue")
LIMIT = (
    "The result was shrunk to the size of your picture and compared with it. This shows shifted colours, moved edges "
    "and wiped-out texture. Detail finer than the pixels of your picture cannot be checked in this way: "
    "drawn rightly or wrongly, it vanishes when the result is shrunk."
)


@dataclass(frozen=True)
class Consistency:
    """`figure` is the PSNR in dB of the shrunk result against the source (infinite where they are equal).

    `map` (h, w) holds the mean absolute difference of R, G and B at every pixel of the source, `shift` how much
    brighter red, green and blue are in the mean, all in levels of 255. `verdict` and `limit` say it in words.
    """

    figure: float
    map: Tensor
    shift: tuple[float, float, float]
    verdict: str
    limit: str = LIMIT

    @property
    def good(self) -> bool:
        """Whether figure and colours leave nothing to cure."""
        return self.figure >= GOOD and max(map(abs, self.shift)) < SEEN_SHIFT


def consistency(result: Tensor, source: Tensor) -> Consistency:
    """Compare an enlarged picture (3, H, W) with the one it was made from (3, h, w), both in [0, 1].

    Raises BadOptions for a result that is not larger than its source.
    """
    check_enlarged((result.shape[2], result.shape[1]), (source.shape[2], source.shape[1]))
    shrunk = resize(result, *source.shape[1:])
    difference = (shrunk - source) * LEVELS
    figure, levels = psnr(shrunk, source), difference.abs().mean(0)
    red, green, blue = difference.mean((1, 2), dtype=torch.float64).tolist()
    shift = red, green, blue
    return Consistency(figure, levels, shift, _verdict(figure, float(levels.mean()), shift))


def _verdict(figure: float, typical: float, shift: tuple[float, float, float]) -> str:
    if figure >= GOOD:
        words = "Shrunk back, the result gives your picture again"
    elif figure >= FAIR:
        words = "Shrunk back, the result comes close to your picture, but edges or texture differ in places"
    else:
        words = "Shrunk back, the result differs visibly from your picture"
    return f"{words}: pixels differ by {_levels(typical)} in the mean.{_shift_words(shift)}"


def _shift_words(shift: tuple[float, float, float]) -> str:
    if max(map(abs, shift)) < SEEN_SHIFT:
        return ""
    strays = [f"{c} by {s:+.1f}" for c, s in zip(COLOURS, shift, strict=True) if abs(s) >= SEEN_SHIFT]
    return f" Its colours have shifted, {', '.join(strays)}. “Make consistent” cures that."


def _levels(value: float) -> str:
    return f"{value:.1f} of {LEVELS} grey levels"
