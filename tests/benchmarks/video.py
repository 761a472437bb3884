"""A long video at constant memory: `python -m tests.benchmarks.video`, pass or fail for each line.

1,000 frames of 640x480 go through a very small network that remembers, read and written in this process, whose memory
is looked at after every frame: its peak in the last hundreds may hardly exceed that in the first two.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from enhancer.cli.report import say
from enhancer.progress import Progress
from enhancer.video.film import look_through
from enhancer.video.run import enhance_video
from enhancer.video.wish import Wish
from tests.video.make import film, hall, packets, scene, times, tiny

FRAMES, SIZE = 1000, (640, 480)
WARM = 200  # frames after which all that lasts is there; a piece is ended, and another begun, every hundred
GROWTH = 20.0  # MB by which the peak of what follows may exceed that of the first ones
SCENES = 50  # frames that are drawn for the source, which shows them again and again
MB = 1e6


def resident() -> float:
    """Megabytes of this process in memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024 / MB
    raise OSError("this system does not tell the memory of a process")


def main() -> int:
    """Exit code 1 where a line fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=FRAMES)
    frames = parser.parse_args().frames
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        drawn = [scene(*SIZE)(n) for n in range(SCENES)]
        source = film(place / "a.mp4", frames, SIZE, show=lambda n: drawn[n % SCENES])
        seen = list[float]()

        def look(progress: Progress) -> None:
            if progress.done > len(seen):
                seen.append(resident())

        engine, wish = hall(), Wish(str(tiny(place / "tiny.safetensors")))
        began = time.perf_counter()
        made = enhance_video(source, place / "b.mp4", wish, engine, Progress(look))
        spent = time.perf_counter() - began
        after = look_through(place / "b.mp4", engine.settings)
        same_sound = packets(place / "b.mp4", "audio") == packets(source, "audio")
        same_times = times(place / "b.mp4") == times(source)
    first, later = max(seen[:WARM]), max(seen[WARM:])
    peaks = " ".join(f"{max(seen[n : n + 100]):.0f}" for n in range(0, len(seen), 100))
    checks = {
        f"{made.frames} frames of {SIZE[0]}x{SIZE[1]} in {spent:.0f} s": made.frames == frames,
        f"peak of memory {first:.0f} MB in {WARM} frames, {later:.0f} MB in the others": later - first <= GROWTH,
        f"lasts {after.seconds:.3f} s, the source {made.facts.seconds:.3f} s": same_times,
        "the sound is the same, packet for packet": same_sound,
    }
    for what, met in checks.items():
        say(f"{'pass' if met else 'FAIL'}  {what}")
    say(f"      peaks of every hundred frames, in MB: {peaks}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
