"""Every limit and place in one frozen object, read from ENHANCER_* environment variables."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

PROGRAM, VERSION = "image-enhancer", "0.1.0"
MIB = 2**20
ROOT = Path(__file__).resolve().parent.parent
SERVED = {  # where strangers send pictures and videos
    "ENHANCER_DECODE_WORKERS": "2",
    "ENHANCER_MODEL_WORKER": "1",
    "ENHANCER_MAX_VIDEO_BYTES": str(100 * MIB),
    "ENHANCER_MAX_VIDEO_PIXELS": "4000000",
    "ENHANCER_MAX_VIDEO_FRAMES": "1800",
    "ENHANCER_MAX_VIDEO_SECONDS": "60",
    "ENHANCER_MAX_SCENE_BYTES": str(100 * MIB),
    "ENHANCER_MAX_SCENE_PIXELS": "16000000",
    "ENHANCER_KEEP_PLACE": "0",
}
OFF = {  # what can be turned off by 0, or bounded to nothing
    "results_memory",
    "canvas_memory",
    "max_candidates",
    "max_jobs",
    "max_jobs_bytes",
    "max_requests",
    "mcp",
    "monitoring",
    "canary_seconds",
    "decode_workers",
    "model_worker",
    "keep_place",
    "max_batch_files",
}
DEVICE = re.compile(r"auto|(cpu|cuda|mps|xpu)(:\d+)?")


@dataclass(frozen=True)
class Settings:
    """Bytes and pixels are plain counts, from 1 on where nothing is turned off by 0.

    `device` and `precision` "auto" choose what the machine does well.

    `results_memory` and `results_seconds` bound what the page keeps of what its networks drew; 0 bytes keep nothing.
    A picture of more than `canvas_memory` bytes, at twelve a pixel, lies on disk in `cache` while it is worked on.

    Of the REST API: `max_body` bytes of one request with several files, which may be `max_candidates` to measure;
    `max_queue` requests under way at once, of which one client has `max_share`; `upload_seconds` until a request has
    arrived and `answer_seconds` until it is answered; `max_jobs` that are kept with their results, of `max_jobs_bytes`
    in all, until `job_seconds` after their end. With `mcp` 1 it speaks the Model Context Protocol, too.

    Of the server's doors: one client may POST `max_requests` times a minute, 0 without end; `hosts` are the names under
    which the server is reached besides those of its machine ("*": any), `origins` the other sites whose pages may use
    and embed it, as in "https://example.org", with commas between. With a `token` or a `login`, as in "name:password",
    only those come in who bring it.

    Of the files of visitors, which lie in `work`, in a folder for each server: they take `max_disk` bytes in all, and
    are deleted after `files_seconds`.

    Of the watch over the server: `log` is text or json; with `monitoring` 0 there are neither /metrics nor the page's
    Status; every `canary_seconds` the server tries itself on a tiny picture, with 0 never.

    Of what may crash, hang or eat memory: `decode_workers` processes read pictures, for 0 this one does; each picture
    within `decode_seconds` and `decode_memory` bytes. With `model_worker` 1 networks run in a process of
    their own where they run on the processor, each tile within `tile_seconds` and `model_memory` bytes.

    Of what a photograph tells of its photographer: with `keep_place` 1 results keep where it was taken, serial numbers
    and the camera maker's own notes; with 0 they are left out of its EXIF, and that is said.

    Of a batch in the page: `max_batch_files` of `max_batch_bytes` in all, unpacked, which become results of
    `max_batch_pixels` in all; `max_zip_ratio` is by how much a ZIP may have shrunk a file of it.

    Of a video: the file has at most `max_video_bytes`, each of its at most `max_video_frames` pictures
    `max_video_pixels`, and it lasts `max_video_seconds`. The server allows less than the command line.

    Of a medical or satellite scene: the file has at most `max_scene_bytes`, and `max_scene_pixels` in all its bands or
    frames together. Here, too, the server allows less.
    """

    max_bytes: int = 100 * MIB
    max_pixels: int = 64_000_000
    max_side: int = 30_000
    max_output_pixels: int = 160_000_000
    tile_memory: int = 1024 * MIB
    results_memory: int = 256 * MIB
    results_seconds: int = 1800
    canvas_memory: int = 256 * MIB
    max_body: int = 256 * MIB
    max_candidates: int = 20
    max_queue: int = 20
    max_share: int = 4
    upload_seconds: int = 60
    answer_seconds: int = 120
    max_jobs: int = 64
    max_jobs_bytes: int = 2048 * MIB
    job_seconds: int = 900
    max_requests: int = 300
    mcp: int = 0
    hosts: str = ""
    origins: str = ""
    token: str = field(default="", repr=False)
    login: str = field(default="", repr=False)
    max_disk: int = 8192 * MIB
    files_seconds: int = 3600
    monitoring: int = 1
    canary_seconds: int = 60
    log: str = "text"
    decode_workers: int = 0
    decode_seconds: int = 10
    decode_memory: int = 2048 * MIB
    model_worker: int = 0
    tile_seconds: int = 300
    model_memory: int = 4096 * MIB
    keep_place: int = 1
    max_batch_files: int = 100
    max_batch_bytes: int = 256 * MIB
    max_batch_pixels: int = 1_000_000_000
    max_zip_ratio: int = 200
    max_video_bytes: int = 16_384 * MIB
    max_video_pixels: int = 36_000_000
    max_video_frames: int = 1_000_000
    max_video_seconds: int = 36_000
    max_scene_bytes: int = 65_536 * MIB
    max_scene_pixels: int = 40_000_000_000
    device: str = "auto"
    precision: str = "auto"
    weights: Path = ROOT / "weights"
    cache: Path = field(default_factory=lambda: Path.home() / ".cache" / "image-enhancer")
    work: Path = field(default_factory=lambda: Path.home() / ".cache" / "image-enhancer" / "work")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read e.g. ENHANCER_MAX_PIXELS=20000000.

        Raises ValueError naming a variable that is unknown or unreadable, a count below 0, and a device that none is.
        """
        source = os.environ if environment is None else environment
        given = {k.removeprefix("ENHANCER_").lower(): v for k, v in source.items() if k.startswith("ENHANCER_")}
        known = {f.name: f for f in fields(cls)}
        values: dict[str, int | str | Path] = {}
        for name, text in given.items():
            if name not in known:
                raise ValueError(f"unknown setting ENHANCER_{name.upper()}; known: {', '.join(sorted(known))}")
            try:
                values[name] = known[name].type(text)  # type: ignore[operator]  # int, str and Path all read text
            except ValueError as error:
                raise ValueError(f"ENHANCER_{name.upper()}={text!r} is not a whole number") from error
            _check(name, values[name])
        return cls(**values)  # type: ignore[arg-type]


def _check(name: str, value: int | str | Path) -> None:
    """Raises ValueError for a number that the setting cannot have, and for a device of no known kind."""
    told = f"ENHANCER_{name.upper()}={str(value)!r}"
    if isinstance(value, int) and value < (least := 0 if name in OFF else 1):
        raise ValueError(f"{told} is too little; {least} is the least")
    if name == "device" and not DEVICE.fullmatch(str(value)):
        raise ValueError(f"{told} is no device; auto, cpu and cuda are, and cuda:1 for the second of several")
