"""GeoTIFF round trips: every tag, the place on Earth, gaps, types and the order of values."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import tifffile
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.rpc import RPC

from enhancer.cli import main
from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.lanes import run
from enhancer.lanes.made import beside
from enhancer.lanes.satellite import enhance_satellite
from enhancer.lanes.wish import Wish
from tests.lanes.make_geo import bands, geotiff, interpreted

QUICK = Wish(uncertainty=False)
MADE = ("IMAGE_STRUCTURE", "DERIVED_SUBDATASETS")  # of the file, by GDAL


def check_kept(source: Path, target: Path, scale: int = 2) -> None:
    """Everything that a GeoTIFF says but the size of its pixels."""
    with rasterio.open(source) as before, rasterio.open(target) as after:
        assert after.crs == before.crs
        assert (after.width, after.height) == (scale * before.width, scale * before.height)
        assert after.bounds == pytest.approx(before.bounds)
        assert after.transform.a == before.transform.a / scale
        for name in (
            "dtypes",
            "nodatavals",
            "descriptions",
            "scales",
            "offsets",
            "units",
            "colorinterp",
            "compression",
        ):
            assert getattr(after, name) == getattr(before, name), name
        for name in ("interleaving", "mask_flag_enums"):
            assert getattr(after, name) == getattr(before, name), name
        assert after.tags() == before.tags()
        for space in set(before.tag_namespaces()) - set(MADE):
            assert after.tags(ns=space) == before.tags(ns=space)
        assert set(after.tag_namespaces()) - set(before.tag_namespaces()) <= {"ENHANCER"}
        for band in range(1, before.count + 1):
            assert after.tags(band) == before.tags(band)
            assert after.overviews(band) == before.overviews(band)
            for space in set(before.tag_namespaces(band)) - set(MADE):
                assert after.tags(band, ns=space) == before.tags(band, ns=space)


def values_of(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        found: np.ndarray = file.read().astype(float)
    return found


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("uint8", 0, 255),
        ("uint16", 0, 65_535),
        ("int16", -32_768, 32_767),
        ("float32", -0.01, 0.9),
        ("int32", -1e9, 2e9),
    ],
)
@pytest.mark.parametrize("interleave", ["band", "pixel"])
def test_five_bands(engine: Engine, tmp_path: Path, kind: str, low: float, high: float, interleave: str) -> None:
    source = geotiff(tmp_path / "a.tif", bands(5, 24, 28, low, high), kind, interleave=interleave, overviews=True)
    made = enhance_satellite(source, tmp_path / "b.tif", QUICK, engine)
    check_kept(source, made.file)
    before, after = values_of(source), values_of(made.file)
    for one, two in zip(before, after, strict=True):
        assert one.min() <= two.min() <= one.min() + 0.01 * (high - low)
        assert one.max() >= two.max() >= one.max() - 0.01 * (high - low)
    shrunk = after.reshape(5, 24, 2, 28, 2).mean((2, 4))
    assert np.abs(shrunk - before).mean() < 0.03 * (high - low)
    assert made.layers == 5
    assert max(fit.typical for fit in made.work.fits.values()) < 0.004 * (high - low)
    assert list(tmp_path.iterdir()) in ([source, made.file], [made.file, source])


def test_ramps_of_16_bits_keep_their_order_from_file_to_file(engine: Engine, tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 65_535, 256), (16, 1))
    source = geotiff(tmp_path / "a.tif", np.stack([ramp, ramp[:, ::-1]]))
    after = values_of(enhance_satellite(source, tmp_path / "b.tif", QUICK, engine).file)
    assert np.diff(after[0], axis=1).min() >= 0
    assert np.diff(after[1], axis=1).max() <= 0
    assert len(np.unique(after[0])) >= 2 * 256 - 4


def test_the_error_to_expect_has_the_same_place(engine: Engine, tmp_path: Path) -> None:
    source = geotiff(tmp_path / "a.tif", bands(2, 24, 28))
    made = enhance_satellite(source, tmp_path / "b.tif", Wish(), engine)
    assert made.errors == beside(tmp_path / "b.tif")
    with rasterio.open(made.file) as result, rasterio.open(made.errors) as error:
        assert (error.transform, error.crs, error.shape) == (result.transform, result.crs, result.shape)
        assert error.descriptions == ("expected error of blue", "expected error of green")
        assert error.units == result.units
        assert error.read(1).mean() == pytest.approx(made.work.doubts[0], rel=1e-4)
    assert 0 < made.work.doubts[0] < 0.1 * 8800


@pytest.mark.parametrize(
    ("kind", "nodata"), [("uint16", 0), ("uint16", 65_535), ("int16", -9999), ("float32", np.nan), ("float32", -9999.0)]
)
def test_gaps_stay_and_reach_nowhere(engine: Engine, tmp_path: Path, kind: str, nodata: float) -> None:
    values = bands(2, 32, 32, 1, 900)
    values[0, 5:15, 8:20] = values[1, 25:, :3] = nodata
    source = geotiff(tmp_path / "a.tif", values, kind, nodata=nodata)
    after = values_of(enhance_satellite(source, tmp_path / "b.tif", QUICK, engine).file)
    gaps = np.isnan(after) if np.isnan(nodata) else after == nodata
    truth = (np.isnan(values) if np.isnan(nodata) else values == nodata).repeat(2, 1).repeat(2, 2)
    np.testing.assert_array_equal(gaps, truth)
    assert after[~gaps].min() >= 0.9
    assert after[~gaps].max() <= 900


def test_a_mask_grows_along(engine: Engine, tmp_path: Path) -> None:
    mask = np.zeros((24, 28), bool)
    mask[4:20, 6:] = True
    values = np.where(mask, bands(3, 24, 28), 65_535)
    source = geotiff(tmp_path / "a.tif", values)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(source, "r+") as file:
        file.write_mask(mask)
    made = enhance_satellite(source, tmp_path / "b.tif", QUICK, engine)
    check_kept(source, made.file)
    with rasterio.open(made.file) as after:
        assert after.mask_flag_enums[0] == [MaskFlags.per_dataset]
        np.testing.assert_array_equal(after.read_masks(1) > 0, mask.repeat(2, 0).repeat(2, 1))
        assert after.read()[:, mask.repeat(2, 0).repeat(2, 1)].max() <= 9000


def test_colours_with_alpha_and_palettes(engine: Engine, tmp_path: Path) -> None:
    values = bands(4, 16, 20, 0, 255)
    values[3] = np.where(values[0] > 100, 255, 0)
    rgba = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
    source = geotiff(tmp_path / "a.tif", values, "uint8", photometric="RGB", alpha="YES")
    made = enhance_satellite(interpreted(source, *rgba), tmp_path / "b.tif", Wish(), engine)
    check_kept(source, made.file)
    np.testing.assert_array_equal(values_of(made.file)[3], values[3].repeat(2, 0).repeat(2, 1))
    assert set(made.work.fits) == {0}
    classes = np.random.default_rng(0).integers(0, 4, (1, 16, 20))
    palette = geotiff(tmp_path / "c.tif", classes, "uint8", photometric="PALETTE")
    with rasterio.open(palette, "r+") as file:
        file.write_colormap(1, {n: (n, 2 * n, 3 * n, 255) for n in range(256)})
    made = enhance_satellite(palette, tmp_path / "d.tif", Wish(), engine)
    np.testing.assert_array_equal(values_of(made.file)[0], classes[0].repeat(2, 0).repeat(2, 1))
    with rasterio.open(made.file) as after:
        assert after.colormap(1)[3] == (3, 6, 9, 255)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")  # of the files before they have any
def test_control_points_and_polynomials(engine: Engine, tmp_path: Path) -> None:
    source = geotiff(tmp_path / "a.tif", bands(1, 16, 20), transform=None, crs=None)
    with rasterio.open(source, "r+") as file:
        file.gcps = [GroundControlPoint(r, c, 10.0 + c, 50.0 - r) for r, c in ((0, 0), (0, 20), (16, 0))], "EPSG:4326"
    made = enhance_satellite(source, tmp_path / "b.tif", QUICK, engine)
    with rasterio.open(made.file) as after:
        with rasterio.open(source) as before:
            places = [(2 * p.row, 2 * p.col, p.x, p.y) for p in before.gcps[0]]
        assert [(p.row, p.col, p.x, p.y) for p in after.gcps[0]] == places
        assert after.gcps[1] == rasterio.CRS.from_epsg(4326)
    one = [1.0] + [0.0] * 19
    rpc = RPC(0, 99, 50, 0.1, one, one, 7.5, 8, 10, 0.1, one, one, 9.5, 10)
    source = geotiff(tmp_path / "c.tif", bands(1, 16, 20), transform=None, crs=None)
    with rasterio.open(source, "r+") as file:
        file.rpcs = rpc
    with rasterio.open(enhance_satellite(source, tmp_path / "d.tif", QUICK, engine).file) as after:
        assert (after.rpcs.line_off, after.rpcs.line_scale) == (15.5, 16)
        assert (after.rpcs.samp_off, after.rpcs.samp_scale) == (19.5, 20)


def test_windows_give_the_same_file(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = geotiff(tmp_path / "a.tif", bands(2, 40, 150), interleave="pixel")
    whole = values_of(enhance_satellite(source, tmp_path / "b.tif", QUICK, engine).file)
    monkeypatch.setitem(run.SIDES, 2, 64)
    parts = values_of(enhance_satellite(source, tmp_path / "c.tif", QUICK, engine).file)
    assert np.abs(whole - parts).max() <= 0.005 * 8800  # the bends of the mapping are found among other samples
    assert np.median(np.abs(whole - parts)) <= 1


def test_xmp_and_bigtiff_are_kept(engine: Engine, tmp_path: Path) -> None:
    source = geotiff(tmp_path / "a.tif", bands(1, 16, 20), BIGTIFF="YES")
    with rasterio.open(source, "r+") as file:
        file.update_tags(ns="xml:XMP", **{"xml:XMP": "placeholder that is longer than the text to come, by far"})
    text = "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    with tifffile.TiffFile(source, mode="r+b") as file:
        file.pages.first.tags[700].overwrite(text.encode(), dtype="B")
    made = enhance_satellite(source, tmp_path / "b.tif", QUICK, engine)
    with tifffile.TiffFile(made.file) as file:
        assert file.is_bigtiff
        assert bytes(file.pages.first.tags[700].value) == text.encode()
    check_kept(source, made.file)


@pytest.mark.parametrize(
    ("profile", "note"),
    [
        ({"compress": "jpeg", "predictor": 1, "interleave": "pixel"}, "perhaps with loss"),
        ({"transform": None, "crs": None}, "where on Earth"),
        ({"tiled": False, "blockxsize": None, "blockysize": 4}, "in tiles"),
    ],
)
def test_what_is_not_kept_is_said(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: dict[str, Any], note: str
) -> None:
    monkeypatch.setattr("enhancer.lanes.geotiff_write.ROW", 32)
    source = geotiff(tmp_path / "a.tif", bands(3, 32, 32, 0, 255), "uint8", **profile)
    made = enhance_satellite(source, tmp_path / "b.tif", QUICK, engine)
    assert len([n for n in made.notes if note in n]) == 1


@pytest.mark.parametrize("name", ["RGB.byte.tif", "shade.tif"])
def test_files_of_others(engine: Engine, shared: Path, tmp_path: Path, name: str) -> None:
    """A part of it, which is quicker."""
    if not (shared / "data" / "domain" / name).is_file():
        pytest.skip(f"{name} is not among the shared files")
    with rasterio.open(shared / "data" / "domain" / name) as file:
        part = rasterio.windows.Window(300, 300, 64, 48)
        profile = file.profile | {"width": 64, "height": 48, "transform": file.transform}
        with rasterio.open(source := tmp_path / "a.tif", "w", **profile) as cut:
            cut.write(file.read(window=part))
            cut.update_tags(**file.tags())
            cut.colorinterp = file.colorinterp
    check_kept(source, enhance_satellite(source, tmp_path / "b.tif", QUICK, engine).file)


def test_the_command_tells_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = geotiff(tmp_path / "a.tif", bands(2, 16, 16))
    assert main(["satellite", str(source), str(tmp_path / "b.tif"), "--scale", "3"]) == 0
    said = capsys.readouterr().out
    assert "48x48  2 bands  x4-fast" in said
    assert "Band 2: shrunk back" in said
    assert "Error to expect in band 2" in said
    assert "b.uncertainty.tif" in said


def test_no_source_is_replaced_by_the_errors_to_expect(engine: Engine, tmp_path: Path) -> None:
    source = geotiff(beside(tmp_path / "a.tif"), bands(1, 16, 16))
    before = source.read_bytes()
    with pytest.raises(BadOptions, match="errors to expect"):
        enhance_satellite(source, tmp_path / "a.tif", Wish(), engine)
    assert source.read_bytes() == before
