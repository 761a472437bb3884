"""A digit on a photograph or drawing, as the recogniser of digits knows them: light on dark, filling a square."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import BadPicture
from enhancer.media.picture import Picture
from enhancer.tasks.classical_colour import luma
from enhancer.tasks.resize import colours

INK = 0.5  # of the contrast between paper and ink
FAINTEST = 0.1  # of full scale; less contrast is no writing


@dataclass(frozen=True)
class Found:
    """The square around a digit: `pixels` (3, side, side) in [0, 1], and where it lies in the picture.

    `top` and `left` may lie outside the picture, whose paper then goes on. `turned` says whether it was dark on light.
    """

    pixels: Tensor
    top: int
    left: int
    turned: bool

    @property
    def side(self) -> int:
        """Pixels of the picture."""
        return int(self.pixels.shape[1])


def digit_in(picture: Picture) -> Found:
    """The digit on a picture. Raises BadPicture for a picture of one tone."""
    light = luma(colours(picture))[0]
    rim = torch.cat([light[0], light[-1], light[:, 0], light[:, -1]]).median()
    turned = bool(rim > (light.amax() + light.amin()) / 2)
    ink = light.amax() - light if turned else light - light.amin()
    if ink.amax() < FAINTEST:
        raise BadPicture("This picture has one tone all over, so there is nothing to recognise; choose another.")
    ink = ink / ink.amax()
    rows, columns = ((ink > INK).any(axis).nonzero().flatten() for axis in (1, 0))
    (top, bottom), (left, right) = ((int(at[0]), int(at[-1]) + 1) for at in (rows, columns))
    side = max(bottom - top, right - left)
    top, left = (top + bottom - side) // 2, (left + right - side) // 2
    padded = F.pad(ink[None, None], (side,) * 4)[0, 0]
    square = padded[top + side : top + 2 * side, left + side : left + 2 * side]
    return Found(square.expand(3, -1, -1), top, left, turned)
