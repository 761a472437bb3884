"""Changed bytes for the decoder, by a seed: `python -m tests.benchmarks.fuzz [--seconds 600] [--seed 0] [--atheris]`.

Each of the kinds that are read, flipped, cut, doubled and joined; whatever is no Picture with finite pixels and no
BadPicture ends it, with the file that did it. Processes of their own are not used, so that a crash is seen. With
`--atheris`, which is a package to be installed, bytes are changed by what our readers made of those before.
"""

import argparse
import inspect
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from enhancer.errors import BadPicture
from enhancer.media import decode
from enhancer.settings import Settings
from tests.media import nasty
from tests.media.make import SRGB, exif_block, photo, saved

LIMITS = Settings(max_pixels=1_000_000, max_side=4000)
SLOW = 10.0  # seconds for one file, as the server allows
EDGES = (0, 1, 0x7F, 0x80, 0xFF)


def seeds(folder: Path | None) -> list[bytes]:
    """Sound files of all kinds, and those of a folder."""
    kinds = ("PNG", "JPEG", "WEBP", "TIFF", "AVIF")
    made = [saved(photo(), kind, exif=exif_block(6), icc_profile=SRGB) for kind in kinds]
    made += [saved(photo(), "GIF", "P"), saved(photo(), "BMP"), nasty.heic("RGBA"), nasty.cmyk(), nasty.ycck()]
    made += [nasty.arithmetic(), nasty.png16(nasty.ramp(3)), *(nasty.frames(k, 3) for k in ("PNG", "WEBP", "MPO"))]
    made += [nasty.tiff(photo(), photometric="rgb", compression=packed) for packed in ("lzw", "zlib", "packbits")]
    return made + [file.read_bytes() for file in sorted(folder.rglob("*.*")) if file.is_file()] if folder else made


def changed(data: bytes, chance: random.Random) -> bytes:
    """A few bytes otherwise, or a piece gone or doubled; mostly near the start, where files say what they are."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(min(len(out), chance.choice((64, 600, len(out)))) or 1)
        kind = chance.random()
        if kind < 0.4:
            out[at] ^= 1 << chance.randrange(8)
        elif kind < 0.75:
            out[at] = chance.choice(EDGES)
        elif kind < 0.85:
            del out[at : at + chance.randrange(1, 40)]
        elif kind < 0.95:
            out[at:at] = out[at : at + chance.randrange(1, 40)]
        else:
            del out[max(at, 12) :]
        out = out or bytearray(b"\0")
    return bytes(out)


def tried(data: bytes, decoder: Callable[[bytes, Settings], object] = decode) -> str:
    """What became of it: the kind of refusal, or "read"."""
    began = time.perf_counter()
    try:
        picture = decoder(data, LIMITS)
        assert picture.pixels.isfinite().all(), "numbers that are none"  # type: ignore[attr-defined]
        return "read"
    except BadPicture as error:
        return type(error).__name__
    finally:
        assert time.perf_counter() - began < SLOW, "too slow"


def guided(begun: list[bytes], seconds: float, seed: int) -> None:
    """Let atheris change them, until the time is over or one does harm; it tells what it does, and ends the program."""
    import atheris

    def once(data: bytes) -> None:
        tried(bytes(data))

    with tempfile.TemporaryDirectory() as corpus:
        for n, data in enumerate(begun):
            Path(corpus, f"{n}").write_bytes(data)
        for module in [module for name, module in sys.modules.items() if name.startswith("enhancer.media.")]:
            for made in list(vars(module).values()):
                if inspect.isfunction(made) and made.__module__ == module.__name__:
                    atheris.instrument_func(made)
        limits = ["-timeout=10", "-rss_limit_mb=4000", f"-max_total_time={seconds:.0f}", f"-seed={seed + 1}"]
        atheris.Setup([sys.argv[0], *limits, corpus], once)
        atheris.Fuzz()


def main() -> None:
    """Fuzz until the time is over; the outcomes by kind."""
    words = argparse.ArgumentParser(prog="python -m tests.benchmarks.fuzz", description=__doc__)
    words.add_argument("--seconds", type=float, default=600)
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--folder", type=Path, help="more files to begin with")
    words.add_argument("--found", type=Path, default=Path("fuzz-found.bin"), help="where a file that does harm is left")
    words.add_argument("--atheris", action="store_true", help="let it choose what is changed")
    a = words.parse_args()
    if a.atheris:
        guided(seeds(a.folder), a.seconds, a.seed)
        return
    chance, begun, outcomes = random.Random(a.seed), seeds(a.folder), Counter[str]()
    until = time.monotonic() + a.seconds
    while time.monotonic() < until:
        data = changed(chance.choice(begun), chance)
        a.found.write_bytes(data)  # a crash leaves it there
        outcomes[tried(data)] += 1
    a.found.unlink()
    sys.stdout.write(f"{outcomes.total()} files: {dict(outcomes)}\n")


if __name__ == "__main__":
    main()
