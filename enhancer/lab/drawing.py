"""What can be wished of the networks that draw, and the sheet that comes of it."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import BadOptions, BadPicture
from enhancer.lab.bundled import artist, recogniser
from enhancer.lab.paper import digit_in
from enhancer.media.picture import Picture
from enhancer.models.artist import Artist, grid
from enhancer.models.recogniser import square
from enhancer.options import option
from enhancer.settings import Settings
from enhancer.tasks.resize import colours

DRAWN = ("gan-digits", "vae-digits", "gan-textures", "vae-textures")
CODERS = ("vae-digits", "vae-textures")  # which code pictures as well
DIGITS = CODERS[0]
HALVED = 2  # as textures were when they were learned, which takes grain and JPEG away
COLUMNS = 10
MOST = 400  # drawings
FRAME = 2  # pixels around each drawing of a sheet
HIGHEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class DrawOptions:
    """With `to`, the drawings lead from one seed to the other."""

    model: str = option(DRAWN[0], "which network draws", choices=DRAWN)
    seed: int = option(1, "equal seeds draw equal pictures", minimum=0, maximum=HIGHEST_SEED, step=1)
    count: int = option(30, "how many drawings", minimum=1, maximum=MOST, step=1)
    name: str = option("", "what to draw, such as 7 or blue grain; all in turn where left out")
    truncation: float = option(1.0, "less is likelier and more alike", minimum=0.0, maximum=1.0, step=0.05)
    to: int | None = option(None, "the seed at the end of a way", minimum=0, maximum=HIGHEST_SEED, step=1)
    to_name: str = option("", "what stands at the end of the way")


def drawn(network: Artist, options: DrawOptions) -> Tensor:
    """The drawings, (N, 3, side, side) in [0, 1]. Raises BadOptions for what the network cannot draw."""
    name = options.name or None
    if options.to is None:
        if options.to_name:
            raise BadOptions("Only a way to another seed has a name at its end; give that seed as well.")
        return network.sample(options.seed, options.count, name, options.truncation)
    if options.to == options.seed:
        raise BadOptions("A way leads from one seed to another; choose two that differ.")
    return network.between((options.seed, options.to), options.count, (name, options.to_name or name))


def sheet(drawings: Tensor, columns: int = COLUMNS) -> Picture:
    """Drawings (N, 3, side, side) in rows; one alone has no frame."""
    pixels = grid(drawings, min(columns, len(drawings)))
    return Picture(pixels if len(drawings) > 1 else pixels[:, FRAME:-FRAME, FRAME:-FRAME].contiguous())


def redrawn(picture: Picture, name: str, settings: Settings, model: str = DIGITS) -> Tensor:
    """What a coder sees of a picture, and as it draws it again: (2, 3, side, side).

    Of digits that is the one on the picture, which is recognised where no name is given; of textures the middle, at
    half its size. Raises BadPicture, BadOptions, WeightsUnavailable.
    """
    coder = artist(settings, model)
    if model == DIGITS:
        seen = digit_in(picture).pixels
        again = coder.again(seen, name or recogniser(settings)(seen, 1)[0].name)
        return torch.stack([square(seen, again.shape[-1], 1)[0].expand(3, -1, -1), again])
    again = coder.again(seen := _middle(picture, coder.side), name or None)
    return torch.stack([seen, again])


def _middle(picture: Picture, side: int) -> Tensor:
    """What fills `side` pixels at half the size, (3, side, side)."""
    pixels = colours(picture)
    edge = side * HALVED
    if min(pixels.shape[1:]) < edge:
        raise BadPicture(f"A texture needs a picture of at least {edge} pixels a side; choose a larger one.")
    top, left = ((length - edge) // 2 for length in pixels.shape[1:])
    return F.avg_pool2d(pixels[:, top : top + edge, left : left + edge].float(), HALVED)
