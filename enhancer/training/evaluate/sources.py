"""Where the cases of the protocols come from: benchmark pictures, and what is done to them."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage.restoration import inpaint_biharmonic
from torch import Tensor

from enhancer.networks.fill import fill
from enhancer.training.data import is_grey, picture_files, read_rgb
from enhancer.training.degradations import bicubic, holes_of, imresize, quantise
from enhancer.training.degradations.holes import STROKES, HolesParams
from enhancer.training.evaluate.protocol import Case

GAMMAS = (2.0, 4.0)
CASTS = (0.85, 1.15)  # factors of red, green and blue
GRAIN = (2.0, 8.0)  # standard deviation in 8-bit levels


def shrunk(folder: Path, scale: int) -> Iterator[Case]:
    """Super-resolution: small pictures by MATLAB's bicubic, `scale` pixels shaved.

    HR/ holds the sharp ones; LR_x2/ and so on the small ones where they are given, else they are made by `bicubic`.
    Sharp pictures are cropped at the right and bottom to a multiple of the scale.
    """
    for file in picture_files(folder / "HR"):
        sharp = read_rgb(file) / 255.0
        height, width = (side - side % scale for side in sharp.shape[1:])
        sharp = sharp[:, :height, :width]
        given = folder / f"LR_x{scale}" / file.name
        small = read_rgb(given) / 255.0 if given.exists() else bicubic(sharp, scale)
        truth = sharp[:, : small.shape[1] * scale, : small.shape[2] * scale]
        yield Case(small, truth, is_grey(file), scale)


def noisy(folder: Path, sigma: int) -> Iterator[Case]:
    """Colour noise of standard deviation `sigma` in 8-bit levels, the same for every picture of a size.

    As in the scripts behind the published tables: NumPy's generator seeded with 0 for each picture, samples in the
    order (H, W, 3), neither clipped nor rounded. The noisy picture therefore leaves [0, 1]; a model clamps what it
    gives out only.
    """
    for file in picture_files(folder / "HR"):
        truth = read_rgb(file) / 255.0
        grain = np.random.RandomState(0).normal(0, sigma / 255, (*truth.shape[1:], 3))
        yield Case((truth.double() + torch.from_numpy(grain).permute(2, 0, 1)).float(), truth)


def compressed_grey(folder: Path, quality: int) -> Iterator[Case]:
    """Grey JPEG of libjpeg quality `quality`.

    Grey files are taken as they are; of colour files the luminance as MATLAB's rgb2ycbcr gives it, 16 to 235 and
    rounded. With Pillow's or OpenCV's grey, 0 to 255, LIVE1 at quality 10 has 27.02 dB instead of the published 27.77.
    """
    for file in picture_files(folder / "HR"):
        with Image.open(file) as image:
            grey = image.copy() if image.mode == "L" else _luminance(image)
        yield Case(_tensor(_jpeg(grey, quality)), _tensor(grey), grey=True)


def compressed_colour(folder: Path, quality: int) -> Iterator[Case]:
    """Colour JPEG of libjpeg quality `quality`, chroma thinned 4:2:0."""
    for file in picture_files(folder / "HR"):
        with Image.open(file) as image:
            colour = image.convert("RGB")
        yield Case(_tensor(_jpeg(colour, quality, subsampling=2)), _tensor(colour))


def darkened(folder: Path, seed: int) -> Iterator[Case]:
    """Low light: gamma, a colour cast and noise, drawn for the n-th picture by NumPy's generator seeded `seed` + n.

    dark = truth^gamma · cast + noise, rounded to 8 bits; gamma, the three factors and the noise lie within `GAMMAS`,
    `CASTS` and `GRAIN`.
    """
    for n, file in enumerate(picture_files(folder / "HR")):
        draw, truth = np.random.RandomState(seed + n), read_rgb(file) / 255.0
        gamma, cast, sigma = draw.uniform(*GAMMAS), draw.uniform(*CASTS, (3, 1, 1)), draw.uniform(*GRAIN)
        grain = draw.normal(0, sigma / 255, tuple(truth.shape))
        dark = truth.double() ** gamma * torch.from_numpy(cast) + torch.from_numpy(grain)
        yield Case(quantise(dark).float(), truth)


def untouched(folder: Path, _level: int) -> Iterator[Case]:
    """Good pictures, which a model should leave alone."""
    for file in picture_files(folder / "HR"):
        truth = read_rgb(file) / 255.0
        yield Case(truth, truth)


def holed(folder: Path, per_cent: int) -> Iterator[Case]:
    """Free-form brush strokes over `per_cent` of each picture, drawn for the n-th with seed n, filled by `fill`."""
    for n, file in enumerate(picture_files(folder / "HR")):
        truth = (read_rgb(file) / 255.0)[None]
        strokes = HolesParams(torch.tensor([STROKES]), torch.tensor([per_cent / 100]), torch.tensor([n]))
        missing = holes_of(truth, strokes)
        yield Case(fill(truth, missing)[0], truth[0], plane=missing[0])


def biharmonic(case: Case) -> Tensor:
    """The holes filled by the biharmonic equation (Damelin and Hoang, 2018), as scikit-image solves it."""
    if case.plane is None:
        raise ValueError("only a picture with holes can be filled")
    known = (case.truth * (1 - case.plane)).permute(1, 2, 0).double().numpy()
    filled = inpaint_biharmonic(known, case.plane[0].numpy() > 0, channel_axis=-1)
    return quantise(torch.from_numpy(filled).permute(2, 0, 1).float())


def enlarged(case: Case) -> Tensor:
    """The bicubic enlargement of what the model gets."""
    _, height, width = case.truth.shape
    return imresize(case.given, height, width, eight_bit=True)


def as_given(case: Case) -> Tensor:
    """What the model gets, neither clipped nor rounded."""
    return case.given


def _luminance(image: Image.Image) -> Image.Image:
    red, green, blue = np.moveaxis(np.asarray(image.convert("RGB")).astype(np.float64), 2, 0)
    studio = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    return Image.fromarray(np.floor(studio + 0.5).astype(np.uint8))


def _jpeg(image: Image.Image, quality: int, **options: int) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality, **options)
    with Image.open(stream) as again:
        again.load()
        return again


def _tensor(image: Image.Image) -> Tensor:
    """(3, H, W) in [0, 1]; a grey picture repeated three times."""
    array = torch.from_numpy(np.array(image.convert("RGB")))
    return array.permute(2, 0, 1) / 255.0
