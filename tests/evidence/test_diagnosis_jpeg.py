"""JPEG compression, by the tables of the file and by the pixels of a copy that is none."""

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data

from enhancer.evidence.diagnosis import MILD, NONE, STRONG, Finding, diagnose
from enhancer.evidence.diagnosis.compression import measure_compression
from enhancer.evidence.diagnosis.jpeg_tables import QUALITIES, nearest_quality, quality_tables
from enhancer.evidence.diagnosis.view import view_of
from enhancer.media import decode
from enhancer.media.picture import Picture
from tests.evidence.damages import Damage, both, from_bytes, jpeg, jpeg_file, noisy, read, rounded, shrunk, truths

EVERY = 12  # picture of the 47
PHOTO = from_bytes(data.astronaut())


def look(pixels: torch.Tensor, raw: bytes | None = None) -> Finding:
    return measure_compression(view_of(Picture(pixels), raw), {})


@pytest.mark.parametrize("quality", [1, 10, 33, 50, 75, 90, 95, 100])
def test_the_tables_of_a_file_tell_its_quality(quality: int) -> None:
    raw = jpeg_file(PHOTO[:, :64, :64], quality)
    finding = diagnose(decode(raw), raw)["jpeg"]
    assert finding.value == quality
    assert "tables in the file" in finding.evidence


@pytest.mark.parametrize("place", [1, 3])
def test_the_table_of_brightness_may_stand_in_any_place(place: int) -> None:
    raw = bytearray(jpeg_file(PHOTO[:, :64, :64], 60, grey=True))
    raw[raw.index(b"\xff\xdb") + 4] = raw[raw.index(b"\xff\xc0") + 12] = place  # ITU-T T.81: Tq, in DQT and in SOF
    assert diagnose(decode(bytes(raw)), bytes(raw))["jpeg"].value == 60


def test_a_table_behind_the_first_scan_leaves_it_to_the_pixels() -> None:
    raw = bytearray(jpeg_file(PHOTO[:, :64, :64], 60, grey=True))
    raw[raw.index(b"\xff\xc0") + 12] = 2  # Tq: a table that the header does not hold
    assert look(jpeg(40)(PHOTO), bytes(raw)).value == 40


def test_tables_of_other_programs_get_the_nearest_quality() -> None:
    assert [nearest_quality(table) for table in quality_tables()] == QUALITIES.tolist()
    assert abs(nearest_quality(np.maximum(1, quality_tables()[69] + np.arange(64) % 3 - 1)) - 70) <= 2


def test_bytes_that_are_no_jpeg_leave_it_to_the_pixels() -> None:
    assert look(jpeg(40)(PHOTO), b"\x89PNG and more").value == 40


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("quality", [10, 30, 50, 75, 90])
def test_the_pixels_tell_the_quality(shared: Path, quality: int, grey: bool) -> None:
    for file in truths(shared, EVERY):
        value = look(jpeg(quality, grey)(read(file))).value
        assert value is not None, file.name
        assert abs(value - quality) <= 5, file.name


@pytest.mark.parametrize("damage", [rounded, noisy(5), noisy(25), lambda x: shrunk(x, 1.5), both(jpeg(40), noisy(10))])
def test_no_compression_is_found_where_its_traces_are_not(shared: Path, damage: Damage) -> None:
    for file in truths(shared, EVERY):
        finding = look(damage(read(file)))
        assert (finding.value, finding.severity) == (None, NONE), file.name


@pytest.mark.parametrize(("down", "right"), [(3, 5), (0, 1), (7, 0)])
def test_a_cropped_picture_shows_where_its_grid_begins(down: int, right: int) -> None:
    finding = look(jpeg(60)(PHOTO)[:, down:, right:])
    assert finding.value == 60
    assert f"{-right % 8} to the right and {-down % 8} down" in finding.evidence


def test_drawn_patterns_and_flat_pictures_are_no_compression() -> None:
    rows, columns = np.mgrid[0:256, 0:256]
    stripes = from_bytes((((rows // 3 + columns // 5) % 2) * 90 + 60).astype(np.uint8))
    checks = from_bytes((((rows // 4 + columns // 4) % 2) * 200 + 20).astype(np.uint8))
    for pixels in (stripes, checks, from_bytes(data.logo()[..., :3]), from_bytes(data.text())):
        assert look(pixels).value is None


def test_verdicts_follow_what_eyes_see() -> None:
    assert [look(jpeg(q)(PHOTO)).severity for q in (95, 75, 30)] == [NONE, MILD, STRONG]
