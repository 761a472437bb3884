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
