"""Pictures as a browser shows them: 8-bit PNG files of our own, because page components re-encode lossily."""

import atexit
import base64
import io
import math
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from enhancer import canvas, workplace
from enhancer.errors import DiskFull
from enhancer.media.picture import Picture
from enhancer.tasks.resize import bleed, resize

DISPLAY_PIXELS = 12_000_000  # more than any screen shows; the download is never reduced
QUICK = 1  # zlib level: display files live for minutes
PIXELS, ALPHA = "pixels.npy", "alpha.npy"  # the files of a kept picture
FAINT = 1e-6  # cover that nobody sees
SQUARE = 8  # pixels a side of the chequered ground under transparency


def folder() -> Path:
    """A new folder that belongs to one run of one visitor; Gradio copies what it serves out of it into its cache.

    Where no server has a folder of its own around it, it goes with the process.
    """
    made = Path(tempfile.mkdtemp(prefix="image-enhancer-"))
    if workplace.here() is None:
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@contextmanager
def run_folder(*others: Path) -> Iterator[Path]:
    """Such a folder for as long as one handler runs, in which `others`, with what the visitor sent, stay as well."""
    place = folder()
    with workplace.held(place, *others):
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def save_display(picture: Picture, file: Path, largest: int = DISPLAY_PIXELS) -> tuple[Path, int, int]:
    """Write a PNG of at most `largest` pixels over a chequered ground → (file, width, height)."""
    seen = reduced(picture, largest)
    image = _image(seen)
    image.save(file, "PNG", compress_level=QUICK, icc_profile=picture.profile)
    return file, image.width, image.height


def reduced(picture: Picture, largest: int) -> Picture:
    """The picture shrunk to at most `largest` pixels, or itself.

    Colours count as much as they cover: that keeps hidden ones out without a search through all the pixels.
    """
    factor = math.sqrt(largest / (picture.width * picture.height))
    if factor >= 1:
        return picture
    size = max(1, int(picture.height * factor)), max(1, int(picture.width * factor))
    if picture.alpha is None:
        return picture.with_pixels(resize(picture.pixels, *size))
    cover = resize(picture.alpha, *size)
    light = resize(canvas.by_parts(torch.mul, picture.pixels, picture.alpha), *size)
    return picture.with_pixels(bleed((light / cover.clamp(min=FAINT)).clamp_(0, 1), cover), cover)


def data_uri(picture: Picture) -> str:
    """The picture as a lossless PNG inside a link, for small ones."""
    stream = io.BytesIO()
    _image(picture).save(stream, "PNG", compress_level=QUICK, icc_profile=picture.profile)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _image(picture: Picture) -> Image.Image:
    pixels = picture.pixels if picture.alpha is None else _over_squares(picture.pixels, picture.alpha)
    array = _bytes(pixels)
    return Image.fromarray(array[..., 0] if picture.grey else array)


def _bytes(pixels: Tensor) -> NDArray[np.uint8]:
    return pixels.mul(255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()


def _over_squares(pixels: Tensor, alpha: Tensor) -> Tensor:
    rows = torch.arange(pixels.shape[1])[:, None] // SQUARE
    columns = torch.arange(pixels.shape[2])[None] // SQUARE
    ground = 0.8 + 0.2 * ((rows + columns) % 2)
    return ground.lerp(pixels, alpha)


@dataclass(frozen=True, eq=False)
class Kept:
    """A finished picture on disk, exactly as computed, so that it can be written in another format later.

    `identity` is the picture with its pixels and alpha emptied; `large` are those, by name, that lie on disk anyway,
    in files without a name, so that no crash leaves them behind.
    """

    folder: Path
    identity: Picture
    large: dict[str, Tensor]

    @classmethod
    def keep(cls, picture: Picture) -> "Kept":
        """Store the pixels; everything else is small and stays here. Raises DiskFull."""
        sheets = {PIXELS: picture.pixels} | ({} if picture.alpha is None else {ALPHA: picture.alpha})
        large = {name: sheet for name, sheet in sheets.items() if canvas.settings_of(sheet)}
        workplace.check(sum(sheets[name].nbytes for name in sheets.keys() - large.keys()))
        place = folder()
        try:
            for name in sheets.keys() - large.keys():
                np.save(place / name, sheets[name].numpy())
        except OSError as error:
            shutil.rmtree(place, ignore_errors=True)
            raise DiskFull("The disk has no room left for this result; please choose a smaller one.") from error
        emptied = None if picture.alpha is None else torch.empty(1, 0, 0)
        return cls(place, picture.with_pixels(torch.empty(3, 0, 0), emptied), large)

    def load(self) -> Picture:
        """The picture as it was, to look at only. Raises FileNotFoundError after `forget`."""
        alpha = None if self.identity.alpha is None else self._sheet(ALPHA)
        return self.identity.with_pixels(self._sheet(PIXELS), alpha)

    def forget(self) -> None:
        """Delete it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.large.clear()

    def _sheet(self, name: str) -> Tensor:
        return self.large[name] if name in self.large else torch.from_numpy(np.load(self.folder / name))
