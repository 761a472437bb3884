"""A reader of GIF files that obeys the comment in them: to crash, to hang, to eat memory. For tests alone.

As a program, `python -m tests.media.rogue` serves `app.py` with it, in its processes, too.
"""

import io
import os
import signal
import time

import numpy as np
from PIL import Image

from enhancer.media import apart, read
from enhancer.media.samples import Samples
from enhancer.settings import MIB, Settings
from enhancer.worker import Answering

CRASH, HANG, EAT, SLOW = b"please crash", b"please hang", b"please eat", b"please be slow"
SECONDS = 2.0  # that a slow one takes
honest = read.READERS["gif"]


def gif(comment: bytes = b"", colour: int = 0x808080) -> bytes:
    """A small picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), f"#{colour:06x}").save(out, "GIF", comment=comment)
    return out.getvalue()


def read_gif(data: bytes, settings: Settings) -> Samples:
    """As the honest one, but for the comment."""
    if CRASH in data:
        os.kill(os.getpid(), signal.SIGSEGV)
    if HANG in data:
        time.sleep(3600)
    if EAT in data:
        np.ones(settings.decode_memory + 64 * MIB, np.uint8)
    if SLOW in data:
        time.sleep(SECONDS)
    return honest(data, settings)


def reader() -> Answering:
    """What a process does that reads with it."""
    read.READERS["gif"] = read_gif
    return apart.reader()


if __name__ in ("__main__", "__mp_main__"):  # the program, and the processes that it begins
    read.READERS["gif"] = read_gif
if __name__ == "__main__":
    from app import main

    main()
