"""A recipe travels in a picture file, is read back, and harms nothing else in it."""

import io
from dataclasses import replace

import pytest
import torch
from PIL import Image

from enhancer.errors import BadOptions, BadPicture
from enhancer.media import CARRIERS, FORMATS, decode, embedded_recipe, encode, levels
from enhancer.media import exif as blocks
from tests.media.make import SRGB, TAKEN, chunk, exif_block, flat_png, picture, saved

RECIPE = '{"recipe": 1, "steps": ["ä", "' + "x" * 5000 + '"]}'


@pytest.mark.parametrize("format", CARRIERS)
def test_a_recipe_comes_back_and_the_picture_stays_as_it_was(format: str) -> None:
    before = replace(picture(), profile=SRGB, exif=exif_block()[6:], dpi=(300, 300))
    with_it, without = encode(before, format, recipe=RECIPE), encode(before, format)
    assert embedded_recipe(with_it) == RECIPE
    assert embedded_recipe(without) is None
    one, other = decode(with_it), decode(without)
    assert torch.equal(one.pixels, other.pixels)
    assert (one.profile, one.exif, one.dpi, one.notes) == (other.profile, other.exif, other.dpi, ())


def test_other_programs_see_the_recipe_as_text() -> None:
    with Image.open(io.BytesIO(encode(picture(), "png", recipe=RECIPE))) as image:
        image.load()
        assert image.info["image-enhancer recipe"] == RECIPE
    with Image.open(io.BytesIO(encode(picture(), "jpeg", recipe=RECIPE))) as image:
        assert image.info["comment"].endswith(RECIPE.encode())


@pytest.mark.parametrize("format", [f.id for f in FORMATS if f.writable and f.id not in CARRIERS])
def test_formats_that_carry_none_say_so(format: str) -> None:
    with pytest.raises(BadOptions, match="cannot carry a recipe; choose PNG or JPEG"):
        encode(picture(), format, recipe=RECIPE)
    assert embedded_recipe(encode(picture(), format)) is None


@pytest.mark.parametrize("format", CARRIERS)
def test_a_recipe_without_end_is_neither_written_nor_read(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadOptions, match="32768 bytes, not 40000"):
        encode(picture(), format, recipe="ä" * 20_000)
    large = encode(picture(), format, recipe="x" * 30_000)
    monkeypatch.setattr("enhancer.media.embedded.MAX_RECIPE", 29_999)
    assert embedded_recipe(large) is None


def test_comments_of_others_are_no_recipe() -> None:
    assert embedded_recipe(saved(levels(picture()), "JPEG", comment=b"made on a Sunday")) is None
    assert embedded_recipe(flat_png(3, 3, chunk(b"iTXt", b"image-enhancer recipe\0\1\0\0\0packed"))) is None


def test_damaged_files_and_texts_are_refused() -> None:
    with pytest.raises(BadPicture, match="The recipe in this file is damaged"):
        embedded_recipe(flat_png(3, 3, chunk(b"iTXt", b"image-enhancer recipe\0\0\0\0\0\xff\xfe")))
    with pytest.raises(BadPicture, match="cut off"):
        embedded_recipe(encode(picture(), "jpeg")[:200])
    with pytest.raises(BadPicture, match="text"):
        embedded_recipe(b"no picture")


@pytest.mark.parametrize(("depth", "grey", "alpha"), [(8, False, False), (16, True, True), (16, False, True)])
def test_levels_are_those_of_the_png(depth: int, grey: bool, alpha: bool) -> None:
    before = picture(depth, grey, alpha)
    whole = levels(before)
    again = levels(decode(encode(before, "png")))
    assert whole.dtype == ("uint8" if depth == 8 else "uint16")
    assert whole.shape == (23, 37, (1 if grey else 3) + alpha)
    assert (whole == again).all()


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_the_orientation_that_was_undone_is_remembered(orientation: int) -> None:
    found = decode(saved(levels(picture()), "JPEG", exif=exif_block(orientation)))
    assert found.orientation == orientation
    assert decode(encode(found, "png")).orientation == 1


def test_what_an_exif_block_says_survives_a_tiff() -> None:
    before = replace(picture(), exif=exif_block()[6:])
    assert before.exif is not None
    said = blocks.entries(before.exif)
    assert said[0x8769, TAKEN] == b"2024:05:06 07:08:09\0"
    assert said[0x8825, 1] == b"N\0"
    after = decode(encode(before, "tiff")).exif
    assert after is not None
    assert blocks.entries(after) == {k: v for k, v in said.items() if k != (0, 0x0112)}
