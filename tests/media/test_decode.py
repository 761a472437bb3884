"""Every kind of file that is read: right size, right way up, right colours, all its bits."""

import io
import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import skimage.data
import tifffile
import torch
from PIL import Image, ImageCms, ImageOps

from enhancer.errors import BadPicture
from enhancer.media import Picture, decode
from enhancer.media.colour import WIDE
from tests.media.make import SRGB, exif_block, flat_png, grey_profile, photo, saved

KEPT = ""
FILES = {  # name: (width, height, bits, alpha, part of the only note), or part of the refusal
    "16-bit-grey-alpha.png": (109, 96, 16, True, KEPT),
    "16_bit_noise.tif": (32, 32, 16, False, KEPT),
    "16bit.cropped.tif": (64, 64, 16, False, KEPT),
    "Channel_digital_image_CMYK_color.jpg": (500, 333, 8, False, "by its own profile"),
    "broken_data_stream.png": "checksum",
    "exif.avif": (512, 512, 8, False, KEPT),
    "exif_typeerror.jpg": (800, 531, 8, False, KEPT),
    "hopper_16bit.pgm": "any-map",
    "hopper_bad_exif.jpg": (500, 500, 8, False, "EXIF"),
    "icc_profile.avif": (57, 57, 8, False, KEPT),
    "icc_profile.png": (57, 57, 8, True, KEPT),
    "invalid-exif.jpg": (200, 200, 8, False, "EXIF"),
    "pil_sample_cmyk.jpg": (100, 100, 8, False, "without a usable profile"),
    "tiff_16bit_RGB.tiff": (100, 40, 16, False, KEPT),
    "tiff_16bit_RGBa.tiff": (100, 40, 16, True, KEPT),
    "tiff_strip_cmyk_jpeg.tif": (100, 100, 8, False, "without a usable profile"),
    "tiff_strip_planar_16bit_RGB.tiff": (100, 40, 16, False, KEPT),
    "truncated_exif_dpi.jpg": (480, 640, 8, False, "EXIF"),
    "truncated_image.png": "cut off",
    "truncated_jpeg.jpg": "cut off",
}


def bytes_of(found: Picture) -> np.ndarray:
    levels: np.ndarray = (found.pixels * 255).round().byte().permute(1, 2, 0).numpy()
    return levels


def tiff(array: np.ndarray, **options: object) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, array, **options)
    return out.getvalue()


@pytest.mark.parametrize(("name", "expected"), FILES.items())
def test_a_collection_of_difficult_files(
    shared: Path, name: str, expected: tuple[int, int, int, bool, str] | str
) -> None:
    path = shared / "data" / "nasty" / "files" / name
    if isinstance(expected, str):
        with pytest.raises(BadPicture, match=expected):
            decode(path)
        return
    found = decode(path)
    assert (found.width, found.height, found.depth, found.alpha is not None) == expected[:4]
    assert len(found.notes) == bool(expected[4])
    assert expected[4] in "".join(found.notes)
    assert found.pixels.isfinite().all()
    assert 0 <= found.pixels.min() <= found.pixels.max() <= 1


def test_the_png_suite(shared: Path) -> None:
    files = sorted((shared / "data" / "nasty" / "pngsuite").glob("*.png"))
    assert len(files) > 150
    for path in files:
        if path.name.startswith("x"):
            with pytest.raises(BadPicture, match="PNG"):
                decode(path)
            continue
        found = decode(path)
        with Image.open(path) as image:
            assert (found.width, found.height) == image.size, path.name
        assert found.depth == (16 if path.name.endswith("16.png") else 8), path.name
        twin = path.with_name(path.name.replace("basi", "basn"))
        assert torch.equal(found.pixels, decode(twin).pixels), f"{path.name} interlaced differs from plain"


def test_eight_orientations_of_a_landscape_are_one_picture(shared: Path) -> None:
    folder = shared / "data" / "nasty" / "exif"
    first, *others = [decode(folder / f"Landscape_{turn}.jpg").pixels for turn in range(1, 9)]
    for turn, pixels in enumerate(others, 2):
        assert pixels.shape == first.shape
        assert (pixels - others[0]).abs().mean() < 0.02, f"orientation {turn}"
        assert (pixels - first).abs().mean() < 0.07, "the first alone was exported with other colours"
    assert (others[0].flip(2) - others[0]).abs().mean() > 0.15, "a wrong turn would be seen"


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_orientation_is_applied_once_and_leaves_the_exif(kind: str, turn: int) -> None:
    data = saved(photo(), kind, exif=exif_block(turn), lossless=True)
    found = decode(data)
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif().get(0x0112) == turn
        upright = ImageOps.exif_transpose(image)
    assert np.array_equal(bytes_of(found), np.asarray(upright))
    assert found.exif is not None
    kept = Image.Exif()
    kept.load(found.exif)
    assert 0x0112 not in kept
    assert str(kept[0x010F]).startswith("A maker")


def test_each_way_to_store_grey_colour_and_transparency() -> None:
    rgb = photo()
    clear = np.dstack([rgb, rgb[..., 1]])
    grey = rgb[..., 0]
    cases = [(saved(rgb, f), False, False) for f in ("PNG", "TIFF", "BMP")]
    cases += [(saved(clear, f), False, True) for f in ("PNG", "TIFF")]
    cases += [(saved(grey, f), True, False) for f in ("PNG", "TIFF", "BMP", "JPEG")]
    cases += [(saved(np.dstack([grey, grey]), f, "LA"), True, True) for f in ("PNG", "TIFF")]
    cases += [
        (saved(rgb, "WEBP", lossless=True), False, False),
        (saved(clear, "WEBP", lossless=True, exact=True), False, True),
    ]
    cases += [(saved(grey, f, "1"), True, False) for f in ("PNG", "TIFF", "BMP")]
    cases += [(saved(rgb, f, "P"), False, False) for f in ("PNG", "TIFF", "BMP", "GIF")]
    for data, is_grey, has_alpha in cases:
        found = decode(data)
        with Image.open(io.BytesIO(data)) as image:
            reference = np.asarray(image.convert("RGB"))
            assert np.array_equal(bytes_of(found), reference), image.format
            assert (found.grey, found.alpha is not None) == (is_grey, has_alpha), (image.format, image.mode)


def test_a_transparent_palette_becomes_alpha() -> None:
    mask = np.arange(60) % 2 * np.full((45, 1), 255)
    clear = np.dstack([photo(), mask]).astype(np.uint8)
    for data in (saved(clear, "GIF"), saved(photo(), "PNG", "P", transparency=3)):
        found = decode(data)
        with Image.open(io.BytesIO(data)) as image:
            assert image.mode == "P"
            assert found.alpha is not None
            assert np.array_equal(found.alpha[0].numpy() * 255, np.asarray(image.convert("RGBA"))[..., 3])


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    "options",
    [{}, {"byteorder": ">"}, {"compression": "lzw", "predictor": True}, {"compression": "zlib"}, {"tile": (16, 16)}],
)
def test_sixteen_bits_of_any_tiff_arrive_unchanged(channels: int, options: dict[str, object]) -> None:
    ramp = np.linspace(0, 65535, 40 * 30 * channels).round().astype(np.uint16).reshape(40, 30, channels)
    kind = {1: "minisblack", 3: "rgb", 4: "rgb"}[channels]
    extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    for planar in (False, True) if channels > 1 else (False,):
        array = np.moveaxis(ramp, 2, 0) if planar else ramp.squeeze()
        plan = {"planarconfig": "separate" if planar else "contig"} if channels > 1 else {}
        found = decode(tiff(array, photometric=kind, **options, **extra, **plan))
        whole = found.pixels if found.alpha is None else torch.cat([found.pixels, found.alpha])
        levels = (whole * 65535).round().permute(1, 2, 0).numpy()[..., :channels]
        assert found.depth == 16
        assert np.array_equal(levels, ramp)


def test_premultiplied_tiff_is_divided_by_its_alpha() -> None:
    samples = np.full((4, 5, 4), [50, 25, 0, 100], np.uint8)
    found = decode(tiff(samples, photometric="rgb", extrasamples=["assocalpha"]))
    assert torch.allclose(found.pixels[:, 0, 0], torch.tensor([0.5, 0.25, 0.0]))


def test_cmyk_by_profile_equals_the_colour_engine(shared: Path) -> None:
    path = shared / "data" / "nasty" / "files" / "Channel_digital_image_CMYK_color.jpg"
    found = decode(path)
    with Image.open(path) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        reference = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert reference is not None
    assert np.abs(bytes_of(found).astype(int) - np.asarray(reference)).mean() < 3
    assert found.profile is None


def test_cmyk_without_profile_is_light_without_ink() -> None:
    ink = np.zeros((6, 6, 4), np.uint8)
    ink[:3, :3, 0], ink[3:, 3:, 3] = 255, 255
    found = decode(tiff(ink, photometric="separated"))
    assert bytes_of(found)[0, 0].tolist() == [0, 255, 255]
    assert bytes_of(found)[5, 5].tolist() == [0, 0, 0]
    assert bytes_of(found)[0, 5].tolist() == [255, 255, 255]


def test_a_profile_is_kept_only_where_it_fits() -> None:
    grey = photo()[..., 0]
    assert decode(saved(photo(), "PNG", icc_profile=SRGB)).profile == SRGB
    assert decode(saved(grey, "PNG", icc_profile=grey_profile())).profile == grey_profile()
    for data, word in (
        (saved(grey, "PNG", icc_profile=SRGB), "other channels"),
        (saved(photo(), "JPEG", icc_profile=grey_profile()), "other channels"),
        (saved(photo(), "JPEG", icc_profile=b"not a profile" * 20), "damaged"),
        (saved(photo(), "WEBP", icc_profile=SRGB[:200]), "damaged"),
    ):
        found = decode(data)
        assert found.profile is None
        assert word in found.notes[0]


def test_of_several_pictures_the_first_is_used_with_a_note() -> None:
    frames = [Image.fromarray(np.full((20, 30, 3), level, np.uint8)) for level in (200, 100, 50)]
    for kind in ("GIF", "PNG", "WEBP", "TIFF", "MPO"):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
        found = decode(out.getvalue())
        assert "more than one picture" in found.notes[0], kind
        assert abs(float(found.pixels.mean()) * 255 - 200) < 2, kind


def test_heic_and_avif_keep_more_than_eight_bits() -> None:
    ramp = np.linspace(0, 1023, 64 * 48 * 3).round().astype(np.uint16).reshape(48, 64, 3)
    avif = decode(bytes(imagecodecs.avif_encode(ramp, bitspersample=10, level=100)))
    assert avif.depth == 16
    assert np.array_equal((avif.pixels * 1023).round().permute(1, 2, 0).numpy(), ramp)
    out = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (64, 48), (ramp << 6).tobytes()).save(out, quality=-1)
    heic = decode(out.getvalue())
    assert (heic.depth, heic.width, heic.height) == (16, 64, 48)
    assert (heic.pixels.permute(1, 2, 0).numpy() - ramp / 1023).std() < 0.01


@pytest.mark.parametrize(
    ("points", "profile", "wide"), [((9, 16), None, True), ((9, 16), SRGB, False), ((1, 13), None, False)]
)
def test_an_avif_of_a_wide_colour_space_says_so(points: tuple[int, int], profile: bytes | None, wide: bool) -> None:
    file = saved(photo(), "AVIF", icc_profile=profile)
    at = file.index(b"colrnclx") + 8
    notes = decode(file[:at] + struct.pack(">HH", *points) + file[at + 4 :]).notes
    assert notes == ((WIDE,) if wide else ())


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_phone_formats_are_turned_once(kind: str) -> None:
    out, image = io.BytesIO(), Image.fromarray(photo(64, 32))
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out, quality=90, exif=exif_block(6))
    else:
        image.save(out, kind, quality=90, exif=exif_block(6))
    found = decode(out.getvalue())
    assert (found.width, found.height) == (32, 64)
    assert np.abs(bytes_of(found).astype(int) - np.rot90(photo(64, 32), -1)).mean() < 12


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (7, 5), (1, 300), (300, 1)])
def test_tiny_and_odd_sizes(size: tuple[int, int]) -> None:
    array = np.zeros((size[1], size[0], 3), np.uint8)
    for kind in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"):
        found = decode(saved(array, kind))
        assert (found.width, found.height) == size
        assert found.pixels.shape == (3, size[1], size[0])


def test_the_content_and_not_the_name_decides(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(photo(), "PNG"))
    assert np.array_equal(bytes_of(decode(path)), photo())


def test_what_hangs_behind_a_picture_is_ignored() -> None:
    for kind in ("JPEG", "PNG"):
        data = saved(photo(), kind)
        assert torch.equal(decode(data + b"PK\x03\x04" * 50).pixels, decode(data).pixels)


def test_a_shipped_photograph() -> None:
    assert decode(saved(skimage.data.camera(), "PNG")).grey
    assert decode(flat_png(9, 4)).pixels.sum() == 0
