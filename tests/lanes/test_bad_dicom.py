"""What is no DICOM file, or a damaged one, is refused in a sentence that names nobody."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian

from enhancer.engine import Engine
from enhancer.errors import BadPicture, EnhancerError
from enhancer.lanes.medical import enhance_medical
from enhancer.lanes.wish import Wish
from tests.lanes.make import PATIENT, body, dicom

QUICK = Wish(uncertainty=False)


def _named(path: Path, name: str, value: Any) -> Path:
    ds = pydicom.dcmread(path)
    setattr(ds, name, value)
    ds.save_as(path)
    return path


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-400])
    return path


def _packed_as(path: Path, syntax: str) -> Path:
    ds = pydicom.dcmread(path)
    ds.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8\xff\xe0" + bytes(40)])
    ds["PixelData"].VR, ds.file_meta.TransferSyntaxUID = "OB", syntax
    ds.save_as(path)
    return path


BAD = {
    "text": lambda p: (p.write_text("hello"), p)[1],
    "empty": lambda p: (p.write_bytes(b""), p)[1],
    "head alone": lambda p: (p.write_bytes(bytes(128) + b"DICM"), p)[1],
    "cut": _cut,
    "palette": lambda p: _named(p, "PhotometricInterpretation", "PALETTE COLOR"),
    "no rows": lambda p: _named(p, "Rows", 0),
    "more rows": lambda p: _named(p, "Rows", 4000),
    "bits": lambda p: _named(p, "BitsStored", 20),
    "frames": lambda p: _named(p, "NumberOfFrames", 2_000_000_000),
    "slide": lambda p: _named(_named(p, "TotalPixelMatrixColumns", 90), "NumberOfFrames", 2),
    "deflated": lambda p: _packed_as(p, DeflatedExplicitVRLittleEndian),
    "jpeg-ls": lambda p: _packed_as(p, "1.2.840.10008.1.2.4.80"),
    "film": lambda p: _packed_as(p, "1.2.840.10008.1.2.4.102"),
    "broken jpeg": lambda p: _packed_as(p, "1.2.840.10008.1.2.4.50"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_files_are_refused_in_a_sentence_without_names(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture, bad: str
) -> None:
    file = BAD[bad](dicom(tmp_path / "a.dcm", body(16, 16)))
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BadPicture) as found:
        enhance_medical(file, tmp_path / "b.dcm", QUICK, engine)
    assert str(found.value).endswith(".")
    assert PATIENT not in str(found.value) + caplog.text
    assert not (tmp_path / "b.dcm").exists()


def test_any_bytes_are_read_or_refused(engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from enhancer.lanes.dicom_file import DicomFile

    whole, rng = dicom(tmp_path / "a.dcm", body(12, 12)).read_bytes(), np.random.default_rng(5)
    caplog.set_level(logging.DEBUG)
    refused = 0
    for n in range(150):
        data = bytearray(whole)
        for at in rng.integers(132, len(whole), 1 + n % 6):
            data[at] = rng.integers(256)
        (file := tmp_path / "f.dcm").write_bytes(bytes(data[: len(data) - (n % 3 == 0) * int(rng.integers(500))]))
        try:
            scene = DicomFile(file, engine.settings)
            scene.read(scene.layers[0], _all(scene))
            scene.close()
        except EnhancerError:
            refused += 1
    assert 10 < refused < 150
    assert PATIENT not in caplog.text


def _all(scene: Any) -> Any:
    from enhancer.lanes.scene import Window

    return Window(0, 0, scene.width, scene.height)


@pytest.mark.parametrize("limit", ["max_scene_bytes", "max_scene_pixels"])
def test_limits_are_named(engine: Engine, tmp_path: Path, limit: str) -> None:
    small = Engine.__new__(Engine)
    vars(small).update(vars(engine) | {"settings": replace(engine.settings, **{limit: 100})})
    with pytest.raises(BadPicture) as found:
        enhance_medical(dicom(tmp_path / "a.dcm", body(16, 16)), tmp_path / "b.dcm", QUICK, small)
    assert found.value.limit == limit
