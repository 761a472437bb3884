"""Writing a video: pieces of it as they are drawn, joined at the end with the sound of the source as it was."""

import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from torch import Tensor

from enhancer.errors import BadOptions, Unwritable
from enhancer.media.files import OF_THE_PLACE
from enhancer.settings import Settings
from enhancer.video.container import opened
from enhancer.video.facts import UNSAID, Look, Part, guessed_matrix
from enhancer.video.film import FINE, SWS

PIECE = "nut"  # the container of pieces: it keeps any tick and any first moment exactly
CODERS = {8: ("libx264", "yuv420p"), 10: ("libx265", "yuv420p10le"), 12: ("libx265", "yuv420p12le")}
# No frame waits for a later one, so that pieces can be joined whatever their times are; 16 is finer than eyes see.
CODING = {
    "libx264": {"preset": "fast", "crf": "16", "bf": "0", "threads": "1"},
    "libx265": {"preset": "fast", "crf": "16", "x265-params": "bframes=0:pools=none:frame-threads=1:log-level=none"},
}
CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
FRAGILE = {"movflags": "+faststart"}  # the directory first, so that players begin before all has arrived
LIMITED = 1
TOLD = ("title", "artist", "comment", "creation_time")  # of what a file says of itself


def container_for(target: Path, sounds: Sequence[str]) -> str:
    """The container that a suffix stands for. Raises BadOptions for others, and where it cannot hold the sound."""
    kind = CONTAINERS.get(target.suffix.lower())
    if kind is None:
        known = ", ".join(CONTAINERS)
        raise BadOptions(f"Videos cannot be saved as {target.suffix or 'a name without suffix'!r}; known: {known}.")
    held = av.ContainerFormat(kind, "w")
    with av.open(_Nowhere(), "w", format=held.name) as trial:
        missing = [s for s in sounds if s not in trial.supported_codecs]
    if missing:
        raise BadOptions(
            f"A file ending in {target.suffix} cannot hold the sound of this video ({missing[0]}); give the result a "
            "name that ends in .mkv."
        )
    return kind


class _Nowhere:
    """A file that is never written."""

    def write(self, data: bytes) -> int:
        return len(data)


class Reel:
    """One piece of a video, coded frame by frame into a file."""

    def __init__(self, path: Path, look: Look) -> None:
        self._look = look
        self._file = av.open(str(path), "w", format=PIECE)
        self._video = _coder(self._file, look)

    def add(self, pixels: Tensor, time: int) -> None:
        """A frame (3, H, W) in [0, 1], shown from `time` on. Raises BadOptions for one it cannot code."""
        frame = coded(pixels, self._look)
        frame.pts, frame.time_base = time, self._look.tick
        try:
            self._file.mux(self._video.encode(frame))
        except FFmpegError as error:
            raise BadOptions(
                f"Frames of {self._look.width}x{self._look.height} pixels cannot be coded ({error.strerror}); choose a "
                "smaller result."
            ) from error

    def close(self) -> None:
        """Write what is left."""
        self._file.mux(self._video.encode(None))
        self._file.close()


def _coder(file: OutputContainer, look: Look) -> VideoStream:
    name, form = CODERS[look.depth]
    video: Any = file.add_stream(name, rate=look.rate.limit_denominator(60_000), options=CODING[name])
    video.width, video.height = look.width + look.width % 2, look.height + look.height % 2
    video.pix_fmt, video.time_base = form, look.tick
    context = video.codec_context
    context.time_base, context.sample_aspect_ratio = look.tick, look.aspect
    context.color_primaries, context.color_trc = look.colours.primaries, look.colours.transfer
    context.colorspace, context.color_range = look.colours.matrix, look.colours.range or LIMITED
    found: VideoStream = video
    return found


def coded(pixels: Tensor, look: Look) -> VideoFrame:
    """(3, H, W) in [0, 1] → a frame as it is written; where a side is odd, its last line is there twice."""
    even = torch.nn.functional.pad(pixels[None], (0, look.width % 2, 0, look.height % 2), "replicate")[0]
    deep = look.depth > 8
    most, kind = (65535, np.uint16) if deep else (255, np.uint8)
    array: Any = (even.clamp(0, 1) * most).round().permute(1, 2, 0).contiguous().numpy().astype(kind)
    frame = VideoFrame.from_ndarray(array, "rgb48le" if deep else "rgb24")
    matrix = look.colours.matrix if look.colours.matrix != UNSAID else guessed_matrix(min(look.width, look.height))
    made = frame.reformat(
        format=CODERS[look.depth][1],
        dst_colorspace=SWS.get(matrix, SWS[guessed_matrix(min(look.width, look.height))]),
        dst_color_range=look.colours.range or LIMITED,
        interpolation=int(FINE),
        threads=1,
    )
    made.color_primaries, made.color_trc = look.colours.primaries, look.colours.transfer
    made.colorspace, made.color_range = look.colours.matrix, look.colours.range or LIMITED
    return made


def join(
    source: Path, pieces: Sequence[Path], last: Fraction, target: Path, kind: str, part: Part, settings: Settings
) -> None:
    """Put pieces one behind the other, beside the sound of the source, into a file of the container `kind`.

    The last frame is shown for `last` seconds. Of a `part` the sound is cut to it, by whole packets. Raises Unwritable
    where the file cannot be written, BadOptions where the container does not take what is to go into it.
    """
    options = FRAGILE if kind in ("mp4", "mov") else {}
    try:
        with opened(source, settings) as given, av.open(str(target), "w", format=kind, options=options) as out:
            _mux(given, pieces, last, out, part)
    except FFmpegError as error:
        if error.errno in OF_THE_PLACE:
            raise Unwritable(
                f"The video could not be saved ({error.strerror}); please choose another folder."
            ) from error
        raise BadOptions(
            f"Pictures and sound could not be put together ({error.strerror}); give the result a name ending in .mkv."
        ) from error


def _mux(given: InputContainer, pieces: Sequence[Path], last: Fraction, out: OutputContainer, part: Part) -> None:
    with av.open(str(pieces[0])) as first:
        template = first.streams.video[0]
        video = out.add_stream_from_template(template)
        video.time_base = template.time_base
    tracks = {s.index: out.add_stream_from_template(s) for s in given.streams.audio}
    for index, track in tracks.items():
        track.metadata.update(given.streams[index].metadata)
    out.metadata.update({name: given.metadata[name] for name in TOLD if name in given.metadata})
    sound = _sound(given, tracks, part) if tracks else iter(())
    for _, _, packet in heapq.merge(_pictures(pieces, video, last), sound, key=lambda timed: timed[:2]):
        out.mux(packet)


Timed = tuple[float, int, Any]  # seconds, 0 for pictures and 1 for sound, packet


def _pictures(pieces: Sequence[Path], video: VideoStream, last: Fraction) -> Iterator[Timed]:
    """Each lasts until the next one; pieces do not say how long, and the last one so many seconds."""
    held: Any = None
    for packet in _packets(pieces):
        if held is not None:
            held.duration = packet.dts - held.dts
            yield float(held.dts * held.time_base), 0, held
        packet.stream, held = video, packet
    held.duration = round(last / held.time_base)
    yield float(held.dts * held.time_base), 0, held


def _packets(pieces: Sequence[Path]) -> "Iterator[av.Packet[VideoStream]]":
    for piece in pieces:
        with av.open(str(piece)) as opened_piece:
            yield from (packet for packet in opened_piece.demux(opened_piece.streams.video[0]) if packet.size)


def _sound(given: InputContainer, tracks: dict[int, AudioStream], part: Part) -> Iterator[Timed]:
    for packet in given.demux(list(given.streams.audio)):
        if packet.dts is None or not packet.time_base:
            continue
        seconds = float(packet.dts * packet.time_base)
        if part.is_over(seconds) or (part.begin and seconds < part.begin):
            continue
        back = round(part.begin / packet.time_base)
        packet.dts, packet.pts = packet.dts - back, None if packet.pts is None else packet.pts - back
        packet.stream = tracks[packet.stream_index]
        yield seconds - part.begin, 1, packet
