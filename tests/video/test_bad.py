"""The matrix of bad videos: refused in a sentence that names what is wrong, or right side up and as long as before."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
import pytest

from enhancer.errors import BadVideo, EnhancerError, NotAPicture, TooSlow
from enhancer.settings import MIB, Settings
from enhancer.tasks.chain import Step
from enhancer.video.film import look_through
from enhancer.video.run import enhance_video
from enhancer.video.studio import Apart
from enhancer.video.wish import Wish
from tests.server.matrix import CONCAT, DASH, HLS, SDP
from tests.video.bad import (
    cut_data,
    cut_mkv,
    cut_moov,
    heavy,
    large,
    long,
    many,
    no_frames,
    silent_pictures,
    two_sizes,
)
from tests.video.make import film, hall, packets, scene, shown, times

SAME = Wish("", (Step("gamma", {"gamma": 1.0}),))
LIMITS = Settings(
    max_video_bytes=MIB, max_video_pixels=300_000, max_video_frames=200, max_video_seconds=20, decode_seconds=10
)
FRAME = 1 / 25


def as_text(data: bytes) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        (file := place / "a.mp4").write_bytes(data)
        return file

    return make


@dataclass(frozen=True)
class Bad:
    make: Callable[[Path], Path]
    word: str
    limit: str | None = None
    kind: type[EnhancerError] = field(default=BadVideo)


REFUSED = {
    "ten hours": Bad(long, "lasts .* at most 20", "max_video_seconds"),
    "many frames": Bad(many, "more than 200 frames", "max_video_frames"),
    "large frames": Bad(large, "640x480 pixels, and at most 0.3 megapixels", "max_video_pixels"),
    "large file": Bad(heavy, "1.0 MiB, and at most 1", "max_video_bytes"),
    "sound alone": Bad(silent_pictures, "sound, but no moving pictures"),
    "no frame": Bad(no_frames, "no frames|damaged|not read here"),
    "cut directory": Bad(cut_moov, "no moving pictures"),
    "cut data": Bad(cut_data, "cut off"),
    "cut mkv": Bad(cut_mkv, "cut off|damaged"),
    "empty": Bad(as_text(b""), "empty", None, NotAPicture),
    "a playlist (HLS)": Bad(as_text(HLS), "not a video", None, NotAPicture),
    "a playlist (DASH)": Bad(as_text(DASH), "not a video", None, NotAPicture),
    "a playlist (concat)": Bad(as_text(CONCAT), "not a video", None, NotAPicture),
    "a session (SDP)": Bad(as_text(SDP), "not a video", None, NotAPicture),
    "a picture": Bad(as_text(b"\x89PNG\r\n\x1a\n" + bytes(99)), "not a video", None, NotAPicture),
    "noise in an MP4": Bad(as_text(b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(500)), "damaged|no moving"),
    "noise in an MKV": Bad(as_text(b"\x1aE\xdf\xa3" + np.random.default_rng(0).bytes(999)), "damaged|no moving"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    bad = REFUSED[name]
    with pytest.raises(EnhancerError, match=bad.word) as refused:
        look_through(bad.make(tmp_path), LIMITS)
    assert type(refused.value) is bad.kind
    assert refused.value.limit == bad.limit


def test_frames_of_two_sizes_are_refused_where_they_change(tmp_path: Path) -> None:
    with pytest.raises(BadVideo, match="changes its size from 64x48 to 80x64 at 0:0"):
        enhance_video(two_sizes(tmp_path), tmp_path / "out.mp4", SAME, hall())
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_turned_ones_come_out_upright(turned: int, tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", 4, turned=turned)
    made = enhance_video(source, tmp_path / "b.mp4", SAME, hall())
    assert made.size == ((64, 48) if turned == 180 else (48, 64))
    with av.open(str(tmp_path / "b.mp4")) as again:
        assert next(again.decode(video=0)).rotation == 0
    with av.open(str(source)) as lying:
        upright = np.rot90(scene(64, 48)(0), next(lying.decode(video=0)).rotation // 90)
    assert np.abs(shown(tmp_path / "b.mp4")[0].astype(float) - upright).mean() < 4
    assert times(tmp_path / "b.mp4") == times(source)


def test_a_phone_held_upright_is_right_way_up(tmp_path: Path) -> None:
    """Its matrix says: turn by a quarter clockwise, as 0 1 -1 0 in the directory of an MP4."""
    data = film(tmp_path / "a.mp4", 4, sound=None).read_bytes()
    at = data.index(struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30), data.index(b"tkhd"))
    matrix = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    (source := tmp_path / "phone.mp4").write_bytes(data[:at] + matrix + data[at + 36 :])
    enhance_video(source, tmp_path / "b.mp4", SAME, hall())
    clockwise = np.rot90(scene(64, 48)(0), -1)
    assert np.abs(shown(tmp_path / "b.mp4")[0].astype(float) - clockwise).mean() < 4


def test_ten_bits_of_hdr_stay_ten_bits_of_hdr(tmp_path: Path) -> None:
    tags = {"color_primaries": 9, "color_trc": 16, "colorspace": 9, "color_range": 1}
    quiet = {"x265-params": "log-level=none"}
    source = film(tmp_path / "a.mp4", 4, codec="libx265", form="yuv420p10le", tags=tags, options=quiet)
    made = enhance_video(source, tmp_path / "b.mp4", SAME, hall())
    again = look_through(tmp_path / "b.mp4", Settings())
    assert made.facts.depth == again.depth == 10
    assert again.colours == made.facts.colours
    assert (again.colours.primaries, again.colours.transfer) == (9, 16)
    assert times(tmp_path / "b.mp4") == times(source)


def test_odd_sides_get_one_line_more(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mkv", 4, size=(35, 27), codec="ffv1", form="bgr0", sound=None)
    made = enhance_video(source, tmp_path / "b.mp4", SAME, hall())
    assert made.size == (35, 27)
    first, given = shown(tmp_path / "b.mp4")[0], shown(source)[0]
    assert first.shape == (28, 36, 3)
    assert np.abs(first[:27, :35].astype(float) - given).mean() < 6


KINDS = {  # suffix → coder, form, sound
    "avi": ("mpeg4", "yuv420p", None),
    "webm": ("libvpx-vp9", "yuv420p", None),
    "mov": ("mjpeg", "yuvj420p", "aac"),
    "ts": ("libx264", "yuv420p", "aac"),
}


@pytest.mark.parametrize("suffix", KINDS)
def test_other_kinds_are_read(suffix: str, tmp_path: Path) -> None:
    codec, form, sound = KINDS[suffix]
    source = film(tmp_path / f"a.{suffix}", 6, codec=codec, form=form, sound=sound)
    made = enhance_video(source, tmp_path / "b.mp4", SAME, hall())
    assert made.frames == 6
    assert abs(look_through(tmp_path / "b.mp4", Settings()).seconds - made.facts.seconds) < FRAME
    if sound is not None:
        assert len(packets(tmp_path / "b.mp4", "audio")) == len(packets(source, "audio"))


def test_apart_a_refusal_is_the_same_sentence_and_the_process_goes_on(tmp_path: Path) -> None:
    desk = Apart(LIMITS)
    try:
        with pytest.raises(BadVideo, match=r"at most 0\.3 megapixels") as refused:
            desk.look(large(tmp_path))
        assert refused.value.limit == "max_video_pixels"
        assert desk.look(film(tmp_path / "good.mp4", 3)).frames == 3
    finally:
        desk.close()


def test_who_takes_too_long_is_ended(tmp_path: Path) -> None:
    desk = Apart(Settings(decode_seconds=0))
    try:
        with pytest.raises(TooSlow, match="longer than 0 seconds"):
            desk.open(film(tmp_path / "a.mp4", 3))
    finally:
        desk.close()
