"""Rows of the matrix that are videos: those that grow are refused with the limit named, unusual ones come out right."""

import time
from pathlib import Path

import httpx
import numpy as np

from enhancer.settings import Settings
from enhancer.video.film import look_through
from tests.server.conftest import Running
from tests.server.test_refusals import refused
from tests.video.bad import cut_moov, flat, long, no_frames, silent_pictures, two_sizes
from tests.video.make import film, scene, shown

WITHIN = 240.0  # seconds; the machine may be busy
FRAME = 1 / 25


def sent(server: Running, file: Path, **options: str) -> httpx.Response:
    """What the server says at once."""
    url = f"{server.url}/v1/jobs/video"
    return httpx.post(url, content=file.read_bytes(), params=options, timeout=WITHIN)


def that_grow(server: Running, place: Path) -> None:
    """Frames of 4096x4096 in a few kilobytes, ten hours, no frame, sound alone."""
    quick = {"preset": "ultrafast"}
    grown = film(place / "grown.mp4", 3, (4096, 4096), flat(4096, 4096), sound=None, options=quick)
    cases: list[tuple[Path, str, str | None]] = [
        (grown, "4096x4096 pixels", "max_video_pixels"),
        (long(place), "36000 seconds", "max_video_seconds"),
        (no_frames(place), "", None),
        (silent_pictures(place), "no moving pictures", None),
    ]
    for file, word, limit in cases:
        refused(sent(server, file), 422, word, limit)


def that_are_unusual(server: Running, place: Path) -> None:
    """Turned, of an uneven rate, HDR10, of odd sides: right side up and as long as before; others are refused."""
    refused(sent(server, cut_moov(place)), 422, "no moving pictures")
    answer = sent(server, two_sizes(place), task="median")
    if answer.status_code == 202:  # the change comes later than what is looked at
        refused(fetched(server, answer), 422, "changes its size")
    turned = film(place / "turned.mp4", 5, turned=90, sound=None)
    uneven = film(place / "uneven.mkv", times=[0, 24, 90, 96, 200])
    for file in (turned, uneven):
        answer = sent(server, file, task="median")
        assert answer.status_code == 202, answer.text
        came = fetched(server, answer)
        assert came.status_code == 200, came.text
        (made := place / f"made-{file.stem}.mp4").write_bytes(came.content)
        before, after = (look_through(one, Settings()) for one in (file, made))
        assert abs(before.seconds - after.seconds) < FRAME
        assert (before.width, before.height) == (after.width, after.height)
        assert after.turned == 0
    upright = np.rot90(scene(64, 48)(0), look_through(place / "turned.mp4", Settings()).turned // 90)
    assert np.abs(shown(place / "made-turned.mp4")[0].astype(float) - upright).mean() < 4


def fetched(server: Running, begun: httpx.Response) -> httpx.Response:
    """What a job made, or why not."""
    until = time.monotonic() + WITHIN
    while (answer := httpx.get(f"{server.url}{begun.headers['Location']}/result")).status_code == 409:
        assert time.monotonic() < until
        time.sleep(0.2)
    return answer
