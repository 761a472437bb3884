"""The example pictures: scikit-image's own, made small or worse when the page starts, and never downloaded."""

import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage.data import data_dir

from enhancer.models.detector import Found

Shape = tuple[int, int, int, int, tuple[int, int, int]]  # middle, radius, corners (0: a circle), colour
LONG_SIDE = 320
GRAIN = 18.0  # standard deviation of the added noise, of 255
QUALITY = 18  # of the JPEG example
DIGIT_HEIGHT = 90
DIGITS = {"2": (246, 38), "5": (20, 235), "3": (228, 60), "8": (0, 200)}  # tone of the paper, and of the ink
NAMES = {
    "cat": "A cat",
    "coffee": "A cup of coffee",
    "portrait": "A portrait, strongly compressed",
    "rocket-noisy": "A rocket, with noise",
    "shapes-noisy": "Shapes in strong noise",
    "shapes-small": "Small shapes",
}
SHEET, GROUND, ROUGH = (192, 144), (70, 92, 88), 40.0  # pixels, colour, and deviation of the noise, of 255
SHAPE_NAMES = {0: "circle", 3: "triangle", 4: "square"}  # by corners, as the bundled detector names them
SHAPES: tuple[Shape, ...] = (
    (42, 44, 22, 0, (216, 96, 70)),
    (108, 38, 24, 3, (232, 200, 84)),
    (154, 92, 22, 4, (120, 190, 226)),
    (74, 104, 20, 4, (206, 150, 210)),
    (24, 108, 14, 0, (238, 236, 226)),
)


def sample_name(file: Path) -> str:
    """What an example shows, for those who do not see it."""
    return NAMES.get(file.stem, f"The digit {file.stem}")


def write_examples(folder: Path) -> list[Path]:
    """Write the examples into `folder` and return them: two small pictures, one noisy, one with JPEG blocks."""
    cat, coffee, portrait, rocket = map(_small, ("chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg"))
    clean = np.asarray(rocket)
    noise = np.random.default_rng(0).normal(0, GRAIN, clean.shape)
    rocket = Image.fromarray((clean + noise).round().clip(0, 255).astype(np.uint8))
    files = [folder / name for name in ("cat.png", "coffee.png", "portrait.jpg", "rocket-noisy.png")]
    cat.save(files[0])
    coffee.save(files[1])
    portrait.save(files[2], quality=QUALITY)
    rocket.save(files[3])
    return files


def write_digits(folder: Path) -> list[Path]:
    """Write four printed digits into `folder` and return them, two dark on light, two light on dark."""
    face = ImageFont.load_default(DIGIT_HEIGHT)
    files = []
    for digit, (paper, ink) in DIGITS.items():
        image = Image.new("L", (160, 120), paper)
        ImageDraw.Draw(image).text((80, 60), digit, ink, face, anchor="mm")
        files.append(folder / f"{digit}.png")
        image.save(files[-1])
    return files


def write_shapes(folder: Path) -> list[Path]:
    """Write two pictures of drawn shapes into `folder` and return them: one with strong noise, one that is small."""
    files = []
    for name, (data, _) in _shape_files().items():
        files.append(folder / name)
        files[-1].write_bytes(data)
    return files


def shapes_in(file: Path) -> tuple[Found, ...]:
    """What is truly in one of these two pictures, in its pixels; nothing of any other file."""
    for data, factor in _shape_files().values():
        if file.stat().st_size == len(data) and file.read_bytes() == data:
            return tuple(_truth(shape, factor) for shape in SHAPES)
    return ()


@cache
def _shape_files() -> dict[str, tuple[bytes, float]]:
    """The bytes of both, and how large the shapes are in them."""
    sheet = Image.new("RGB", (3 * SHEET[0], 3 * SHEET[1]), GROUND)
    draw = ImageDraw.Draw(sheet)
    for shape in SHAPES:
        _paint(draw, shape, shape[4])
    clean = sheet.resize(SHEET, Image.Resampling.BOX)
    noise = np.random.default_rng(0).normal(0, ROUGH, (SHEET[1], SHEET[0], 3))
    noisy = Image.fromarray((np.asarray(clean) + noise).round().clip(0, 255).astype(np.uint8))
    small = sheet.resize((SHEET[0] // 2, SHEET[1] // 2), Image.Resampling.BOX)
    return {"shapes-noisy.png": (_png(noisy), 1.0), "shapes-small.png": (_png(small), 0.5)}


def _paint(draw: ImageDraw.ImageDraw, shape: Shape, tone: tuple[int, int, int] | int) -> None:
    """A shape, three times as large."""
    x, y, radius, corners, _ = shape
    if corners:
        draw.regular_polygon((3 * x, 3 * y, 3 * radius), corners, rotation=20, fill=tone)
    else:
        draw.ellipse((3 * x - 3 * radius, 3 * y - 3 * radius, 3 * x + 3 * radius, 3 * y + 3 * radius), fill=tone)


def _truth(shape: Shape, factor: float) -> Found:
    mask = Image.new("L", (3 * SHEET[0], 3 * SHEET[1]))
    _paint(ImageDraw.Draw(mask), shape, 255)
    left, top, right, bottom = (factor * at / 3 for at in mask.getbbox() or (0, 0, 0, 0))
    return Found(SHAPE_NAMES[shape[3]], 1.0, (left, top, right, bottom))


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _small(name: str) -> Image.Image:
    """One of the pictures that lie beside scikit-image's code, read without it: its own reader is slow to import."""
    image = Image.open(Path(data_dir) / name)
    factor = LONG_SIDE / max(image.size)
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)
