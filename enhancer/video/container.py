"""Opening a video file: recognised by content, by the reader of its kind alone, with no way to any other file."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError

from enhancer.errors import BadVideo, NotAPicture
from enhancer.media.files import check_file
from enhancer.settings import Settings

log = logging.getLogger(__name__)
HEAD = 4096
TS, TS_PACKET = 0x47, 188
CODECS = (  # that are read; FFmpeg knows hundreds more, most of them by nobody used and seldom looked after
    *("h264", "hevc", "vp8", "vp9", "libvpx-vp9", "av1", "libdav1d", "mpeg4", "mpeg2video", "mpeg1video", "h263"),
    *("mjpeg", "prores", "dnxhd", "ffv1", "png", "rawvideo"),
    *("aac", "mp3", "mp3float", "mp2", "mp2float", "ac3", "eac3", "opus", "libopus", "vorbis", "flac", "alac"),
    *("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8", "amrnb", "amrwb"),
)
KINDS = "MP4, MOV, MKV, WebM, AVI and MPEG-TS"
NOT_ONE = f"This file is not a video of a known kind; {KINDS} files work."


def kind_of(head: bytes) -> str:
    """Which of FFmpeg's readers these first bytes are for. Raises NotAPicture for what is no video."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if len(head) > TS_PACKET and head[0] == head[TS_PACKET] == TS:
        return "mpegts"
    raise NotAPicture("This file is empty; please choose a video and send it again." if not head else NOT_ONE)


def check_video(path: Path, settings: Settings) -> str:
    """What `kind_of` says of a file. Raises BadVideo where it is missing or too large, NotAPicture as `kind_of`."""
    check_file(path, settings, "max_video_bytes", "video", BadVideo)
    with path.open("rb") as file:
        return kind_of(file.read(HEAD))


@contextmanager
def opened(path: Path, settings: Settings) -> Iterator[InputContainer]:
    """The file for reading: it is handed over open, so that whatever it names, no other is looked for.

    Raises as `check_video` does, and BadVideo for a damaged one.
    """
    kind = check_video(path, settings)
    with path.open("rb") as file:
        with understood():
            container = _container(file, kind)
        with container:
            yield container


def _container(file: object, kind: str) -> InputContainer:
    only = {"codec_whitelist": ",".join(CODECS), "protocol_whitelist": "", "enable_drefs": "0"}
    only = {name: value for name, value in only.items() if kind == "mov" or name != "enable_drefs"}
    return av.open(file, "r", format=kind, options=only, metadata_errors="ignore")


@contextmanager
def understood(what: str = "its contents do not add up") -> Iterator[None]:
    """Whatever FFmpeg complains of inside is told as damage of the file."""
    try:
        yield
    except FFmpegError as error:
        log.info("a video was refused: %s", error)
        raise BadVideo(f"This video is damaged: {what}; please export or download it again.") from error
