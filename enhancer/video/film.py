"""Reading a video: looked through once, within the limits, then one upright frame after the other."""

import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream
from torch import Tensor

from enhancer.errors import BadVideo
from enhancer.settings import Settings
from enhancer.video.container import opened, understood
from enhancer.video.facts import UNSAID, Colours, Facts, guessed_matrix, moment

FINE = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
SWS = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9}  # matrix in H.273 → as the converter counts; others are left to the file
UNEVEN = 1.5  # times the shortest frame that the longest lasts, from which on the rate is called variable
CUT_OFF = 1.0  # seconds that a file may lack of what it promises
STRANGE_RATE = 1000  # frames a second, that no camera takes
REORDERED = 32  # frames that may lie in a file before one that is shown earlier; coders keep to 16


class Film:
    """One video that is read from its beginning; `frame` gives what comes next. To be closed."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.facts = look_through(path, settings)
        self._settings, self._last = settings, self.facts.start - 1
        self._held = ExitStack()
        container = self._held.enter_context(opened(path, settings))
        self._frames = _decoded(container, _video(container))

    def frame(self) -> tuple[Tensor, int] | None:
        """The next frame, (3, H, W) float32 in [0, 1] and upright, and when it is shown; None after the last.

        Raises BadVideo for a damaged one, and where the size changes.
        """
        with understood(f"a frame near {moment(float((self._last - self.facts.start) * self.facts.tick))} is"):
            frame = next(self._frames, None)
            if frame is None:
                return None
            self._check(frame)
            pixels = upright(_rgb(frame, self.facts), self.facts.turned)
        time = frame.pts if frame.pts is not None else frame.dts
        self._last = max(self._last + 1, self._last + 1 if time is None else time)
        return pixels, self._last

    def _check(self, frame: VideoFrame) -> None:
        size = (frame.height, frame.width) if self.facts.turned % 180 else (frame.width, frame.height)
        if size != (self.facts.width, self.facts.height):
            raise BadVideo(
                f"This video changes its size from {self.facts.width}x{self.facts.height} to {size[0]}x{size[1]} at "
                f"{moment(float((self._last - self.facts.start) * self.facts.tick))}; please export it in one size."
            )

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()


def look_through(path: Path, settings: Settings) -> Facts:
    """All about a video, by reading its packets and decoding its first frame.

    Raises BadVideo for what is damaged, cut off, over a limit or without pictures, NotAPicture for what is no video.
    """
    with opened(path, settings) as container, understood():
        video = _video(container)
        _check_size(video.codec_context.width, video.codec_context.height, settings)
        counted = _Count(container, video, settings)
    with opened(path, settings) as container, understood():
        video = _video(container)
        first = next(_decoded(container, video), None)
        if first is None:
            raise BadVideo("This video has no frame that can be read; please export it again.")
        _check_size(first.width, first.height, settings)
        return _facts(container, video, first, counted)


class _Count:
    """What the packets say: how many frames, from when to when, and how even."""

    def __init__(self, container: InputContainer, video: VideoStream, settings: Settings) -> None:
        self.frames, self._all = 0, 0
        self.start, self.end, self._shortest, self._longest = 2**62, -(2**62), 2**62, 0
        self._waiting: list[int] = []
        self._settings, self._tick = settings, video.time_base or Fraction(1, 1000)
        self._usual = max(1, round(1 / (_rate(video) * self._tick)))
        reached = 0.0
        for packet in container.demux():
            if packet.size and packet.pts is not None and packet.time_base:
                reached = max(reached, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            if packet.stream_index == video.index and packet.size:
                self._add(packet)
        while len(self._waiting) > 1:
            self._next()
        if not self.frames:
            raise BadVideo("This video has no frames; please export it again.")
        self._check_whole(container, video, reached)

    @property
    def variable(self) -> bool:
        """Whether frames are shown for different times."""
        return self.frames > 1 and self._longest > UNEVEN * max(1, self._shortest)

    def _add(self, packet: "av.Packet[Any]") -> None:
        self._all += 1
        time, lasts = packet.pts if packet.pts is not None else packet.dts, packet.duration or self._usual
        if packet.is_discard or time is None:
            return
        self.frames += 1
        self.start, self.end = min(self.start, time), max(self.end, time + lasts)
        heapq.heappush(self._waiting, time)
        if len(self._waiting) > REORDERED:
            self._next()
        self._check_length()

    def _next(self) -> None:
        """The first of the frames that wait is followed by the second: how long is it shown?"""
        lasts = -heapq.heappop(self._waiting) + self._waiting[0]
        self._shortest, self._longest = min(self._shortest, lasts), max(self._longest, lasts)

    def _check_length(self) -> None:
        most, seconds = self._settings.max_video_frames, float((self.end - self.start) * self._tick)
        if self.frames > most:
            raise BadVideo(
                f"This video has more than {most} frames, which is the most; please cut it.", "max_video_frames"
            )
        if seconds > self._settings.max_video_seconds + 1:
            raise BadVideo(
                f"This video lasts {seconds:.0f} seconds or longer, and at most {self._settings.max_video_seconds} are "
                "read; please cut it.",
                "max_video_seconds",
            )

    def _check_whole(self, container: InputContainer, video: VideoStream, reached: float) -> None:
        promised = (container.duration or 0) / av.time_base + (container.start_time or 0) / av.time_base
        counted = video.frames if container.format.name.startswith("mov") else 0  # elsewhere some may be left out
        if self._all < counted or reached < promised - CUT_OFF:
            raise BadVideo(
                f"This video is cut off: it ends at {moment(reached)} of {moment(promised)}; please export or download "
                "it again."
            )


def _video(container: InputContainer) -> VideoStream:
    pictures = int(av.stream.Disposition.attached_pic)  # the cover of an album
    found = [s for s in container.streams.video if not int(s.disposition) & pictures]
    if not found:
        held = "sound, but no moving pictures" if container.streams.audio else "no moving pictures"
        raise BadVideo(f"This file has {held}; please choose a video.")
    if found[0].codec_context is None or not found[0].codec_context.width:
        raise BadVideo("This video is coded in a way that is not read here; please export it as H.264 in an MP4 file.")
    found[0].thread_count = 1
    return found[0]


def _decoded(container: InputContainer, video: VideoStream) -> Iterator[VideoFrame]:
    for packet in container.demux(video):
        yield from packet.decode()


def _check_size(width: int, height: int, settings: Settings) -> None:
    if width * height > settings.max_video_pixels:
        raise BadVideo(
            f"The frames of this video have {width}x{height} pixels, and at most {settings.max_video_pixels / 1e6:g} "
            "megapixels are read; please make it smaller.",
            "max_video_pixels",
        )
    if max(width, height) > settings.max_side:
        raise BadVideo(f"The frames of this video have {width}x{height} pixels, which is too many a side.", "max_side")


def _rate(video: VideoStream) -> Fraction:
    found = video.average_rate or video.guessed_rate
    return found if found and 0 < found <= STRANGE_RATE else Fraction(25)


def _facts(container: InputContainer, video: VideoStream, first: VideoFrame, counted: _Count) -> Facts:
    tick = video.time_base or Fraction(1, 1000)
    turned = round(first.rotation / 90) * 90 % 360
    size = (first.height, first.width) if turned % 180 else (first.width, first.height)
    aspect = video.sample_aspect_ratio or Fraction(1)
    depth = max((c.bits for c in first.format.components), default=8)
    return Facts(
        *size,
        frames=counted.frames,
        start=counted.start,
        end=counted.end,
        tick=tick,
        rate=_rate(video),
        variable=counted.variable,
        aspect=1 / aspect if turned % 180 else aspect,
        depth=8 if depth <= 8 else 10 if depth <= 10 else 12,
        turned=turned,
        colours=Colours(first.color_primaries, first.color_trc, first.colorspace, first.color_range),
        codec=video.codec_context.name,
        sounds=tuple(s.codec_context.name for s in container.streams.audio if s.codec_context is not None),
        notes=tuple(_notes(container, first)),
    )


def _notes(container: InputContainer, first: VideoFrame) -> Iterator[str]:
    if container.streams.subtitles:
        yield "Subtitles are not kept."
    if len(container.streams.video) > 1:
        yield "Of several picture tracks the first is taken."
    if first.interlaced_frame:
        yield "The lines of this video are interlaced; they are enhanced as they lie there."


def _rgb(frame: VideoFrame, facts: Facts) -> Tensor:
    """(3, H, W) float32 in [0, 1], as it lies in the file."""
    matrix = frame.colorspace if frame.colorspace != UNSAID else guessed_matrix(min(frame.width, frame.height))
    deep = facts.depth > 8
    array = frame.reformat(
        format="rgb48le" if deep else "rgb24", src_colorspace=SWS.get(matrix), interpolation=int(FINE), threads=1
    ).to_ndarray()
    most = np.float32(65535 if deep else 255)
    return torch.from_numpy(array.astype(np.float32) / most).permute(2, 0, 1)


def upright(pixels: Tensor, turned: int) -> Tensor:
    """(3, H, W) turned counterclockwise by whole quarters of a circle, in degrees."""
    return torch.rot90(pixels, turned // 90, (1, 2)).contiguous()
