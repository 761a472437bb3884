"""What is refused: at once, cheaply, in one sentence that says what would work."""

import io
import logging
import random
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from PIL import Image

from enhancer.errors import BadPicture, TooSlow
from enhancer.media import decode, open_picture
from enhancer.settings import Settings
from tests.media import nasty
from tests.media.make import SRGB, chunk, exif_block, flat_png, photo, saved

PATIENCE = 0.5
STRANGERS = {
    "empty": (b"", "empty"),
    "one byte": (b"\x07", "not a picture"),
    "text": (b"Dear Sir or Madam,\n", "text"),
    "markup": (b"<!DOCTYPE html><html><body>no</body></html>", "web page"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    "zip": (b"PK\x03\x04" + b"\0" * 40, "ZIP"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%pipe%id", "PostScript"),
    "psd": (b"8BPS\0\x01" + b"\0" * 40, "Photoshop"),
    "icon": (b"\0\0\x01\0\x01\0" + b"\0" * 40, "icon"),
    "jpeg 2000": (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    "any-map": (b"P6 2 2 255\n" + bytes(12), "any-map"),
    "video": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "video"),
    "noise": (bytes(random.Random(0).randrange(128, 256) for _ in range(300)), "not a picture"),
    "png sent as text": (flat_png(4, 4).replace(b"\r\n", b"\n"), "sent as text"),
}


def refusal(data: bytes | Path, settings: Settings | None = None) -> str:
    """The message, after checking that it came soon and is one plain sentence."""
    began = time.perf_counter()
    with pytest.raises(BadPicture) as caught:
        decode(data, settings or Settings())
    assert time.perf_counter() - began < PATIENCE
    message = str(caught.value)
    assert message.endswith(".")
    assert ". " not in message
    assert "\n" not in message
    assert "/" not in message
    assert "0x" not in message
    return message


def jpeg_of(width: int, height: int) -> bytes:
    frame = struct.pack(">BHH", 8, height, width) + b"\x01\x01\x11\0"
    scan = b"\x01\x01\0\0?\0"
    parts = [(0xC0, frame), (0xDA, scan)]
    body = b"".join(bytes([0xFF, marker]) + struct.pack(">H", len(b) + 2) + b for marker, b in parts)
    return b"\xff\xd8" + body + bytes(9_000) + b"\xff\xd9"


def webp_of(width: int, height: int) -> bytes:
    data = bytearray(saved(photo(), "WEBP", lossless=True))
    rest = int.from_bytes(data[21:25], "little") >> 28
    data[21:25] = struct.pack("<I", (width - 1) | (height - 1) << 14 | rest << 28)
    return bytes(data)


@pytest.mark.parametrize("kind", STRANGERS)
def test_what_is_no_picture_is_called_by_its_name(kind: str) -> None:
    data, word = STRANGERS[kind]
    assert word in refusal(data)


def test_headers_over_the_limits_are_refused_before_any_pixel() -> None:
    lying = bytearray(saved(photo(), "BMP"))
    lying[18:26] = struct.pack("<ii", 20_000, 20_000)
    out = io.BytesIO()
    tifffile.imwrite(out, np.zeros((9_000, 9_000), np.uint8), compression="zlib", rowsperstrip=9_000)
    gif = bytearray(saved(photo(), "GIF", "P"))
    gif[6:10] = struct.pack("<HH", 20_000, 20_000)
    bomb = flat_png(14_000, 12_200)
    assert len(bomb) < 30_000
    for data in (bomb, jpeg_of(20_000, 20_000), webp_of(16_383, 16_383), bytes(lying), out.getvalue(), bytes(gif)):
        assert "megapixels, and at most 64 are read" in refusal(data)
    assert "a side may have at most 30000" in refusal(jpeg_of(65_500, 10))


def test_limits_come_from_the_settings(tmp_path: Path) -> None:
    data = saved(photo(), "PNG")
    assert decode(data, Settings(max_bytes=len(data), max_pixels=60 * 45, max_side=60)).width == 60
    assert "MiB" in refusal(data, Settings(max_bytes=len(data) - 1))
    assert "megapixels" in refusal(data, Settings(max_pixels=60 * 45 - 1))
    assert "60×45" in refusal(data, Settings(max_side=59))
    path = tmp_path / "large.png"
    path.write_bytes(data)
    assert "MiB" in refusal(path, Settings(max_bytes=10))


def test_a_large_allowed_picture_raises_no_warning_of_the_library() -> None:
    generous = Settings(max_pixels=10**9)
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(BadPicture, match="damaged"):
        decode(jpeg_of(15_000, 15_000)[:100] + b"\xff\xd9", generous)
    assert before == Image.MAX_IMAGE_PIXELS


def test_sizes_of_zero_are_refused() -> None:
    assert "empty" in refusal(flat_png(0, 5))
    assert "empty" in refusal(jpeg_of(0, 5))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_every_cut_of_a_file_is_refused(format: str) -> None:
    data = saved(photo(), format)
    for share in (0.2, 0.5, 0.9):
        message = refusal(data[: int(len(data) * share)])
        assert "cut off" in message or "damaged" in message
    if format in ("PNG", "JPEG", "WEBP", "TIFF"):
        assert "cut off" in message


def test_every_flipped_bit_of_a_png_is_noticed() -> None:
    data = saved(photo(5, 4), "PNG", dpi=(72, 72))
    for place in range(len(data) * 8):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(BadPicture):
            decode(bytes(changed))


def test_random_damage_never_raises_anything_else() -> None:
    draw = random.Random(1)
    out = io.BytesIO()
    tifffile.imwrite(out, photo(), photometric="rgb", compression="lzw", predictor=True, byteorder=">")
    seeds = [saved(photo(), f, exif=exif_block(6), icc_profile=SRGB) for f in ("JPEG", "WEBP", "TIFF", "AVIF")]
    for seed in [*seeds, saved(photo(), "GIF", "P"), saved(photo(), "BMP"), out.getvalue()]:
        for _ in range(60):
            changed = bytearray(seed)
            for _ in range(draw.choice((1, 2, 8))):
                changed[draw.randrange(min(len(seed), 600))] = draw.choice((0, 1, 128, 255))
            try:
                found = decode(bytes(changed))
            except BadPicture:
                continue
            assert found.pixels.isfinite().all()


def test_bombs_in_metadata_do_no_harm() -> None:
    zeros = zlib.compress(bytes(50_000_000))
    text = flat_png(8, 8, chunk(b"zTXt", b"a\0\0" + zeros))
    profile = flat_png(8, 8, chunk(b"iCCP", b"a\0\0" + zeros))
    many = flat_png(8, 8, chunk(b"tEXt", b"a\0b") * 50_000)
    for data in (text, many):
        began = time.perf_counter()
        found = decode(data)
        assert time.perf_counter() - began < PATIENCE
        assert found.profile is None
    began = time.perf_counter()
    assert "profile unpacks to more than 8 MiB" in refusal(profile)  # no camera and no program makes one by mistake
    assert time.perf_counter() - began < PATIENCE


def test_a_jpeg_of_many_scans_is_read_where_that_does_not_take_long() -> None:
    data = saved(photo(), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    assert decode(data[:at] + data[at:-2] * 1000 + data[-2:]).width == photo().shape[1]
    began = time.perf_counter()
    with pytest.raises(TooSlow, match="more than 4000 passes"):
        decode(nasty.scans(5000, 2000))
    assert time.perf_counter() - began < PATIENCE


def test_directories_in_a_circle_end() -> None:
    plain = io.BytesIO()
    tifffile.imwrite(plain, photo(), photometric="rgb")
    data = bytearray(plain.getvalue())
    start = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, start)[0]
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    assert torch.equal(decode(bytes(data)).pixels, decode(plain.getvalue()).pixels)


def test_unusual_tiffs_are_refused_by_name() -> None:
    for options, word in (
        ({"photometric": "cielab"}, "colour model"),
        ({"photometric": "rgb", "compression": "jpeg2000"}, "compression"),
        ({"photometric": "rgb", "extratags": [(50706, 1, 4, (1, 4, 0, 0), True)]}, "camera"),
    ):
        out = io.BytesIO()
        tifffile.imwrite(out, photo(), **options)
        assert word in refusal(out.getvalue())


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.png")
    assert "no such file" in refusal(tmp_path)
    (tmp_path / "empty.png").touch()
    with pytest.raises(BadPicture, match="empty"):
        open_picture(str(tmp_path / "empty.png"))


def test_a_refusal_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "enhancer.media"):
        sentence = refusal(saved(photo(), "GIF")[:300])
    (record,) = caplog.records
    assert sentence in record.getMessage()
    assert not record.exc_info
    assert "\n" not in logging.Formatter().format(record)
