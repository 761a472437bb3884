"""What is no GeoTIFF, or a damaged one, is refused in a sentence and leaves nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture, EnhancerError
from enhancer.lanes.satellite import enhance_satellite
from enhancer.lanes.scene import Window
from enhancer.lanes.wish import Wish
from tests.lanes.make_geo import bands, geotiff

QUICK = Wish(uncertainty=False)


def _part(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    return path


BAD = {
    "text": lambda p: (p.write_text("hello"), p)[1],
    "empty": lambda p: (p.write_bytes(b""), p)[1],
    "head alone": lambda p: (p.write_bytes(b"II*\0\x08\0\0\0"), p)[1],
    "cut": lambda p: _part(p, 0.4),
    "nothing": lambda p: p.with_name("no.tif"),
    "complex": lambda p: geotiff(p, bands(1, 16, 16), "complex64", predictor=1),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_files_are_refused_and_leave_nothing(engine: Engine, tmp_path: Path, bad: str) -> None:
    file = BAD[bad](geotiff(tmp_path / "a.tif", bands(2, 32, 32)))
    with pytest.raises(BadPicture) as found:
        enhance_satellite(file, tmp_path / "b.tif", Wish(), engine)
    assert str(found.value).endswith(".")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.tif"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # rasterio reads GDAL's words as UTF-8
def test_any_bytes_are_read_or_refused(engine: Engine, tmp_path: Path) -> None:
    from enhancer.lanes.geotiff_file import GeoFile

    whole, rng = geotiff(tmp_path / "a.tif", bands(2, 16, 16)).read_bytes(), np.random.default_rng(5)
    refused = 0
    for n in range(150):
        data = bytearray(whole)
        for at in rng.integers(4, len(whole), 1 + n % 6):
            data[at] = rng.integers(256)
        (file := tmp_path / "f.tif").write_bytes(bytes(data))
        try:
            scene = GeoFile(file, replace(engine.settings, max_scene_pixels=10_000))
            scene.read(scene.layers[0], Window(0, 0, scene.width, scene.height))
            scene.close()
        except EnhancerError:
            refused += 1
    assert 10 < refused < 150


@pytest.mark.parametrize("limit", ["max_scene_bytes", "max_scene_pixels"])
def test_limits_are_named(engine: Engine, tmp_path: Path, limit: str) -> None:
    small = Engine.__new__(Engine)
    vars(small).update(vars(engine) | {"settings": replace(engine.settings, **{limit: 100})})
    with pytest.raises(BadPicture) as found:
        enhance_satellite(geotiff(tmp_path / "a.tif", bands(1, 16, 16)), tmp_path / "b.tif", QUICK, small)
    assert found.value.limit == limit
    with pytest.raises(BadOptions, match="replace its source"):
        enhance_satellite(tmp_path / "a.tif", tmp_path / "a.tif", QUICK, engine)
