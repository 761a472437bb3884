"""What is read becomes upright sRGB; what would teach a network its flaws is refused in plain words."""

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from enhancer.errors import BadPicture
from enhancer.settings import Settings
from enhancer.training.prepare.read import read_picture, shrunken
from tests.training.prepare.conftest import saved


@pytest.fixture(scope="module")
def small(sharp: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(sharp[:48, 100:164])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int, shared: Path) -> None:
    files = sorted((shared / "data" / "nasty" / "exif").glob(f"*_{orientation}.jpg"))
    assert files, "no example of this orientation"
    for file in files:
        upright = read_picture(file.with_name(file.name.replace(f"_{orientation}.", "_1.")))
        found = read_picture(file)
        assert found.shape == upright.shape
        assert np.abs(found.astype(int) - upright).mean() < 6


def test_the_pixels_of_a_plain_picture_are_kept(small: np.ndarray, tmp_path: Path) -> None:
    assert np.array_equal(read_picture(saved(small, tmp_path / "a.png")), small)
    opaque = np.dstack([small, np.full(small.shape[:2], 255, np.uint8)])
    assert np.array_equal(read_picture(saved(opaque, tmp_path / "b.png")), small)


def test_sixteen_bits_are_rounded(tmp_path: Path) -> None:
    levels = np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64)
    found = read_picture(saved(levels, tmp_path / "a.png"))[..., 1]
    assert np.abs(found - levels / 257).max() <= 0.5


def test_wide_colours_come_to_srgb(small: np.ndarray, tmp_path: Path) -> None:
    lab = ImageCms.createProfile("LAB")
    bad = saved(small, tmp_path / "lab.png", icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())
    with pytest.raises(BadPicture, match="profile"):
        read_picture(bad)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(read_picture(saved(small, tmp_path / "s.png", icc_profile=srgb)), small)


@pytest.mark.parametrize(
    ("mode", "words"), [("CMYK", "print"), ("P", "palette"), ("1", "two levels"), ("RGBA", "transparent")]
)
def test_unsuitable_kinds_say_why(mode: str, words: str, small: np.ndarray, tmp_path: Path) -> None:
    image = Image.fromarray(small).convert(mode)
    if mode == "RGBA":
        image.putalpha(128)
    image.save(tmp_path / "a.tif")
    with pytest.raises(BadPicture, match=words):
        read_picture(tmp_path / "a.tif")


def test_an_animation_is_refused(small: np.ndarray, tmp_path: Path) -> None:
    frames = [Image.fromarray(small), Image.fromarray(255 - small)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], lossless=True)
    with pytest.raises(BadPicture, match="animation"):
        read_picture(tmp_path / "a.webp")


def test_limits_are_kept_before_anything_is_unpacked(small: np.ndarray, tmp_path: Path) -> None:
    file = saved(small, tmp_path / "a.png")
    with pytest.raises(BadPicture, match="64x48"):
        read_picture(file, Settings(max_pixels=3000))
    with pytest.raises(BadPicture, match="MiB"):
        read_picture(file, Settings(max_bytes=100))
    Image.new("1", (30_000, 29_000)).save(tmp_path / "bomb.png")
    with pytest.raises(BadPicture, match="megapixels"):
        read_picture(tmp_path / "bomb.png")


def test_damaged_missing_and_forbidden_files_say_so(small: np.ndarray, tmp_path: Path) -> None:
    file = saved(small, tmp_path / "a.png")
    (tmp_path / "cut.png").write_bytes(file.read_bytes()[:2000])
    for name in ("cut.png", "gone.png"):
        with pytest.raises(BadPicture, match="damaged"):
            read_picture(tmp_path / name)


def test_a_file_that_may_not_be_read_says_so(
    small: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated, for permissions do not bind the superuser, who runs tests in containers."""

    def forbidden(*given: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    file = saved(small, tmp_path / "a.png")
    monkeypatch.setattr(Image, "open", forbidden)
    with pytest.raises(BadPicture, match="permissions"):
        read_picture(file)


def test_shrinking(small: np.ndarray) -> None:
    assert shrunken(small, 1) is small
    assert shrunken(small, 0.75).shape == (36, 48, 3)
    assert abs(shrunken(small, 0.5).mean() - small.mean()) < 1
