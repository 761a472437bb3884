"""Videos made for tests: what is shown, when, how it is coded, and what is wrong with it."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch

from enhancer.engine import Engine
from enhancer.models.store import Store
from enhancer.networks import RecurrentUNet
from enhancer.settings import Settings
from enhancer.training.checkpoint import export

RATE = 25
TICKS = 600  # a second
SOUND = 44_100
Picture = Callable[[int], np.ndarray]


def scene(width: int, height: int, seed: int = 0) -> Picture:
    """A smooth picture that moves to the right, brighter on its left and at its top, (H, W, 3) uint8."""
    rng = np.random.default_rng(seed)
    colour, phase = rng.uniform(0.5, 1, 3), rng.uniform(0, 6, 3)
    y, x = np.mgrid[:height, :width] / max(width, height)

    def frame(n: int) -> np.ndarray:
        waves = np.stack([np.sin(9 * (x - n / 60) + 7 * y * (k + 1) + p) for k, p in enumerate(phase)], -1)
        shade = (1.2 - 0.5 * x - 0.4 * y)[..., None]
        return (shade * colour * (110 + 60 * waves)).clip(0, 255).astype(np.uint8)

    return frame


def film(
    file: Path,
    frames: int = 12,
    size: tuple[int, int] = (64, 48),
    show: Picture | None = None,
    times: Sequence[int] | None = None,
    codec: str = "libx264",
    form: str = "yuv420p",
    sound: str | None = "aac",
    turned: int = 0,
    tags: dict[str, int] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """A video with a tone beside it; `times` in `TICKS`, evenly 25 a second where left out."""
    times = times or [n * TICKS // RATE for n in range(frames)]
    show = show or scene(*size)
    with av.open(str(file), "w") as out:
        video: Any = out.add_stream(codec, rate=RATE, options=options or {})
        video.width, video.height, video.pix_fmt = *size, form
        video.time_base = video.codec_context.time_base = Fraction(1, TICKS)
        for name, value in (tags or {}).items():
            setattr(video.codec_context, name, value)
        if turned:
            video.set_display_rotation(turned)
        audio: Any = None if sound is None else out.add_stream(sound, rate=SOUND, layout="mono")
        for n, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(show(n), "rgb24").reformat(format=form)
            frame.pts, frame.time_base = time, Fraction(1, TICKS)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio is not None:
            _tone(out, audio, (times[-1] + TICKS // RATE) / TICKS)
    return file


def _tone(out: Any, audio: Any, seconds: float) -> None:
    step = 1024
    for n in range(int(seconds * SOUND) // step):
        wave = np.sin(np.arange(n * step, (n + 1) * step) * 0.06).astype(np.float32)[None]
        form = audio.codec_context.format.name
        array = wave if form == "fltp" else (wave * 100 + 128).astype(np.uint8)
        frame = av.AudioFrame.from_ndarray(array, form, "mono")
        frame.sample_rate, frame.pts, frame.time_base = SOUND, n * step, Fraction(1, SOUND)
        out.mux(audio.encode(frame))
    out.mux(audio.encode(None))


def packets(file: Path, kind: str) -> list[tuple[Fraction, bytes]]:
    """(seconds, bytes) of every packet of a track, in the order in which they are shown."""
    with av.open(str(file)) as opened:
        found = [p for p in opened.demux(getattr(opened.streams, kind)) if p.size]
        return sorted((p.pts * p.time_base, bytes(p)) for p in found)


def times(file: Path) -> list[Fraction]:
    """When each frame is shown, in seconds."""
    return [seconds for seconds, _ in packets(file, "video")]


def shown(file: Path) -> list[np.ndarray]:
    """All frames as RGB, (H, W, 3) uint8, as they lie in the file."""
    with av.open(str(file)) as opened:
        return [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]


def tiny(file: Path, scale: int = 1, seed: int = 0) -> Path:
    """The weights of a very small network that remembers."""
    torch.manual_seed(seed)
    shape = {"scale": scale, "widths": [8, 8], "blocks": [1, 1], "memory": 5}
    export(RecurrentUNet(**shape), "recurrent-unet", shape, file)  # type: ignore[arg-type]  # of mixed types
    return file


def hall(**settings: Any) -> Engine:
    """An engine that opens any weights."""
    chosen = Settings(device="cpu", precision="float32", **settings)
    return Engine(Store(chosen), chosen)
