"""The brightness table of JPEG, by which libjpeg rounds coefficients at each quality from 1 to 100."""

from functools import cache

import numpy as np

QUALITIES = np.arange(1, 101)
BASE = (  # ITU-T T.81, table K.1
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)


@cache
def quality_tables() -> np.ndarray:
    """The steps of the 64 coefficients, row by row, for each of `QUALITIES`: (100, 64) whole numbers 1-255."""
    percent = np.where(QUALITIES < 50, 5000 // QUALITIES, 200 - 2 * QUALITIES)
    tables: np.ndarray = np.clip((np.array(BASE).reshape(1, 64) * percent[:, None] + 50) // 100, 1, 255)
    return tables


def nearest_quality(table: np.ndarray) -> int:
    """The quality whose table rounds most like this one, (64,) in rows; other programs have tables of their own."""
    distance = np.abs(np.log(quality_tables() / np.maximum(table, 1))).mean(1)
    return int(QUALITIES[distance.argmin()])
