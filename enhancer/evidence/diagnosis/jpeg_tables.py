"""The brightness table of JPEG, by which libjpeg rounds coefficients at each quality from 1 to 100."""

import io
from functools import cache

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

QUALITIES = np.arange(1, 101)


@cache
def quality_tables() -> np.ndarray:
    """The steps of the 64 coefficients, row by row, for each of `QUALITIES`: (100, 64) whole numbers 1-255."""
    return np.stack([_written(int(quality)) for quality in QUALITIES])


def table_of(raw: bytes) -> np.ndarray | None:
    """The steps in a JPEG file, (64,) in rows; None where they come only behind the first scan, as they may.

    Raises SyntaxError or OSError for bytes that are no JPEG.

    Its first component is brightness; which of the tables 0 to 3 that uses is said in the frame (ITU-T T.81, B.2.2).
    """
    with JpegImageFile(io.BytesIO(raw)) as image:
        _id, _across, _down, table = image.layer[0]
        return np.array(image.quantization[table]) if table in image.quantization else None


def nearest_quality(table: np.ndarray) -> int:
    """The quality whose table rounds most like this one, (64,) in rows; other programs have tables of their own."""
    distance = np.abs(np.log(quality_tables() / np.maximum(table, 1))).mean(1)
    return int(QUALITIES[distance.argmin()])


def _written(quality: int) -> np.ndarray:
    """What libjpeg itself writes."""
    stream = io.BytesIO()
    Image.new("L", (8, 8)).save(stream, "JPEG", quality=quality)
    with JpegImageFile(io.BytesIO(stream.getvalue())) as image:
        return np.array(image.quantization[0])
