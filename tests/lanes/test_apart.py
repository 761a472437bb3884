"""What strangers send is read, drawn and written by a process that may die."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture, Cancelled, TooSlow
from enhancer.lanes import apart
from enhancer.lanes.apart import Asked, enhance_apart
from enhancer.lanes.lane import MEDICAL, SATELLITE
from enhancer.lanes.made import beside
from enhancer.lanes.medical import enhance_medical
from enhancer.lanes.wish import Wish
from enhancer.progress import Progress
from tests.lanes.make import body, dicom
from tests.lanes.make_geo import bands, geotiff

QUICK = Wish(uncertainty=False)


def test_it_is_what_it_would_be_here(engine: Engine, tmp_path: Path) -> None:
    source = dicom(tmp_path / "a.dcm", body(), PhotometricInterpretation="MONOCHROME1")
    told: list[str] = []
    asked = Asked(MEDICAL, source, tmp_path / "b.dcm", QUICK)
    shown = enhance_apart(asked, engine.settings, Progress(lambda p: told.append(p.note)))
    enhance_medical(source, tmp_path / "c.dcm", QUICK, engine)
    assert shown.made.file.read_bytes() == (tmp_path / "c.dcm").read_bytes()
    assert "window" in told
    before, after = (np.asarray(Image.open(file)).astype(float) for file in shown.pair)
    assert before.shape == after.shape == (80, 96)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.85
    assert np.corrcoef(before[::2, ::2].ravel(), body().ravel())[0, 1] < -0.5  # black is much there


def test_bands_of_a_satellite(engine: Engine, tmp_path: Path) -> None:
    source = geotiff(tmp_path / "a.tif", bands(2, 24, 28))
    shown = enhance_apart(Asked(SATELLITE, source, tmp_path / "b.tif", Wish()), engine.settings, Progress())
    assert shown.made.errors is not None
    assert shown.made.errors.is_file()


def test_errors_stop_and_silence(engine: Engine, tmp_path: Path) -> None:
    (bad := tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICM")
    with pytest.raises(BadPicture, match=r"damaged|unnamed"):
        enhance_apart(Asked(MEDICAL, bad, tmp_path / "b.dcm", QUICK), engine.settings, Progress())
    stopped, good = Progress(), dicom(tmp_path / "g.dcm", body())
    stopped.cancel()
    with pytest.raises(Cancelled):
        enhance_apart(Asked(MEDICAL, good, tmp_path / "b.dcm", QUICK), engine.settings, stopped)
    hasty = replace(engine.settings, tile_seconds=0)
    with pytest.raises(TooSlow):
        enhance_apart(Asked(MEDICAL, good, tmp_path / "b.dcm", QUICK), hasty, Progress())
    assert not (tmp_path / "b.dcm").exists()


@pytest.mark.parametrize("name", ["a.dcm", "a.uncertainty.dcm"])
def test_a_source_of_the_same_name_stays(engine: Engine, tmp_path: Path, name: str) -> None:
    source = dicom(tmp_path / name, body(16, 16))
    with pytest.raises(BadOptions, match="would replace"):
        enhance_apart(Asked(MEDICAL, source, tmp_path / "a.dcm", Wish()), engine.settings, Progress())
    assert source.is_file()


class _Dying:
    def __init__(self, *_: object) -> None: ...

    def __call__(self, *_: object) -> object:
        import os

        os._exit(9)


def test_a_crash_costs_the_one_file(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_Desk", _Dying)
    good = dicom(tmp_path / "g.dcm", body())
    with pytest.raises(BadPicture, match="crash"):
        enhance_apart(Asked(MEDICAL, good, tmp_path / "b.dcm", QUICK), engine.settings, Progress())


class _Leaving(_Dying):
    def __call__(self, asked: Asked, *_: object) -> object:
        for file in (asked.target, beside(asked.target)):
            file.touch()
        return super().__call__()


@pytest.mark.parametrize("doubting", [True, False])
def test_nothing_stays_but_what_was_not_asked_for(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doubting: bool
) -> None:
    monkeypatch.setattr(apart, "_Desk", _Leaving)
    asked = Asked(MEDICAL, dicom(tmp_path / "g.dcm", body()), tmp_path / "b.dcm", Wish(uncertainty=doubting))
    with pytest.raises(BadPicture, match="crash"):
        enhance_apart(asked, engine.settings, Progress())
    assert not asked.target.exists()
    assert beside(asked.target).exists() != doubting
