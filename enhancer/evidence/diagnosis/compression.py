"""How strongly a picture was compressed as JPEG: by the file's own tables, else by what they did to the pixels."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from enhancer.evidence.diagnosis.finding import MILD, NONE, STRONG, Finding
from enhancer.evidence.diagnosis.jpeg_pixels import Grid, Planes, find_grid
from enhancer.evidence.diagnosis.jpeg_tables import nearest_quality, table_of
from enhancer.evidence.diagnosis.view import View

JPEG = b"\xff\xd8\xff"
HARMLESS, HARSH = 90, 50  # from the first on, nobody sees it; below the second, everybody does
NOT_FOUND = (
    "Brightness in blocks of 8x8 pixels was compared with the steps of every JPEG quality from 1 to 100; none fits "
    "better than chance. A picture that was resized after its compression hides it."
)


def measure_compression(view: View, _found: Mapping[str, Finding]) -> Finding:
    """The finding "jpeg": quality 1-100 as libjpeg counts it, None where no compression is found.

    Raises SyntaxError or OSError for `raw` bytes that start as a JPEG and are none; decoding has refused those before.
    """
    if view.raw is not None and view.raw.startswith(JPEG) and (table := table_of(view.raw)) is not None:
        return _by_file(table)
    grid = find_grid([_planes(*crop) for crop in zip(view.luma, view.crops, view.masks, strict=True)])
    return _finding(None, NOT_FOUND) if grid is None else _by_pixels(grid)


def _by_file(table: np.ndarray) -> Finding:
    quality = nearest_quality(table)
    return _finding(quality, f"The tables in the file round as those of quality {quality} of 100 do.")


def _by_pixels(grid: Grid) -> Finding:
    moved = (
        f", {grid.right} to the right and {grid.down} down, as cropping leaves it" if grid.right or grid.down else ""
    )
    evidence = (
        f"{grid.coefficients} measurements of brightness in blocks of 8x8 pixels{moved} stand on the steps of JPEG "
        f"quality {grid.quality}: the picture was saved as JPEG before, although this file is none."
    )
    return _finding(grid.quality, evidence)


def _finding(quality: int | None, evidence: str) -> Finding:
    if quality is None:
        severity, verdict = NONE, "no compression found"
    elif quality >= HARMLESS:
        severity, verdict = NONE, "light compression, not visible"
    else:
        severity, verdict = (MILD, "visible compression") if quality >= HARSH else (STRONG, "strong compression")
    return Finding("jpeg", "JPEG compression", quality, "quality of 100", evidence, severity, verdict)


def _planes(luma: Tensor, crop: Tensor, mask: Tensor | None) -> Planes:
    colours = crop.numpy()
    hidden = np.zeros(luma.shape, bool) if mask is None else ~mask.numpy()
    return Planes(luma.numpy(), (colours.min(0) <= 0) | (colours.max(0) >= 1), hidden)
