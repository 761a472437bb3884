"""EXIF of what is read: broken, impossible, and personal."""

import pytest
from PIL import Image

from enhancer.media import decode, encode
from enhancer.settings import Settings
from tests.media import nasty
from tests.media.make import EXIF, MAKER, TAKEN, exif_block, photo, saved


@pytest.mark.parametrize(
    "block", [b"garbage", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", exif_block(6)[6:36]]
)
def test_broken_exif_leaves_the_picture_unturned_with_a_note(block: bytes) -> None:
    found = decode(saved(photo(), "JPEG", exif=b"Exif\0\0" + block))
    assert (found.width, found.height) == (60, 45)
    assert found.exif is None
    assert "EXIF" in found.notes[0]


def test_an_orientation_that_does_not_exist_turns_nothing() -> None:
    found = decode(saved(photo(), "JPEG", exif=exif_block(99)))
    assert (found.width, found.height, found.notes) == (60, 45, ())
    assert found.exif is not None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_whose_camera_it_was_and_where_stays_or_goes_as_the_setting_says(kind: str) -> None:
    data = saved(photo(), kind, exif=nasty.personal())
    kept, left = decode(data), decode(data, Settings(keep_place=0))
    assert kept.notes == ()
    assert b"SN-0815" in (kept.exif or b"")
    (note,) = left.notes
    assert "The place, the serial numbers" in note
    assert left.exif is not None
    assert not [name for name in nasty.NAMES if name in left.exif]
    exif = Image.Exif()
    exif.load(left.exif)
    assert exif[MAKER] == "A maker of cameras"
    assert exif.get_ifd(EXIF)[TAKEN] == "2024:05:06 07:08:09"
    again = decode(encode(left, "jpeg"), Settings(keep_place=0))
    assert again.notes == ()
    assert again.exif is not None
