"""Writing GeoTIFF: the profile, tags and place of the source, on a grid that is so many times as fine."""

from typing import Any

import numpy as np
import rasterio
import tifffile
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, Resampling
from rasterio.windows import Window as Part

from enhancer.lanes.geotiff_file import COLOURS, GeoFile, masked_apart
from enhancer.lanes.mapping import Mapping
from enhancer.lanes.scene import Layer, Window
from enhancer.settings import PROGRAM, VERSION

LOSSLESS = ("deflate", "lzw", "zstd", "packbits", "lzma")
PACKED = "deflate"  # what was packed with loss is packed so
OWN = ("IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "SUBDATASETS", "RPC")  # names of tags that GDAL makes from the file
STORY = "ENHANCER"
XMP, XMP_TAG = "xml:XMP", 700
ROW = 2048  # pixels; longer strips than this would be written in several goes, and each time anew
TILE = 256
WRITING = {"GDAL_TIFF_INTERNAL_MASK": True, "GDAL_PAM_ENABLED": False}  # everything in one file


class GeoResult:
    """The enlarged bands of a GeoTIFF, and the errors to expect, in open files."""

    def __init__(self, source: GeoFile, scale: int, target: str, errors: str | None, model: str) -> None:
        self._source, self._scale = source, scale
        self.notes: list[str] = []
        profile = _profile(source, scale, self.notes)
        self._file: Any = rasterio.open(target, "w", **profile)
        _tags(source, self._file, scale, model, self.notes)
        self._drawn = [layer.index for layer in source.layers if layer.drawn]
        self._errors: Any = None
        if errors is not None and self._drawn:
            self._errors = rasterio.open(errors, "w", **_error_profile(profile, len(self._drawn)))
            _error_tags(source, self._errors, self._drawn)

    def ready(self, mappings: dict[int, Mapping]) -> None:
        """Nothing that was seen is needed here."""

    def write(self, layer: Layer, window: Window, values: np.ndarray, valid: np.ndarray) -> None:
        """Values (channels, h, w) into their bands; where there is no data, what says so in each."""
        part = Part(window.left, window.top, window.width, window.height)
        file = self._source.file
        for band, plane in zip(self._source.bands[layer.index], values, strict=True):
            number = np.dtype(file.dtypes[band - 1])
            self._file.write(_filled(plane, valid[0], file.nodatavals[band - 1], number, layer), band, window=part)
        if layer.index == 0 and masked_apart(file):
            self._file.write_mask(valid[0], window=part)

    def doubt(self, layer: Layer, window: Window, error: np.ndarray) -> None:
        """The error to expect (1, h, w) into the band of the layer."""
        part = Part(window.left, window.top, window.width, window.height)
        self._errors.write(error[0].astype(np.float32), self._drawn.index(layer.index) + 1, window=part)

    def close(self) -> None:
        """Let go of the files."""
        for file in (self._file, self._errors):
            if file is not None:
                file.close()


def finished(source: GeoFile, target: str, scale: int) -> None:
    """What can be written into a closed file alone: control points, the XMP as it was, overviews as in the source."""
    if source.file.gcps[0]:
        _settle(source.file, target, scale)
    if xmp := _xmp(source.file):
        with tifffile.TiffFile(target, mode="r+b") as file:
            file.pages.first.tags[XMP_TAG].overwrite(xmp.encode(), dtype="B")
    factors = source.file.overviews(1)
    if factors:
        whole = any(not layer.drawn for layer in source.layers)
        with rasterio.open(target, "r+") as file:
            file.build_overviews(factors, Resampling.nearest if whole else Resampling.average)


def _settle(file: Any, target: str, scale: int) -> None:
    """Control points, counted from corners. GDAL moves them where pixels are said to be points, and not back again."""
    wanted, crs, off = file.gcps[0], file.gcps[1], 0.0
    for _ in range(2):
        moved = [
            GroundControlPoint(scale * p.row - off, scale * p.col - off, p.x, p.y, p.z, p.id, p.info) for p in wanted
        ]
        with rasterio.open(target, "r+") as made:
            made.gcps = moved, crs
        with rasterio.open(target) as made:
            off += made.gcps[0][0].row - scale * wanted[0].row


def _filled(
    plane: np.ndarray, valid: np.ndarray, nodata: float | None, number: "np.dtype[Any]", layer: Layer
) -> np.ndarray:
    """(h, w) in the type of the file; a result that would be taken for a gap becomes its nearest neighbour."""
    made = plane.astype(number)
    if not layer.drawn:
        return made
    if nodata is not None and not np.isnan(nodata):
        gap = number.type(nodata)
        made[valid & (made == gap)] = _beside(gap, number)
    filler = nodata if nodata is not None else (np.nan if number.kind == "f" else None)
    return made if filler is None else np.where(valid, made, number.type(filler))


def _beside(gap: Any, number: "np.dtype[Any]") -> Any:
    if number.kind == "f":
        return np.nextafter(gap, number.type(0) if gap else number.type(1))
    return gap - number.type(1) if gap == np.iinfo(number).max else gap + number.type(1)


def _profile(source: GeoFile, scale: int, notes: list[str]) -> dict[str, Any]:
    """How the result is laid out: as the source, but for what would lose values or take too long to write."""
    file = source.file
    made: dict[str, Any] = {"driver": "GTiff", "count": file.count, "dtype": file.dtypes[0], "nodata": file.nodata}
    made |= {"width": scale * file.width, "height": scale * file.height, "interleave": file.profile.get("interleave")}
    made |= {"BIGTIFF": "YES" if source.big else "IF_SAFER", "photometric": _photometric(file)}
    made |= _packing(file, notes) | _blocks(file, made["width"], notes)
    structure = file.tags(1, ns="IMAGE_STRUCTURE") | file.tags(ns="IMAGE_STRUCTURE")
    made |= {"NBITS": structure["NBITS"]} if "NBITS" in structure else {}
    if ColorInterp.alpha in file.colorinterp:
        made["ALPHA"] = "YES"
    if file.crs is not None:
        made["crs"] = file.crs
    if not file.transform.is_identity:
        right, shear, left, tilt, down, top = tuple(file.transform)[:6]
        made["transform"] = rasterio.Affine(right / scale, shear / scale, left, tilt / scale, down / scale, top)
    elif not file.gcps[0] and file.rpcs is None:
        notes.append("This TIFF does not say where on Earth it lies; its pixels alone were enlarged.")
    return {name: value for name, value in made.items() if value is not None}


def _photometric(file: Any) -> str:
    meant = tuple(file.colorinterp)
    if meant[:3] == COLOURS:
        return "RGB"
    if meant[0] == ColorInterp.palette:
        return "PALETTE"
    white = file.photometric is not None and file.photometric.name == "white"
    return "MINISWHITE" if white else "MINISBLACK"


def _packing(file: Any, notes: list[str]) -> dict[str, Any]:
    """The compression of the source, as long as it keeps every value."""
    packed = str(file.profile.get("compress", "")).lower()
    if not packed or packed in ("none", "uncompressed"):
        return {}
    if packed not in LOSSLESS:
        notes.append(f"The source is packed as {packed}, perhaps with loss; the result as {PACKED}, without.")
        return {"compress": PACKED}
    predictor = file.tags(ns="IMAGE_STRUCTURE").get("PREDICTOR")
    return {"compress": packed} | ({"predictor": predictor} if predictor else {})


def _blocks(file: Any, width: int, notes: list[str]) -> dict[str, Any]:
    high, wide = file.block_shapes[0]
    if file.profile.get("tiled") and high % 16 == 0 == wide % 16:
        return {"tiled": True, "blockxsize": wide, "blockysize": high}
    if width <= ROW:
        return {"blockysize": high}
    notes.append("The source lies in strips; the result, which is wide, in tiles.")
    return {"tiled": True, "blockxsize": TILE, "blockysize": TILE}


def _tags(source: GeoFile, made: Any, scale: int, model: str, notes: list[str]) -> None:
    """All tags of all namespaces, what is said of each band, and other ways to say where the scene lies."""
    file = source.file
    for space in (None, *file.tag_namespaces()):
        if space is None or (space not in OWN and not space.startswith("xml:")):
            made.update_tags(ns=space, **file.tags(ns=space))
        elif space.startswith("xml:") and space != XMP:
            notes.append(f"The block {space[4:]} could not be kept.")
    if xmp := _xmp(file):
        made.update_tags(ns=XMP, **{XMP: xmp})
    made.update_tags(ns=STORY, PROGRAM=f"{PROGRAM} {VERSION}", MODEL=model, SCALE=scale)
    for band in range(1, file.count + 1):
        for space in (None, *(s for s in file.tag_namespaces(band) if s not in OWN)):
            made.update_tags(band, ns=space, **file.tags(band, ns=space))
        if file.colorinterp[band - 1] == ColorInterp.palette:
            made.write_colormap(band, file.colormap(band))
    for name in ("descriptions", "scales", "offsets", "units"):
        setattr(made, name, getattr(file, name))
    made.colorinterp = file.colorinterp
    _places(file, made, scale)


def _places(file: Any, made: Any, scale: int) -> None:
    """Rational polynomials, whose pixels are counted from their centres."""
    if (rpcs := file.rpcs) is not None:
        for name in ("line", "samp"):
            setattr(rpcs, f"{name}_off", (getattr(rpcs, f"{name}_off") + 0.5) * scale - 0.5)
            setattr(rpcs, f"{name}_scale", getattr(rpcs, f"{name}_scale") * scale)
        made.rpcs = rpcs


def _xmp(file: Any) -> str:
    """The XMP; rasterio gives it as "name=text", and cannot write it without the name."""
    found: str = file.tags(ns=XMP).get(XMP, "")
    return found.removeprefix(f"{XMP}=")


def _error_profile(profile: dict[str, Any], count: int) -> dict[str, Any]:
    kept = ("driver", "width", "height", "crs", "transform", "BIGTIFF", "tiled", "blockxsize", "blockysize")
    made = {name: profile[name] for name in kept if name in profile}
    return made | {"count": count, "dtype": "float32", "compress": PACKED, "predictor": 3, "interleave": "band"}


def _error_tags(source: GeoFile, made: Any, drawn: list[int]) -> None:
    """Which band tells of which, in its unit."""
    file = source.file
    for n, index in enumerate(drawn, 1):
        names = [file.descriptions[band - 1] or f"band {band}" for band in source.bands[index]]
        made.set_band_description(n, f"expected error of {', '.join(names)}")
    made.units = tuple(file.units[source.bands[index][0] - 1] for index in drawn)
    made.update_tags(AREA_OR_POINT=file.tags().get("AREA_OR_POINT", "Area"))
    made.update_tags(ns=STORY, PROGRAM=f"{PROGRAM} {VERSION}")
