"""What rows of the matrix are made of: a case, what to look at in its result, and short ways to write both."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps
from skimage.color import deltaE_ciede2000, rgb2lab

from tests.media.make import photo, saved
from tests.server.conftest import Running, shown

Make = Callable[[Path], bytes]  # given the folder of nasty files, which not all need
Ask = Callable[[Running, Path], None]  # given an empty folder; asserts
Look = Callable[[bytes, bytes], None]  # what was sent and what came back; asserts
LEVEL = 1 / 255
SAME = ("gamma", {"gamma": "1"})  # changes nothing
TWICE = ("upscale", {"model": "x2-fast", "scale": "2"})


@dataclass(frozen=True)
class Case:
    """A file; `status` and a `word` of the sentence, or of what the receipt says; `look` at the result."""

    make: Make
    status: int = 200
    word: str = ""
    limit: str | None = None
    look: Look | None = None
    task: tuple[str, dict[str, str]] = SAME
    needs: str = ""  # a file of the folder, without which this cannot be tried


@dataclass(frozen=True)
class Row:
    """One line of the matrix: files, or what to `ask` otherwise, for a few both; `bomb` where memory is counted."""

    what: str
    cases: tuple[Case, ...] = ()
    ask: Ask | None = None
    bomb: bool = False


def pixels(file: bytes) -> np.ndarray:
    """(H, W, C) of what browsers would show, 0 to 1."""
    array = shown(file)
    return array / np.iinfo(array.dtype).max


def same(sent: bytes, came: bytes) -> None:
    """Every pixel as Pillow reads it from the source."""
    with Image.open(io.BytesIO(sent)) as image:
        assert np.array_equal(shown(came), np.asarray(image.convert(Image.open(io.BytesIO(came)).mode)))


def photograph(_sent: bytes, came: bytes) -> None:
    """`photo`, of files that Pillow does not read."""
    assert np.array_equal(shown(came), photo())


def first(_sent: bytes, came: bytes) -> None:
    """The first, light one of `nasty.frames`."""
    assert abs(shown(came).mean() - 200) < 2


def ramped(array: np.ndarray) -> Look:
    """The tones of the source within a level of 8 bits, all of it."""

    def look(_sent: bytes, came: bytes) -> None:
        assert np.abs(pixels(came) - array / 65_535).max() <= LEVEL

    return look


def near(most: float) -> Look:
    """The colours as the colour engine has them, CIEDE2000 in the mean."""

    def look(sent: bytes, came: bytes) -> None:
        with Image.open(io.BytesIO(sent)) as image:
            profile = image.info.get("icc_profile")
            target = ImageCms.createProfile("sRGB")
            reference = (
                ImageCms.profileToProfile(
                    image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), target, outputMode="RGB"
                )
                if profile
                else image.convert("RGB")
            )
        assert reference is not None
        assert deltaE_ciede2000(rgb2lab(np.asarray(reference)), rgb2lab(shown(came)[..., :3])).mean() <= most

    return look


def profiled(profile: bytes | None) -> Look:
    """The pixels untouched, with this profile."""

    def look(sent: bytes, came: bytes) -> None:
        same(sent, came)
        with Image.open(io.BytesIO(came)) as image:
            assert image.info.get("icc_profile") == profile

    return look


def upright(sent: bytes, came: bytes) -> None:
    """Turned as Pillow turns it, and nothing left that would turn it twice."""
    with Image.open(io.BytesIO(came)) as image:
        assert image.getexif().get(0x0112, 1) == 1
        with Image.open(io.BytesIO(sent)) as source:
            assert np.array_equal(np.asarray(image), np.asarray(ImageOps.exif_transpose(source).convert("RGB")))


def seen_through(sent: bytes, came: bytes) -> None:
    """Alpha is kept."""
    with Image.open(io.BytesIO(sent)) as source, Image.open(io.BytesIO(came)) as image:
        assert np.array_equal(np.asarray(image.convert("RGBA"))[..., 3], np.asarray(source.convert("RGBA"))[..., 3])


def twice(sent: bytes, came: bytes) -> None:
    """Exactly two times as large."""
    height, width = shown(sent).shape[:2]
    assert shown(came).shape[:2] == (2 * height, 2 * width)


def even(sent: bytes, came: bytes) -> None:
    """Of one colour still, the one that was sent."""
    twice(sent, came)
    assert shown(came).std() <= 1
    assert abs(shown(came).mean() - shown(sent).mean()) <= 1


def short(sent: bytes, came: bytes) -> None:
    """What hung behind the picture is gone."""
    same(sent, came)
    assert b"PK\x03\x04" not in came


def finite(_sent: bytes, came: bytes) -> None:
    """0 where there was no number, the others as they were."""
    assert pixels(came).tolist() == [[0, 0.5 + 0.5 / 65535], [0, 1]]


def of(data: Callable[[], bytes], status: int = 200, word: str = "", limit: str | None = None, **more: object) -> Case:
    """A case that needs no folder."""
    return Case(lambda _: data(), status, word, limit, **more)  # type: ignore[arg-type]


def from_file(name: str, look: Look | None = None, word: str = "") -> Case:
    """A case that is a file of the folder."""
    return Case(lambda folder: (folder / name).read_bytes(), 200, word, look=look, needs=name)


def too_large(data: Callable[[], bytes], limit: str = "max_pixels", **more: object) -> tuple[Case, ...]:
    """Refused by its size."""
    return (of(data, 422, "pixels", limit, **more),)


def stranger(data: bytes, word: str) -> Case:
    """Refused as no picture."""
    return of(lambda: data, 415, word)


def pillow(kind: str) -> bytes:
    """What Pillow writes of a rare kind."""
    return saved(photo(), kind)


def png() -> bytes:
    """A sound picture."""
    return saved(photo(), "PNG")


def grey(*shape: int) -> np.ndarray:
    """A black picture of 8 bits."""
    return np.zeros(shape, np.uint8)
