"""GeoTIFFs made for tests, with all that must survive in them."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, Resampling

PLACE = rasterio.Affine(10, 0, 500_000, 0, -10, 5_000_000)
NAMES = ("blue", "green", "red", "red edge", "near infrared")


def bands(count: int = 5, height: int = 40, width: int = 48, low: float = 200, high: float = 9000) -> np.ndarray:
    """(count, H, W): smooth fields with edges, no two alike."""
    y, x = np.mgrid[:height, :width]
    fields = [np.sin(x / (4 + n)) * np.cos(y / (6 + n)) + 0.5 * np.sign((x - 20 - n) * (y - 15)) for n in range(count)]
    made = np.stack([(f - f.min()) / np.ptp(f) for f in fields])
    return low + made * (high - low)


def geotiff(path: Path, values: np.ndarray, kind: str = "uint16", *, overviews: bool = False, **profile: Any) -> Path:
    """`values` (count, H, W) as a file with tags in several places."""
    count, height, width = values.shape
    usual = {"crs": "EPSG:32633", "transform": PLACE, "tiled": True, "blockxsize": 16, "blockysize": 16}
    usual |= {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": kind}
    whole = np.dtype(kind).kind in "iu"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path, "w", **(usual | {"compress": "deflate", "predictor": 2 if whole else 3} | profile)
        ) as file:
            file.write((np.rint(values) if whole else values).astype(kind))
            file.update_tags(ACQUIRED="2026-05-01", TIFFTAG_SOFTWARE="camera 1.0", AREA_OR_POINT="Point")
            file.update_tags(ns="MISSION", SUN="41.5", EMPTY="a=b")
            for n in range(1, count + 1):
                file.update_tags(n, WAVELENGTH=str(490 + 70 * n))
                file.update_tags(n, ns="IMAGERY", CLOUD=str(n))
            file.descriptions = NAMES[:count]
            file.scales, file.offsets, file.units = (1e-4,) * count, (-0.1,) * count, ("reflectance",) * count
            if overviews:
                file.build_overviews([2, 4], Resampling.average)
    return path


def interpreted(path: Path, *meant: ColorInterp) -> Path:
    with rasterio.open(path, "r+") as file:
        file.colorinterp = meant
    return path
