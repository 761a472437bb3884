"""Reading GeoTIFF: bands by windows, and which of their pixels hold data."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import RasterioError
from rasterio.windows import Window as Part

from enhancer.errors import NotAPicture
from enhancer.lanes.limits import check_scene
from enhancer.lanes.scene import Layer, Window
from enhancer.media.files import check_file
from enhancer.media.formats import damaged, unsupported
from enhancer.settings import MIB, Settings

log = logging.getLogger(__name__)
NAME = "GeoTIFF"
HEADS = {b"II*\0": False, b"MM\0*": False, b"II+\0": True, b"MM\0+": True}  # and whether it is a BigTIFF
NUMBERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
CACHE = 256 * MIB  # of GDAL, which would take a twentieth of the memory


class GeoFile:
    """One GeoTIFF as a scene: every band is a layer, or red, green and blue are one. To be closed.

    `file` is the open dataset, `bands` are the numbers, from 1, of the bands of each layer.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        check_file(path, settings, "max_scene_bytes")
        self.big = _is_big(path)
        with understood():
            self.file: Any = rasterio.open(path.resolve(), driver="GTiff")
        try:
            self._look(settings)
        except BaseException:
            self.close()
            raise

    def _look(self, settings: Settings) -> None:
        file = self.file
        self.width, self.height = int(file.width), int(file.height)
        check_scene(self.width, self.height, int(file.count), settings)
        strange = sorted({str(kind) for kind in file.dtypes} - set(NUMBERS))
        if strange:
            raise unsupported(NAME, f"numbers of type {strange[0]}")
        self.together = file.interleaving is not None and file.interleaving.name == "pixel" and file.count > 1
        self.bands = _grouped(file)
        self.layers = tuple(_layer(n, bands, file) for n, bands in enumerate(self.bands))

    def read(self, layer: Layer, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """Values (channels, h, w) float64, and which pixels (1, h, w) hold data. Raises BadPicture."""
        bands, part = list(self.bands[layer.index]), Part(window.left, window.top, window.width, window.height)
        with understood():
            values = self.file.read(bands, window=part).astype(np.float64)
            valid = self.file.read_masks(bands, window=part) > 0
        if not layer.drawn:
            return values, np.ones((1, *values.shape[1:]), bool)
        return values, (valid & np.isfinite(values)).all(0, keepdims=True)

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()


@contextmanager
def understood() -> Iterator[None]:
    """Whatever GDAL complains of inside is told as damage of the file; one that has no place on Earth may come in."""
    try:
        with warnings.catch_warnings(), rasterio.Env(GDAL_CACHEMAX=CACHE):
            warnings.simplefilter("ignore")
            yield
    except (RasterioError, rasterio.errors.CRSError, ValueError) as error:
        log.info("a GeoTIFF was refused: %s", type(error).__name__)
        raise damaged(NAME) from error


def masked_apart(file: Any) -> bool:
    """Whether a mask in the file, and not a value, tells where there is data."""
    return MaskFlags.per_dataset in file.mask_flag_enums[0] and MaskFlags.alpha not in file.mask_flag_enums[0]


def _is_big(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(4)
    if head not in HEADS:
        raise NotAPicture("This file is not a TIFF; please export it as GeoTIFF.")
    return HEADS[head]


def _grouped(file: Any) -> tuple[tuple[int, ...], ...]:
    """Red, green and blue go together where the same pixels of all hold data, every other band alone."""
    meant = list(file.colorinterp)
    whole = all(np.dtype(kind).kind == "u" for kind in file.dtypes) and file.nodata is None
    if not whole or any(meant.count(colour) != 1 for colour in COLOURS):
        return tuple((n,) for n in range(1, file.count + 1))
    three = tuple(meant.index(colour) + 1 for colour in COLOURS)
    return three, *((n,) for n in range(1, file.count + 1) if n not in three)


def _layer(index: int, bands: tuple[int, ...], file: Any) -> Layer:
    first = bands[0] - 1
    drawn = file.colorinterp[first] not in (ColorInterp.alpha, ColorInterp.palette)
    return Layer(index, index, len(bands), np.dtype(file.dtypes[first]).kind in "iu", drawn)
