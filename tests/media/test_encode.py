"""What is written: rounded once, read back the same by us and by others, with its identity."""

import io
from dataclasses import replace
from itertools import product
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
import torch
from PIL import Image, ImageCms

from enhancer.errors import BadOptions
from enhancer.media import FORMATS, Picture, decode, encode, losses, open_picture, save_picture
from tests.media.make import EXIF, GPS, MAKER, SRGB, TAKEN, exif_block, grey_profile, photo, picture, saved

WRITABLE = [f.id for f in FORMATS if f.writable]


def same(a: torch.Tensor | None, b: torch.Tensor | None, depth: int) -> bool:
    if a is None or b is None:
        return a is b
    return torch.equal((a * (2**depth - 1)).round(), (b * (2**depth - 1)).round())


@pytest.mark.parametrize(("grey", "alpha", "depth"), list(product([False, True], [False, True], [8, 16])))
def test_every_mode_survives_its_lossless_formats(grey: bool, alpha: bool, depth: int) -> None:
    before = picture(depth, grey, alpha)
    for kind in ("png", "tiff", *(["webp"] if depth == 8 else [])):
        after = decode(encode(before, kind))
        assert same(after.pixels, before.pixels, depth), kind
        assert same(after.alpha, before.alpha, depth), kind
        assert after.depth == depth
        assert after.grey == (grey and kind != "webp")
        assert after.notes == ()
        assert losses(before, kind) == ()


@pytest.mark.parametrize("format", ["png", "tiff"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_all_values_of_sixteen_bits_come_back(format: str, channels: int) -> None:
    ramp = torch.arange(65536).view(1, 256, 256).float() / 65535
    pixels = torch.cat([ramp, ramp.flip(1), ramp.flip(2)]) if channels > 1 else ramp.expand(3, -1, -1)
    before = Picture(pixels, ramp if channels == 4 else None, depth=16, grey=channels == 1)
    data = encode(before, format)
    reader = imagecodecs.png_decode if format == "png" else lambda b: tifffile.imread(io.BytesIO(b))
    other = reader(data)
    assert other.dtype == np.uint16
    assert np.array_equal(np.atleast_3d(other)[..., 0].ravel(), np.arange(65536))
    assert same(decode(data).pixels, pixels, 16)


def test_rounding_is_to_the_nearest_and_never_wraps() -> None:
    values = torch.tensor([-0.5, 0.0, 0.4 / 255, 0.6 / 255, 254.4 / 255, 254.6 / 255, 1.0, 7.0])
    before = Picture(values.view(1, 1, 8).expand(3, -1, -1))
    with Image.open(io.BytesIO(encode(before, "png"))) as image:
        assert np.asarray(image)[0, :, 0].tolist() == [0, 0, 0, 1, 254, 255, 255, 255]
    assert imagecodecs.png_decode(encode(before, "png", depth=16))[0, -1].tolist() == [65535] * 3


@pytest.mark.parametrize("format", WRITABLE)
def test_profile_exif_and_resolution_survive(format: str) -> None:
    for depth, alpha in ((8, False), (8, True), (16, True)):
        source = decode(saved(photo(), "TIFF", exif=exif_block(1), dpi=(300, 150), icc_profile=SRGB))
        extra = torch.rand(1, source.height, source.width) if alpha else None
        data = encode(replace(source, depth=depth, alpha=extra), format)
        after = decode(data)
        assert after.profile == SRGB
        assert after.dpi == pytest.approx((300, 150), rel=1e-3)
        with Image.open(io.BytesIO(data)) as image:
            assert image.info["icc_profile"] == SRGB
            kept = image.getexif()
            assert str(kept[MAKER]) == "A maker of cameras"
            assert kept.get_ifd(EXIF)[TAKEN] == "2024:05:06 07:08:09"
            assert kept.get_ifd(GPS)[1] == "N"
            assert kept.get(0x0112, 1) == 1
            assert format == "webp" or image.info["dpi"] == pytest.approx((300, 150), rel=1e-3)


def test_exif_travels_through_every_pair_of_formats() -> None:
    first = decode(saved(photo(), "JPEG", exif=exif_block(6)))
    for one, other in product(WRITABLE, WRITABLE):
        after = decode(encode(decode(encode(first, one)), other))
        assert after.exif is not None
        kept = Image.Exif()
        kept.load(after.exif)
        assert kept.get_ifd(EXIF)[TAKEN] == "2024:05:06 07:08:09", (one, other)
        assert (after.width, after.height) == (45, 60)
        assert after.notes == ()


def test_stale_sides_and_thumbnails_leave_the_exif() -> None:
    exif = Image.Exif()
    exif[MAKER] = "m"
    exif.get_ifd(EXIF).update({0xA002: 60, 0xA003: 45, TAKEN: "2024:05:06 07:08:09"})
    block = decode(saved(photo(), "JPEG", exif=exif.tobytes())).exif
    kept = Image.Exif()
    assert block is not None
    kept.load(block)
    assert dict(kept.get_ifd(EXIF)) == {TAKEN: "2024:05:06 07:08:09"}


@pytest.mark.parametrize("format", WRITABLE)
def test_grey_pictures_keep_a_profile_that_opens(format: str) -> None:
    before = replace(picture(grey=True), profile=grey_profile())
    with Image.open(io.BytesIO(encode(before, format))) as image:
        if format == "webp":
            assert "icc_profile" not in image.info
            assert "grey colour profile" in losses(before, "webp")[0]
            return
        assert image.mode == "L"
        opened = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert opened.profile.xcolor_space == "GRAY"


def test_jpeg_is_fine_and_laid_on_white() -> None:
    source = decode(saved(photo(), "PNG"))
    data = encode(replace(source, alpha=torch.zeros(1, 45, 60)), "jpeg")
    assert decode(data).pixels.min() > 0.99
    with Image.open(io.BytesIO(encode(source, "jpeg"))) as image:
        assert image.layer[0][1:3] == image.layer[1][1:3] == (1, 1)  # type: ignore[attr-defined]  # sampling of chroma
        error = np.asarray(image).astype(float) - photo()
    assert 10 * np.log10(255**2 / (error**2).mean()) > 35


def test_losses_name_each_thing_that_goes() -> None:
    full = replace(picture(16, alpha=True), exif=exif_block()[6:] + bytes(70_000))
    assert len(losses(full, "jpeg")) == 3
    assert [len(losses(full, f)) for f in ("png", "tiff", "webp")] == [0, 0, 1]
    assert decode(encode(full, "jpeg")).exif is None
    for sentence in losses(full, "jpeg"):
        assert sentence.endswith(".")


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (1, 600), (600, 1)])
def test_tiny_and_long_pictures_are_written(size: tuple[int, int]) -> None:
    before = picture(width=size[0], height=size[1])
    for kind in WRITABLE:
        after = decode(encode(before, kind))
        assert (after.width, after.height) == size
        assert kind == "jpeg" or same(after.pixels, before.pixels, 8)


def test_wishes_that_cannot_be_met_are_named() -> None:
    for arguments, word in (
        ({"format": "gif"}, "known: png, jpeg, webp, tiff"),
        ({"format": "jpeg", "quality": 0}, "between 1 and 100"),
        ({"format": "webp", "depth": 16}, "not 16"),
    ):
        with pytest.raises(BadOptions, match=word):
            encode(picture(), **arguments)
    with pytest.raises(BadOptions, match="16383"):
        encode(picture(width=16_384, height=1), "webp")


def test_saving_and_opening(tmp_path: Path) -> None:
    before = picture(16, alpha=True)
    for name in ("a.png", "b.TIFF"):
        save_picture(before, tmp_path / name)
        assert same(open_picture(str(tmp_path / name)).pixels, before.pixels, 16)
    save_picture(before, tmp_path / "a.png")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "b.TIFF"]
    with pytest.raises(BadOptions, match=r"known: \.png, \.jpg, \.webp, \.tif"):
        save_picture(before, tmp_path / "c.gif")
    with pytest.raises(BadOptions, match="another folder"):
        save_picture(before, tmp_path / "none" / "c.png")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    save_picture(picture(), path)
    old = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(BadOptions, match="No space left"):
        save_picture(picture(16), path)
    assert path.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
