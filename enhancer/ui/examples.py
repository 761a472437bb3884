"""The example pictures: scikit-image's own, made small or worse when the page starts, and never downloaded."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LONG_SIDE = 320
GRAIN = 18.0  # standard deviation of the added noise, of 255
QUALITY = 18  # of the JPEG example


def write_examples(folder: Path) -> list[Path]:
    """Write the examples into `folder` and return them: two small pictures, one noisy, one with JPEG blocks."""
    from skimage import data  # slow to import, and only needed here

    cat, coffee = _small(data.chelsea()), _small(data.coffee())
    portrait, rocket = _small(data.astronaut()), _small(data.rocket())
    clean = np.asarray(rocket)
    noise = np.random.default_rng(0).normal(0, GRAIN, clean.shape)
    rocket = Image.fromarray((clean + noise).round().clip(0, 255).astype(np.uint8))
    files = [folder / name for name in ("cat.png", "coffee.png", "portrait.jpg", "rocket-noisy.png")]
    cat.save(files[0])
    coffee.save(files[1])
    portrait.save(files[2], quality=QUALITY)
    rocket.save(files[3])
    return files


def _small(pixels: NDArray[np.uint8]) -> Image.Image:
    image = Image.fromarray(pixels)
    factor = LONG_SIDE / max(image.size)
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)
