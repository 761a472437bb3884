"""Tags that tell of pixels in places of their own: in radiotherapy, on slides, and frame by frame."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from enhancer.engine import Engine
from enhancer.lanes.medical import enhance_medical
from enhancer.lanes.wish import Wish
from tests.lanes.make import body, dicom, item

QUICK = Wish(uncertainty=False)


def enlarged(engine: Engine, folder: Path, **tags: Any) -> Dataset:
    """The tags of a file with these, twice as large."""
    source = dicom(folder / "a.dcm", body(16, 16), **tags)
    return pydicom.dcmread(enhance_medical(source, folder / "b.dcm", QUICK, engine).file)


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({}, [-10.05, 20.1]),  # columns run down, and y up
        ({"RTImagePlane": "NORMAL", "RTImageOrientation": [0, 1, 0, 1, 0, 0]}, [-10.1, 19.95]),
        ({"RTImagePlane": "NON_NORMAL", "RTImageOrientation": [0, 0, 1, 0, -1, 0]}, [-10.05, 20.1]),  # told unturned
    ],
)
def test_an_image_of_radiotherapy_keeps_its_place_in_millimetres(
    engine: Engine, tmp_path: Path, told: dict[str, Any], place: list[float]
) -> None:
    after = enlarged(engine, tmp_path, ImagePlanePixelSpacing=[0.4, 0.2], RTImagePosition=[-10.0, 20.0], **told)
    assert after.ImagePlanePixelSpacing == [0.2, 0.1]
    np.testing.assert_allclose([float(v) for v in after.RTImagePosition], place)


def test_a_slide_in_one_frame_stays_a_slide_in_one_frame(engine: Engine, tmp_path: Path) -> None:
    at = {"RowPositionInTotalImagePixelMatrix": 1, "ColumnPositionInTotalImagePixelMatrix": 17}
    each = [item(PlanePositionSlideSequence=[item(**at)])]
    whole = {"TotalPixelMatrixRows": 16, "TotalPixelMatrixColumns": 40}
    after = enlarged(engine, tmp_path, PerFrameFunctionalGroupsSequence=each, **whole)
    assert (after.TotalPixelMatrixRows, after.TotalPixelMatrixColumns) == (32, 80)
    position = after.PerFrameFunctionalGroupsSequence[0].PlanePositionSlideSequence[0]
    found = position.RowPositionInTotalImagePixelMatrix, position.ColumnPositionInTotalImagePixelMatrix
    assert found == (1, 33)


@pytest.mark.parametrize(
    ("before", "kinds"),
    [("ORIGINAL", ["DERIVED", "SECONDARY"]), (None, ["DERIVED", "SECONDARY"]), (["ORIGINAL", ""], ["DERIVED", ""])],
)
def test_a_kind_in_one_word_is_no_row_of_letters(
    engine: Engine, tmp_path: Path, before: str | list[str] | None, kinds: list[str]
) -> None:
    assert list(enlarged(engine, tmp_path, ImageType=before).ImageType) == kinds


VOI = {"WindowCenter": 40, "WindowWidth": 400, "VOILUTFunction": "SIGMOID"}
WORLD = {"RealWorldValueSlope": 3.0, "RealWorldValueIntercept": -5.0}


def errors_of(engine: Engine, folder: Path, shared: Dataset, each: list[Dataset]) -> tuple[Dataset, float]:
    """The errors to expect in two frames that differ by their groups alone, and their mean in stored values."""
    groups = {"SharedFunctionalGroupsSequence": [shared], "PerFrameFunctionalGroupsSequence": each}
    source = dicom(folder / "a.dcm", np.stack([body(16, 16)] * 2), **groups)
    tags = pydicom.dcmread(source)
    for name in ("RescaleSlope", "RescaleIntercept", "RescaleType", "WindowCenter", "WindowWidth"):
        del tags[name]
    tags.save_as(source)
    made = enhance_medical(source, folder / "b.dcm", Wish(), engine)
    assert made.errors is not None
    return pydicom.dcmread(made.errors), made.work.doubts[0]


def rescaled(slope: float) -> Dataset:
    return item(RescaleSlope=slope, RescaleIntercept=-1024, RescaleType="HU")


def check_read_off(error: Dataset, groups: list[Dataset], doubt: float, slopes: list[float]) -> None:
    """Each frame is read off in the unit of its own group, from 0, through a window that holds its errors."""
    for frame, group, slope in zip(error.pixel_array, groups, slopes, strict=True):
        (mapped,), (window,) = group.PixelValueTransformationSequence, group.FrameVOILUTSequence
        assert (mapped.RescaleIntercept, mapped.RescaleType) == (0, "HU")
        assert frame.mean() * float(mapped.RescaleSlope) == pytest.approx(slope * doubt, rel=0.02)
        assert 2 * float(window.WindowCenter) == pytest.approx(float(window.WindowWidth))
        assert 0 < float(window.WindowWidth) < slope * 4095
        assert {e.keyword for e in window} == {"WindowCenter", "WindowWidth"}
    told = ("RescaleSlope", "RescaleIntercept", "RescaleType", "WindowCenter", "WindowWidth")
    assert not any(name in error for name in told)


def test_errors_are_read_off_with_the_slope_of_all_frames(engine: Engine, tmp_path: Path) -> None:
    shared = item(
        PixelValueTransformationSequence=[rescaled(-2)],
        RealWorldValueMappingSequence=[item(**WORLD)],
        PixelMeasuresSequence=[item(PixelSpacing=[2.0, 1.0])],
    )
    error, doubt = errors_of(engine, tmp_path, shared, [item(FrameVOILUTSequence=[item(**VOI)]) for _ in range(2)])
    group = error.SharedFunctionalGroupsSequence[0]
    check_read_off(error, [group] * 2, doubt, [2, 2])
    assert group.PixelMeasuresSequence[0].PixelSpacing == [1.0, 0.5]
    kept = pydicom.dcmread(tmp_path / "b.dcm")
    assert kept.SharedFunctionalGroupsSequence[0].PixelValueTransformationSequence[0] == rescaled(-2)
    assert kept.PerFrameFunctionalGroupsSequence[1].FrameVOILUTSequence[0] == item(**VOI)
    assert "RealWorldValueMappingSequence" not in group
    assert not any("FrameVOILUTSequence" in g for g in error.PerFrameFunctionalGroupsSequence)


def test_errors_are_read_off_with_the_slope_of_each_frame(engine: Engine, tmp_path: Path) -> None:
    each = [item(PixelValueTransformationSequence=[rescaled(slope)]) for slope in (1, 3)]
    error, doubt = errors_of(engine, tmp_path, item(FrameVOILUTSequence=[item(**VOI)]), each)
    check_read_off(error, list(error.PerFrameFunctionalGroupsSequence), doubt, [1, 3])
    assert "FrameVOILUTSequence" not in error.SharedFunctionalGroupsSequence[0]


def test_errors_of_groups_without_a_slope_are_read_off_as_those_of_plain_files(engine: Engine, tmp_path: Path) -> None:
    shared = item(FrameVOILUTSequence=[item(**VOI)], PixelValueTransformationSequence=[])
    error, doubt = errors_of(engine, tmp_path, shared, [item(), item()])
    group = error.SharedFunctionalGroupsSequence[0]
    assert "FrameVOILUTSequence" not in group
    assert "PixelValueTransformationSequence" not in group
    assert error.pixel_array.mean() * float(error.RescaleSlope) == pytest.approx(doubt, rel=0.02)
    assert (error.RescaleIntercept, error.RescaleType) == (0, "US")
