"""Videos that are wrong in one way each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np

from enhancer.settings import MIB
from tests.video.make import film


def flat(width: int, height: int) -> Callable[[int], np.ndarray]:
    return lambda n: np.full((height, width, 3), 90, np.uint8)


def long(place: Path) -> Path:
    """Ten hours in a file of a few kilobytes."""
    return film(place / "a.mkv", show=flat(16, 16), size=(16, 16), times=[0, 600 * 36_000], sound=None)


def many(place: Path) -> Path:
    return film(place / "a.mp4", 201, show=flat(16, 16), size=(16, 16), sound=None)


def large(place: Path) -> Path:
    return film(place / "a.mp4", 2, show=flat(640, 480), size=(640, 480), sound=None)


def heavy(place: Path) -> Path:
    (file := film(place / "a.mp4")).write_bytes(file.read_bytes() + bytes(MIB))
    return file


def silent_pictures(place: Path) -> Path:
    """Sound alone."""
    file = place / "a.mp4"
    with av.open(str(file), "w") as out:
        audio: Any = out.add_stream("aac", rate=44_100, layout="mono")
        for n in range(20):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 44_100, 1024 * n
            out.mux(audio.encode(frame))
        out.mux(audio.encode(None))
    return file


def no_frames(place: Path) -> Path:
    """A track for pictures that holds none: the table of its sizes says 0."""
    data = bytearray(film(place / "a.mp4", 4, sound=None).read_bytes())
    for name, at in ((b"stsz", 12), (b"stts", 8), (b"stsc", 8), (b"stco", 8)):
        place_of = data.index(name) + at
        data[place_of : place_of + 4] = bytes(4)
    (file := place / "b.mp4").write_bytes(bytes(data))
    return file


def cut_moov(place: Path) -> Path:
    """The directory, which lies at the end, is cut off."""
    data = film(place / "a.mp4").read_bytes()
    (file := place / "b.mp4").write_bytes(data[: data.index(b"moov") + 60])
    return file


def cut_data(place: Path) -> Path:
    """The directory is there, at the beginning, and two thirds of what it promises."""
    source, file = film(place / "a.mp4", 50), place / "b.mp4"
    with av.open(str(source)) as given, av.open(str(file), "w", options={"movflags": "faststart"}) as out:
        video = out.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.size:
                packet.stream = video
                out.mux(packet)
    data = file.read_bytes()
    file.write_bytes(data[: len(data) * 2 // 3])
    return file


def cut_mkv(place: Path) -> Path:
    data = film(place / "a.mkv", 150).read_bytes()
    (file := place / "b.mkv").write_bytes(data[: len(data) // 2])
    return file


def two_sizes(place: Path) -> Path:
    """The second half is larger, as of a call whose line gets better."""
    first, second = (film(place / f"{n}.mpegts.ts", 5, size=s, sound=None) for n, s in enumerate([(64, 48), (80, 64)]))
    (file := place / "b.ts").write_bytes(first.read_bytes() + second.read_bytes())
    return file
