"""A small set of pictures: good, and bad in every way that the report knows."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data as pictures

from enhancer.training.prepare import Plan

TILE = 96
SMALL = Plan(tile=TILE, format="png")


def saved(array: np.ndarray, file: Path, **how: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(file, **how)
    return file


def as_jpeg(array: np.ndarray, quality: int) -> np.ndarray:
    out = io.BytesIO()
    Image.fromarray(array).save(out, "JPEG", quality=quality)
    return np.asarray(Image.open(out))


def resized(array: np.ndarray, factor: float) -> np.ndarray:
    height, width = array.shape[:2]
    size = round(width * factor), round(height * factor)
    return np.asarray(Image.fromarray(array).resize(size, Image.Resampling.BICUBIC))


@pytest.fixture(scope="session")
def sharp() -> np.ndarray:
    picture: np.ndarray = pictures.astronaut()
    return picture


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory, sharp: np.ndarray) -> Path:
    """A folder with one good picture and its like, and one bad picture of each kind."""
    folder = tmp_path_factory.mktemp("mixed")
    other = pictures.chelsea()[:288, :384]
    saved(sharp, folder / "good.png")
    saved(sharp, folder / "deeper" / "same.bmp")
    saved(np.ascontiguousarray(resized(sharp, 0.6)[:, ::-1]), folder / "mirrored.jpg", quality=85)
    saved(pictures.coffee()[: TILE - 6], folder / "thin.png")
    blurred = Image.fromarray(pictures.coffee()).filter(ImageFilter.GaussianBlur(3))
    saved(np.asarray(blurred), folder / "blurred.png")
    saved(as_jpeg(other, 10), folder / "blocky.png")
    grainy = pictures.coffee() + np.random.default_rng(0).normal(0, 20, pictures.coffee().shape)
    saved(grainy.clip(0, 255).astype(np.uint8), folder / "grainy.png")
    saved(np.full((TILE, TILE, 3), 90, np.uint8), folder / "flat.png")
    (folder / "cut.jpg").write_bytes((folder / "mirrored.jpg").read_bytes()[:3000])
    (folder / "notes.txt").write_text("not a picture")
    return folder
