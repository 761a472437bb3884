"""Textures out of photographs: small squares that look alike all over, each of a kind that is measured."""

from collections.abc import Sequence
from itertools import product
from math import pi, sqrt
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import TrainingError
from enhancer.training.data import hold_out, picture_files, read_rgb

TEXTURES = "textures:"  # before a folder of photographs
KINDS = ("grey grain", "warm grain", "green grain", "blue grain", "lines across", "lines upright")
GREY, WARM, GREEN, BLUE, ACROSS, UPRIGHT = range(len(KINDS))
OTHER = -1
LUMA = (0.299, 0.587, 0.114)
SHRINK = 2  # of photographs before squares are cut out, which takes their grain and JPEG away
FAINTEST = 0.04  # contrast, in [0, 1]
SPREAD, EVEN = 0.4, 0.5  # of the quarters: how far their means lie apart, over their contrast; least over most contrast
LINED, GRAINY = 0.45, 0.3  # how far edges run in one direction, from where on they are lines, and below which grain
FINE = 0.2  # squared slope over contrast, from where on grain is fine
PALE = 0.2  # saturation below which a mean colour is grey
HUES = ((-30, WARM), (60, GREEN), (170, BLUE), (330, WARM))  # degrees from red, and the kind from there on
SLANT = 25  # degrees that lines may lie off


def read_textures(folder: Path, side: int, every: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Squares (N, 3, side, side) uint8 of photographs with their kinds (N,) int64: to learn from, and held out.

    Every `every`-th photograph is held out whole. Squares to learn from come mirrored as well. Raises TrainingError
    where either part shows no texture, or the folder holds no picture.
    """
    try:
        training, unseen = hold_out(picture_files(folder), every)
    except FileNotFoundError as error:
        raise TrainingError(f"{folder}: {error}.") from error
    (pictures, kinds), held = _textures(training, side), _textures(unseen, side)
    if not len(kinds) or not len(held[1]):
        raise TrainingError(f"The photographs in {folder} show no texture of {side} pixels; add some, or larger ones.")
    return (torch.cat([pictures, pictures.flip(3)]), kinds.repeat(2)), held


def _textures(files: Sequence[Path], side: int) -> tuple[Tensor, Tensor]:
    found = [squares(read_rgb(file), side) for file in files]
    pictures = torch.cat(found) if found else torch.empty(0, 3, side, side, dtype=torch.uint8)
    kinds = kinds_of(pictures) if len(pictures) else torch.empty(0, dtype=torch.int64)
    return pictures[kinds != OTHER], kinds[kinds != OTHER]


def squares(photograph: Tensor, side: int) -> Tensor:
    """All squares of a photograph (3, H, W) uint8, half overlapping, that look alike all over: (N, 3, side, side)."""
    small = F.avg_pool2d(photograph[None].float(), SHRINK)
    if min(small.shape[2:]) < side:
        return torch.empty(0, 3, side, side, dtype=torch.uint8)
    cut = F.unfold(small, side, stride=side // 2)[0].T.reshape(-1, 3, side, side)
    return cut[_alike(cut)].round().byte()


def _alike(pictures: Tensor) -> Tensor:
    """Whether the four quarters of squares (N, 3, S, S) in [0, 255] have about one mean and one contrast, (N,)."""
    half = pictures.shape[-1] // 2
    light = _light(pictures)
    quarters = torch.stack([light[:, y : y + half, x : x + half] for y, x in product((0, half), repeat=2)], 1)
    means, contrasts = quarters.flatten(2).mean(2), quarters.flatten(2).std(2)
    enough = contrasts.mean(1) > FAINTEST
    balanced = means.std(1) < SPREAD * contrasts.mean(1)
    return enough & balanced & (contrasts.amin(1) > EVEN * contrasts.amax(1))


def kinds_of(pictures: Tensor) -> Tensor:
    """The kind of each square (N, 3, S, S) uint8, (N,); -1 where it is neither lines nor fine grain.

    Lines are told by the structure tensor (Bigün and Granlund, ICCV 1987), the colour of grain by its mean.
    """
    along, angle, fineness = _edges(_light(pictures.float()))
    kinds = torch.full((len(pictures),), OTHER)
    grain = (along < GRAINY) & (fineness > FINE)
    kinds[grain] = _colours(pictures[grain])
    lined = along > LINED
    kinds[lined & (angle.abs() > 90 - SLANT)] = ACROSS
    kinds[lined & (angle.abs() < SLANT)] = UPRIGHT
    return kinds


def _edges(light: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(N, S, S) → how far slopes share a direction, in [0, 1]; it in degrees, 0 to the right; steepness."""
    x = light[:, 1:-1, 2:] - light[:, 1:-1, :-2]
    y = light[:, 2:, 1:-1] - light[:, :-2, 1:-1]
    xx, yy, xy = (slopes.flatten(1).mean(1) for slopes in (x * x, y * y, x * y))
    total = (xx + yy).clamp(min=1e-12)
    along = ((xx - yy).square() + 4 * xy.square()).sqrt() / total
    angle = torch.atan2(2 * xy, xx - yy) * (90 / pi)
    return along, angle, total / (8 * light.flatten(1).var(1)).clamp(min=1e-12)


def _colours(pictures: Tensor) -> Tensor:
    """The kind of grain (N, 3, S, S) by its mean colour, (N,)."""
    means = pictures.float().mean((2, 3))
    red, green, blue = means.unbind(1)
    hue = (torch.atan2(sqrt(3) * (green - blue), 2 * red - green - blue) * (180 / pi) + 30) % 360 - 30
    kinds = torch.full((len(pictures),), GREY)
    vivid = means.amax(1) - means.amin(1) > PALE * means.amax(1)
    for begin, kind in HUES:
        kinds[vivid & (hue >= begin)] = kind
    return kinds


def _light(pictures: Tensor) -> Tensor:
    """(N, 3, S, S) in [0, 255] → brightness (N, S, S) in [0, 1]."""
    return (pictures * pictures.new_tensor(LUMA)[:, None, None]).sum(1) / 255
