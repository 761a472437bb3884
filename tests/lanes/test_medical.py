"""DICOM round trips: every tag, every bit of the order of values, and the place of every pixel in the patient."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from enhancer.cli import main
from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.lanes.made import beside
from enhancer.lanes.medical import enhance_medical
from enhancer.lanes.wish import Wish
from tests.lanes.make import LOGO, PATIENT, body, dicom, item, values_of, with_overlay

QUICK = Wish(uncertainty=False)
CHANGED = {  # and nothing else
    *("SOPInstanceUID", "SeriesInstanceUID", "SeriesDescription", "ImageType", "DerivationDescription"),
    *("DerivationCodeSequence", "SourceImageSequence", "ContributingEquipmentSequence", "ImageComments"),
    *("Rows", "Columns", "PixelSpacing", "ImagerPixelSpacing", "ImagePositionPatient", "PixelData"),
}


def check_tags(before: Dataset, after: Dataset, also: tuple[str, ...] = ()) -> None:
    """Whatever was there is there, with its value; what is new belongs to the story of the result."""
    for element in before:
        if element.tag.element and element.keyword not in (*CHANGED, *also):
            assert after[element.tag].value == element.value, element.tag
            assert after[element.tag].VR == element.VR, element.tag
    new = {element.keyword for element in after} - {element.keyword for element in before}
    assert new <= CHANGED | set(also)


def corners(tags: Dataset) -> np.ndarray:
    """The outer corners of the first and the last pixel, in millimetres in the patient."""
    down, right = (float(v) for v in tags.PixelSpacing)
    along, across = np.array(tags.ImageOrientationPatient, float).reshape(2, 3)
    origin = np.array(tags.ImagePositionPatient, float)
    return np.array(
        [
            origin - along * right / 2 - across * down / 2,
            origin + along * right * (tags.Columns - 0.5) + across * down * (tags.Rows - 0.5),
        ]
    )


@pytest.mark.parametrize(
    ("bits", "signed", "low", "high"),
    [
        (8, False, 0, 255),
        (10, False, 3, 1000),
        (12, False, 0, 4095),
        (16, False, 0, 65_535),
        (16, True, -32_768, 32_767),
        (14, True, -2000, 3000),
    ],
)
@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, None])
def test_round_trip(
    engine: Engine, tmp_path: Path, bits: int, signed: bool, low: int, high: int, syntax: str | None
) -> None:
    kept = {} if syntax is None else {"syntax": syntax}
    source = dicom(tmp_path / "a.dcm", body(24, 28, low, high), bits=bits, signed=signed, **kept)
    made = enhance_medical(source, tmp_path / "b.dcm", QUICK, engine)
    before, after = pydicom.dcmread(source), pydicom.dcmread(made.file)
    check_tags(before, after)
    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
    assert (after.Rows, after.Columns, made.size) == (48, 56, (56, 48))
    assert after.PixelSpacing == [0.3, 0.2]
    assert after.ImagerPixelSpacing == [0.4, 0.35]
    np.testing.assert_allclose(corners(after), corners(before), atol=1e-6)
    values, result = values_of(source).astype(float), values_of(made.file).astype(float)
    assert (result.min(), result.max()) == (values.min(), values.max())
    shrunk = result.reshape(24, 2, 28, 2).mean((1, 3))
    assert np.abs(shrunk - values).mean() < 0.04 * np.ptp(values)
    assert made.work.fits[0].typical < 0.003 * np.ptp(values)


def test_the_story_of_the_result(engine: Engine, tmp_path: Path) -> None:
    source = dicom(tmp_path / "a.dcm", body(), ImageComments="old words")
    made = enhance_medical(source, tmp_path / "b.dcm", QUICK, engine)
    before, after = pydicom.dcmread(source), pydicom.dcmread(made.file)
    assert after.SOPInstanceUID not in ("", before.SOPInstanceUID)
    assert after.SOPInstanceUID == after.file_meta.MediaStorageSOPInstanceUID
    assert after.SeriesInstanceUID != before.SeriesInstanceUID
    assert list(after.ImageType) == ["DERIVED", "PRIMARY", "AXIAL"]
    assert after.SourceImageSequence[0].ReferencedSOPInstanceUID == before.SOPInstanceUID
    assert after.ImageComments.startswith("old words Enlarged 2 times")
    for name in ("ImageComments", "DerivationDescription", "SeriesDescription"):
        assert "not for diagnosis" in after[name].value.lower()
    assert "x2-fast" in after.DerivationDescription
    enhance_medical(source, tmp_path / "c.dcm", QUICK, engine)
    assert (tmp_path / "b.dcm").read_bytes() == (tmp_path / "c.dcm").read_bytes()
    third = enhance_medical(source, tmp_path / "d.dcm", replace(QUICK, consistent=False), engine)
    assert pydicom.dcmread(third.file).SOPInstanceUID != after.SOPInstanceUID


def test_the_error_to_expect_lies_on_the_same_grid(engine: Engine, tmp_path: Path) -> None:
    source = dicom(tmp_path / "a.dcm", body(), RescaleSlope=2)
    made = enhance_medical(source, tmp_path / "b.dcm", Wish(), engine)
    assert made.errors == beside(tmp_path / "b.dcm")
    result, error = pydicom.dcmread(made.file), pydicom.dcmread(made.errors)
    np.testing.assert_allclose(corners(error), corners(result))
    assert error.pixel_array.shape == result.pixel_array.shape
    assert len({error.SOPInstanceUID, result.SOPInstanceUID, error.SeriesInstanceUID, result.SeriesInstanceUID}) == 4
    assert error.FrameOfReferenceUID == result.FrameOfReferenceUID if "FrameOfReferenceUID" in result else True
    told = error.pixel_array * float(error.RescaleSlope) + float(error.RescaleIntercept)
    assert told.mean() == pytest.approx(2 * made.work.doubts[0], rel=0.02)
    assert error.RescaleType == "HU"
    assert 0 < told.mean() < 0.1 * 2 * 4095


def test_padding_stays_and_reaches_nowhere(engine: Engine, tmp_path: Path) -> None:
    values = body(32, 32, 100, 3000)
    values[:10, :12] = -2000
    source = dicom(tmp_path / "a.dcm", values, bits=14, signed=True)
    ds = pydicom.dcmread(source)
    ds.add_new("PixelPaddingValue", "SS", -2000)
    ds.save_as(source)
    made = enhance_medical(source, tmp_path / "b.dcm", QUICK, engine)
    result = values_of(made.file)
    assert (result[:20, :24] == -2000).all()
    rest = result[result != -2000]
    assert rest.size == 64 * 64 - 20 * 24
    assert rest.min() >= 100


def test_several_frames_keep_equal_values_equal(engine: Engine, tmp_path: Path) -> None:
    one = body(20, 24)
    source = dicom(tmp_path / "a.dcm", np.stack([one, one // 2, one]))
    made = enhance_medical(source, tmp_path / "b.dcm", QUICK, engine)
    frames = values_of(made.file)
    assert (made.layers, frames.shape) == (3, (3, 40, 48))
    np.testing.assert_array_equal(frames[0], frames[2])
    assert np.abs(frames[1].astype(float) - frames[0] / 2).mean() < 60


def test_geometry_told_frame_by_frame(engine: Engine, tmp_path: Path) -> None:
    shared = item(
        PixelMeasuresSequence=[item(PixelSpacing=[2.0, 1.0])],
        PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
    )
    each = [item(PlanePositionSequence=[item(ImagePositionPatient=[10.0, 20.0, z])]) for z in (1.0, 2.0)]
    groups = {"SharedFunctionalGroupsSequence": [shared], "PerFrameFunctionalGroupsSequence": each}
    source = dicom(tmp_path / "a.dcm", np.stack([body(16, 16)] * 2), **groups)
    after = pydicom.dcmread(enhance_medical(source, tmp_path / "b.dcm", QUICK, engine).file)
    assert after.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing == [1.0, 0.5]
    places = [g.PlanePositionSequence[0].ImagePositionPatient for g in after.PerFrameFunctionalGroupsSequence]
    assert places == [[9.75, 19.5, 1], [9.75, 19.5, 2]]


def test_overlays_grow_along(engine: Engine, tmp_path: Path) -> None:
    source = with_overlay(dicom(tmp_path / "a.dcm", body(16, 16)))
    after = pydicom.dcmread(enhance_medical(source, tmp_path / "b.dcm", QUICK, engine).file)
    np.testing.assert_array_equal(after.overlay_array(0x6000), LOGO.repeat(2, 0).repeat(2, 1))
    assert list(after[0x6000, 0x0050].value) == [9, 13]


def test_colours(engine: Engine, tmp_path: Path) -> None:
    values = np.stack([body(20, 24, 0, 255), body(20, 24, 255, 0), np.full((20, 24), 9)], -1)
    source = dicom(tmp_path / "a.dcm", values, bits=8)
    made = enhance_medical(source, tmp_path / "b.dcm", Wish(), engine)
    after = pydicom.dcmread(made.file)
    check_tags(pydicom.dcmread(source), after)
    assert after.pixel_array.shape == (40, 48, 3)
    assert np.abs(after.pixel_array[::2, ::2].astype(float) - values).mean() < 12
    assert made.errors is not None
    assert pydicom.dcmread(made.errors).pixel_array.shape == (40, 48)


def test_inverted_grey_stays_inverted(engine: Engine, tmp_path: Path) -> None:
    source = dicom(tmp_path / "a.dcm", body(16, 16), PhotometricInterpretation="MONOCHROME1")
    after = pydicom.dcmread(enhance_medical(source, tmp_path / "b.dcm", QUICK, engine).file)
    assert after.PhotometricInterpretation == "MONOCHROME1"
    assert np.corrcoef(after.pixel_array[::2, ::2].ravel(), body(16, 16).ravel())[0, 1] > 0.95


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_packed_pixels_are_unpacked_without_loss(engine: Engine, tmp_path: Path, syntax: str) -> None:
    plain, packed = dicom(tmp_path / "a.dcm", body(16, 16)), tmp_path / "p.dcm"
    ds = pydicom.dcmread(plain)
    if syntax == RLELossless:
        ds.compress(RLELossless, generate_instance_uid=False)
    else:
        import imagecodecs

        coded = imagecodecs.jpeg2k_encode(ds.pixel_array, level=0, codecformat="j2k", reversible=True, bitspersample=12)
        ds.PixelData = pydicom.encaps.encapsulate([bytes(coded)])
        ds["PixelData"].VR, ds.file_meta.TransferSyntaxUID = "OB", JPEG2000Lossless
    ds.save_as(packed)
    one = enhance_medical(plain, tmp_path / "1.dcm", QUICK, engine)
    two = enhance_medical(packed, tmp_path / "2.dcm", QUICK, engine)
    np.testing.assert_array_equal(values_of(one.file), values_of(two.file))
    assert any("unpacked" in note for note in two.notes)


def test_nothing_is_invented_unless_asked_for(engine: Engine, tmp_path: Path) -> None:
    file = dicom(tmp_path / "a.dcm", body(16, 16))
    for model in ("realesrgan-x4plus", "somebody/repo/weights.safetensors"):
        with pytest.raises(BadOptions, match="say generative"):
            enhance_medical(file, tmp_path / "b.dcm", replace(QUICK, model=model), engine)
    with pytest.raises(BadOptions, match="does not enlarge by 4"):
        enhance_medical(file, tmp_path / "b.dcm", replace(QUICK, model="x2-fast", scale=4), engine)
    with pytest.raises(BadOptions, match="replace its source"):
        enhance_medical(file, file, QUICK, engine)


def test_no_errors_to_expect_stay_without_a_result(engine: Engine, tmp_path: Path) -> None:
    source = dicom(tmp_path / "a.dcm", body(16, 16))
    (folder := tmp_path / "b.dcm").mkdir()  # which no file can replace
    with pytest.raises(BadOptions, match="could not be saved"):
        enhance_medical(source, folder, Wish(), engine)
    assert sorted(tmp_path.iterdir()) == [source, folder]


def test_no_source_is_replaced_by_the_errors_to_expect(engine: Engine, tmp_path: Path) -> None:
    file = dicom(beside(tmp_path / "a.dcm"), body(16, 16))
    before = file.read_bytes()
    with pytest.raises(BadOptions, match=r"errors to expect, .* would replace its source"):
        enhance_medical(file, tmp_path / "a.dcm", Wish(), engine)
    assert file.read_bytes() == before
    enhance_medical(file, tmp_path / "a.dcm", QUICK, engine)
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", ["693_UNCR.dcm", "MR-SIEMENS-DICOM-WithOverlays.dcm"])
def test_files_of_scanners(engine: Engine, shared: Path, tmp_path: Path, name: str) -> None:
    """A part of it, which is quicker; its tags are those of the scanner."""
    if not (shared / "data" / "domain" / name).is_file():
        pytest.skip(f"{name} is not among the shared files")
    ds = pydicom.dcmread(shared / "data" / "domain" / name)
    ds.PixelData = np.ascontiguousarray(ds.pixel_array[200:264, 200:280]).tobytes()
    ds.Rows, ds.Columns = 64, 80
    ds.save_as(source := tmp_path / "a.dcm")
    made = enhance_medical(source, tmp_path / "b.dcm", QUICK, engine)
    before, after = pydicom.dcmread(source), pydicom.dcmread(made.file)
    overlays = tuple(e.keyword for e in before if 0x6000 <= e.tag.group < 0x6020)
    check_tags(before, after, overlays)
    np.testing.assert_allclose(corners(after), corners(before), atol=1e-5)
    assert made.work.fits[0].typical < 1.5


def test_the_command_tells_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = dicom(tmp_path / "a.dcm", body(16, 16))
    assert main(["medical", str(source), str(tmp_path / "b.dcm"), "--no-uncertainty"]) == 0
    said = capsys.readouterr().out
    assert "32x32  1 frame  x2-fast" in said
    assert "gives the source again" in said
    assert "Not for diagnosis" in said
    assert PATIENT not in said
    assert main(["medical", str(source), str(tmp_path / "b.dcm"), "--scale", "5"]) == 2
    assert "scale must lie between 2 and 4" in capsys.readouterr().err
