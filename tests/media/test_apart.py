"""A process of its own reads the very same pictures, and pays alone for files that crash, hang or eat memory."""

import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
import torch
from PIL import Image

from enhancer import canvas, workplace
from enhancer.errors import BadPicture, TooSlow, WorkerLost
from enhancer.media import Picture, apart, decode, encode
from enhancer.media.apart import Readers
from enhancer.media.formats import sniff
from enhancer.settings import MIB, Settings
from tests.media.make import SRGB, exif_block, flat_png, grey_profile, photo, picture, saved
from tests.media.rogue import CRASH, EAT, HANG, SECONDS, SLOW, gif, reader
from tests.media.test_decode import FILES

HERE = Settings()
THERE = replace(HERE, decode_workers=1)
QUICK = replace(HERE, decode_seconds=1, decode_memory=512 * MIB)
PATIENCE = 5.0  # seconds until a failure must be told; a limit of one second is in it


def several(kind: str) -> bytes:
    out, frames = io.BytesIO(), [Image.fromarray(photo()), Image.fromarray(255 - photo())]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def heic() -> bytes:
    deep, out = (photo().astype(np.uint16) * 257), io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (deep.shape[1], deep.shape[0]), deep.tobytes()).save(out, quality=-1)
    return out.getvalue()


def deep_tiff() -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, np.arange(40 * 30 * 3, dtype=np.uint16).reshape(40, 30, 3) * 18, photometric="rgb")
    return out.getvalue()


FORMS = {
    **{f"{kind} turned, dated": saved(photo(), kind, exif=exif_block(6), icc_profile=SRGB) for kind in ("JPEG", "PNG")},
    "WebP turned": saved(photo(), "WEBP", exif=exif_block(8), icc_profile=SRGB, lossless=True),
    "PNG deep, see-through": encode(picture(16, alpha=True), "png"),
    "PNG deep grey": encode(picture(16, grey=True), "png"),
    "PNG palette": saved(photo(), "PNG", "P"),
    "PNG with dots an inch": saved(photo(), "PNG", dpi=(240, 240)),
    "PNG of one bit": flat_png(33, 7),
    "PNG grey with profile": saved(photo()[..., 0], "PNG", icc_profile=grey_profile()),
    "APNG": several("PNG"),
    "JPEG progressive": saved(photo(), "JPEG", progressive=True),
    "JPEG of inks": saved(photo(), "JPEG", "CMYK"),
    "JPEG with broken EXIF": saved(photo(), "JPEG", exif=b"Exif\0\0garbage"),
    "TIFF deep": deep_tiff(),
    "TIFF of several": several("TIFF"),
    "WebP animated": several("WEBP"),
    "GIF animated": several("GIF"),
    "BMP": saved(photo(), "BMP"),
    "AVIF": saved(photo(), "AVIF", exif=exif_block(3)),
    "AVIF of ten bits": imagecodecs.avif_encode(photo().astype(np.uint16) * 4, bitspersample=10, level=100),
    "HEIC deep": heic(),
}


def found(file: Path, settings: Settings) -> Picture | BadPicture:
    try:
        return decode(file, settings)
    except BadPicture as error:
        return error


def same(one: Picture, other: Picture) -> None:
    for name in (f.name for f in fields(Picture)):
        a, b = getattr(one, name), getattr(other, name)
        if isinstance(a, torch.Tensor):
            assert (a.dtype, a.stride()) == (b.dtype, b.stride())
            assert torch.equal(a, b)
        else:
            assert a == b, name


@pytest.fixture(scope="module", autouse=True)
def rogues() -> Iterator[Readers]:
    """What `decode` uses here for its processes."""
    found = Readers(2, QUICK.decode_memory, reader)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "readers", lambda count, memory: found)
        yield found
    found.close()


@pytest.mark.parametrize("name", FORMS)
def test_every_format_is_read_as_here(name: str) -> None:
    same(decode(FORMS[name], HERE), decode(FORMS[name], THERE))


def test_difficult_files_are_read_or_refused_as_here(shared: Path) -> None:
    files = [shared / "data" / "nasty" / "files" / name for name in FILES]
    suite = sorted((shared / "data" / "nasty").rglob("*.png"))[::9]
    for file in (*files, *suite):
        here, there = (found(file, settings) for settings in (HERE, THERE))
        if isinstance(here, BadPicture):
            assert (repr(there), getattr(there, "limit", None)) == (repr(here), here.limit)
        else:
            assert isinstance(there, Picture)
            same(here, there)


def test_large_pictures_lie_on_disk_in_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = workplace.Workplace(tmp_path / "server", HERE)
    server.folder.mkdir()
    monkeypatch.setattr(workplace, "_here", server)
    small = replace(HERE, canvas_memory=1000, cache=tmp_path)
    found = decode(FORMS["PNG deep, see-through"], replace(small, decode_workers=1))
    same(decode(FORMS["PNG deep, see-through"], HERE), found)
    assert found.alpha is not None
    for sheet in (found.pixels, found.alpha):
        assert canvas.settings_of(sheet) is not None
        canvas.release(sheet)
    assert server.used() >= found.pixels.numel() * 4  # in the folder of the server, and counted there
    found.pixels.mul_(0.5)  # it may be written to
    same(decode(FORMS["PNG deep, see-through"], HERE), replace(found, pixels=found.pixels * 2))


@pytest.mark.parametrize(
    ("comment", "kind", "words", "limit"),
    [
        (CRASH, BadPicture, "crash", None),
        (HANG, TooSlow, "longer than 1 seconds", "decode_seconds"),
        (EAT, BadPicture, "more memory", "decode_memory"),
    ],
)
def test_a_file_that_brings_its_process_down_is_refused_in_a_sentence_and_the_next_is_read(
    rogues: Readers, comment: bytes, kind: type[BadPicture], words: str, limit: str | None
) -> None:
    began = time.monotonic()
    with pytest.raises(kind, match=words) as caught:
        rogues.read(sniff(gif()), gif(comment), QUICK)
    assert time.monotonic() - began < PATIENCE
    assert type(caught.value) is kind
    assert caught.value.limit == limit
    assert str(caught.value).count(".") == 1
    same(rogues.read(sniff(gif()), gif(), QUICK), decode(gif(), HERE))


def test_a_process_that_is_killed_costs_its_own_picture_alone(rogues: Readers) -> None:
    lost, patient = list[BaseException](), replace(QUICK, decode_seconds=60)

    def read() -> None:
        try:
            rogues.read(sniff(gif()), gif(SLOW), patient)
        except WorkerLost as error:
            lost.append(error)

    before = rogues.read(sniff(gif()), gif(), patient)
    victim = rogues._idle[-1]
    reading = threading.Thread(target=read)
    reading.start()
    time.sleep(SECONDS / 4)
    other = threading.Thread(target=rogues.read, args=(sniff(gif()), gif(SLOW), patient))
    other.start()  # in the other process
    os.kill(victim.pid or 0, signal.SIGKILL)
    began = time.monotonic()
    reading.join(PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert "ended from outside" in str(lost[0])
    other.join(60)
    assert not other.is_alive()
    assert len(lost) == 1
    same(before, decode(gif(), HERE))  # it was read by the process that was killed
