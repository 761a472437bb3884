"""The receipt says of every file what is really in it."""

import io
from dataclasses import replace

import pytest
import torch
from PIL import Image

from enhancer.evidence.receipt import CHANGED, KEPT, LOST, clipped, kept_traits, lost_traits, receipt
from enhancer.media import FORMATS, Picture, decode, encode, levels, losses
from tests.media.make import SRGB, exif_block, grey_profile, picture, saved

WRITABLE = [f.id for f in FORMATS if f.writable]


def rich(depth: int = 8, alpha: bool = False) -> Picture:
    """With everything that can be lost."""
    block = decode(saved(levels(picture()), "JPEG", exif=exif_block())).exif
    return replace(picture(depth, alpha=alpha), profile=SRGB, exif=block, dpi=(300, 300))


def states(source: Picture, file: bytes, result: Picture | None = None) -> dict[str, str]:
    return {line.what: line.state for line in receipt(source, file, result).lines}


@pytest.mark.parametrize("format", ["png", "tiff", "webp"])
def test_a_lossless_file_keeps_everything(format: str) -> None:
    source = rich(alpha=True)
    told = receipt(source, encode(source, format), source)
    assert set(told.kept) == {
        *("colour profile", "EXIF", "print resolution", "transparency"),
        *("detail near black", "detail near white", "every pixel"),
    }
    assert told.lost == ()
    assert all(line.sentence.endswith(".") for line in told.lines)


def test_a_jpeg_of_a_deep_and_transparent_picture() -> None:
    source = rich(16, alpha=True)
    told = states(source, encode(source, "jpeg"), source)
    assert {what for what, state in told.items() if state == LOST} >= {
        "transparency",
        "16 bits a channel",
        "every pixel",
    }
    assert {told["colour profile"], told["EXIF"], told["print resolution"]} == {KEPT}


def test_a_file_that_another_program_stripped() -> None:
    """The receipt reads the file: what only the picture in memory has does not count."""
    source = rich()
    bare = saved(levels(source), "PNG")
    told = states(source, bare, source)
    assert [what for what, state in told.items() if state == LOST] == ["colour profile", "EXIF", "print resolution"]
    assert told["every pixel"] == KEPT


def test_lost_entries_of_exif_are_counted() -> None:
    source = rich()
    poorer = Image.Exif()
    poorer[0x010F] = "A maker of cameras"
    with Image.open(io.BytesIO(encode(source, "png"))) as image:
        out = io.BytesIO()
        image.save(out, "PNG", exif=poorer)
    line = next(line for line in receipt(source, out.getvalue()).lines if line.what == "EXIF")
    assert line.state == LOST
    # the block of the test has a maker, a model, a date and half a place
    assert line.sentence == "Of 4 EXIF entries (camera, date, place), 3 are not in the file."


def test_turning_upright_is_told() -> None:
    source = decode(saved(levels(picture()), "JPEG", exif=exif_block(6)))
    line = next(line for line in receipt(source, encode(source, "png")).lines if line.what == "orientation")
    assert line.state == CHANGED
    assert "turned upright" in line.sentence
    assert line.sentence in receipt(source, encode(source, "png")).lost


def test_grey_in_a_format_without_grey() -> None:
    source = replace(picture(grey=True), profile=grey_profile())
    assert states(source, encode(source, "webp"), source) == {
        **{"colour profile": LOST, "grey": CHANGED, "every pixel": KEPT},
        **{"detail near black": KEPT, "detail near white": KEPT},
    }


def test_clipped_pixels_are_counted_as_a_screen_shows_them() -> None:
    pixels = torch.full((3, 300, 10), 0.5)
    pixels[0, :30] = 0.4 / 255  # shown as 0
    pixels[1, 290:] = 1 - 0.6 / 255  # shown as 254
    pixels[2, 150:153] = 1.0
    found = clipped(Picture(pixels))
    assert found.black == pytest.approx(0.1)
    assert found.white == pytest.approx(0.01)
    alpha = torch.ones(1, 300, 10)
    alpha[:, :150] = 0
    assert clipped(Picture(pixels, alpha)).black == 0
    assert clipped(Picture(pixels, alpha)).white == pytest.approx(0.02)


def test_new_white_is_a_loss_and_old_white_is_none() -> None:
    source = Picture(torch.full((3, 20, 20), 0.9))
    brighter = source.with_pixels(source.pixels.clone())
    brighter.pixels[:, :1] = 1
    assert states(source, encode(brighter, "png"))["detail near white"] == LOST
    assert states(brighter, encode(brighter, "png"))["detail near white"] == KEPT
    sentence = next(s for s in receipt(source, encode(brighter, "png")).lost if "white" in s)
    assert "none in the source, 5.00 % in the file" in sentence


@pytest.mark.parametrize("hidden", [0.0, 1.0])
def test_a_white_ground_is_not_counted_as_lost_detail(hidden: float) -> None:
    alpha = torch.zeros(1, 32, 32)
    alpha[:, 8:24, 8:24] = 1
    source = Picture(torch.where(alpha > 0, 0.5, torch.full((3, 1, 1), hidden)), alpha)
    told = receipt(source, encode(source, "jpeg"), source)
    line = next(line for line in told.lines if line.what == "detail near white")
    assert line.state == KEPT
    assert "75.00 % in the source on white, 75.00 % in the file." in line.sentence
    burnt = source.with_pixels(torch.ones(3, 32, 32))
    assert states(source, encode(burnt, "jpeg"))["detail near white"] == LOST


def test_the_loss_of_compression_is_measured() -> None:
    source = picture(width=64, height=64)
    line = receipt(source, encode(source, "jpeg", quality=50), source).lines[-1]
    apart = (decode(encode(source, "jpeg", quality=50)).pixels - source.pixels).square().mean()
    assert f"{-10 * apart.log10():.1f} dB" in line.sentence
    assert line.state == LOST
    assert all(line.what != "every pixel" for line in receipt(source, encode(source, "png")).lines)


def test_another_picture_in_the_file_is_named() -> None:
    line = receipt(picture(), encode(picture(width=9, height=9), "png"), picture()).lines[-1]
    assert "another picture" in line.sentence
    assert "9×9" in line.sentence


def test_notes_of_reading_are_losses() -> None:
    source = replace(picture(), notes=("It was CMYK.",))
    assert receipt(source, encode(source, "png"), source).lost == ("It was CMYK.",)


@pytest.mark.parametrize("format", WRITABLE)
def test_what_is_foretold_is_what_the_file_holds(format: str) -> None:
    source = rich(16, alpha=True)
    told = receipt(source, encode(source, format), source)
    foretold = kept_traits(source, format)
    identity = {"colour profile", "EXIF", "print resolution", "transparency", "16 bits a channel"}
    assert set(foretold) == set(told.kept) & identity
    assert lost_traits(replace(source, notes=("a",)), format) == ["a", *losses(source, format)]
