"""EXIF of what is read: broken, impossible, and personal."""

import io

import pytest
from PIL import Image

from enhancer.media import decode, encode
from enhancer.media.tiff import UNREADABLE_EXIF
from enhancer.settings import Settings
from tests.media import nasty
from tests.media.make import EXIF, MAKER, TAKEN, exif_block, photo, saved
from tests.media.test_decode import tiff


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


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_print_resolution_is_turned_with_the_picture(kind: str, turn: int, order: str) -> None:
    """A fax: an inch by an inch, in all that is read and written."""
    block = Image.Exif()
    block.endian, block[MAKER], block[0x0112] = order, "A maker of faxes", turn
    block[0x011A], block[0x011B], block[0x0128] = 204.0, 98.0, 2
    found = decode(saved(photo(204, 98), kind, exif=block.tobytes(), dpi=(204, 98)))
    expected = (98, 204) if turn > 4 else (204, 98)
    assert (found.width, found.height) == expected
    assert found.dpi == pytest.approx(expected, abs=0.02)
    for other in ("png", "jpeg", "tiff", "webp"):
        written = encode(found, other)
        again = decode(written)
        assert again.dpi == pytest.approx(expected, abs=0.02)
        with Image.open(io.BytesIO(written)) as image:
            stated = [image.getexif().get(tag) for tag in (MAKER, 0x011A, 0x011B)]
        assert stated[0] == "A maker of faxes"
        assert stated[1:] in (pytest.approx(expected, abs=0.02), [None, None])
        assert other in ("png", "jpeg") or None not in stated


def test_a_bigtiff_is_told_to_lose_only_what_it_has() -> None:
    whole = {"photometric": "rgb", "bigtiff": True}
    for bare in (tiff(photo(), **whole), tiff(photo(), **whole, metadata=None, software=False)):
        assert decode(bare).notes == ()
    artist = (315, "s", 0, "A photographer", True)
    for full in (
        tiff(photo(), **whole, extratags=[artist]),
        tiff(photo(), **whole, description="A caption", metadata=None),
        saved(photo(), "TIFF", exif=exif_block(), big_tiff=True),
    ):
        assert full[:3] == b"II+"
        assert decode(full).notes == (UNREADABLE_EXIF,)
