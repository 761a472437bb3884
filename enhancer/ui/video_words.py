"""What the Video tab says: of the video that was sent, of what came of it, and the player for both, as HTML."""

from html import escape
from urllib.parse import quote

from enhancer.settings import MIB, Settings
from enhancer.ui.words import duration, fact_list, file_size, said, size_of
from enhancer.video.facts import Facts, moment
from enhancer.video.run import Enhanced
from enhancer.video.told import noticed
from enhancer.workplace import told as lasting

BEGIN = "Choose a video."
NO_VIDEO = "Please choose a video first."
SERVED = "/gradio_api/file="
PREVIEWED = "This is one second of it. The whole takes about {left}."


def limits(settings: Settings) -> str:
    """What is taken."""
    return said(
        f"MP4, MOV, MKV, WebM, AVI or MPEG-TS with up to {settings.max_video_bytes / MIB:.0f} MB, "
        f"{lasting(settings.max_video_seconds)} and {settings.max_video_pixels / 1e6:g} megapixels a frame. "
        "Sound, times and colours stay as they are."
    )


def given(facts: Facts) -> str:
    """What was sent, in a line."""
    told = [f"{float(facts.rate):.4g} frames a second", "with sound" if facts.sounds else "without sound"]
    if facts.variable:
        told[0] = "at an uneven rate"
    return (
        f'<p class="preflight"><b>{size_of((facts.width, facts.height))}</b> '
        f"<span>{moment(facts.seconds)} · {' · '.join(told)}</span></p>"
    )


def player(before: str | None, after: str, size: tuple[int, int], sound: bool) -> str:
    """Both over each other, or the second alone; `before` and `after` are files that the page serves."""
    first = f'<video class="first" src="{_address(before)}" playsinline muted preload="auto"></video>' if before else ""
    over = (
        f'{first}<span class="line"></span><span class="tag left">Before</span><span class="tag right">After</span>'
        '<input class="split" type="range" min="0" max="100" step="0.1" value="50" aria-label="Before and after">'
    )
    heard = '<button type="button" class="sound" aria-pressed="false">Sound</button>' if sound else ""
    return (
        f'<div class="cinema" style="--ratio: {size[0]} / {size[1]}"><div class="screen">'
        f'<video src="{_address(after)}" playsinline muted preload="auto"></video>{over if before else ""}</div>'
        '<div class="keys"><button type="button" class="play" aria-pressed="false">Play</button>'
        '<input class="time" type="range" min="0" max="0" step="any" value="0" aria-label="Place in the video">'
        f'<span class="clock" translate="no"></span>{heard}</div></div>'
    )


def _address(file: str | None) -> str:
    return "" if file is None else escape(SERVED + quote(file))


def facts(made: Enhanced, size: int | None) -> str:
    """What came of it; `size` are the bytes of a whole result, None for a preview."""
    source = made.facts
    told = [
        ("Frames", str(made.frames)),
        ("Size", " → ".join(dict.fromkeys((size_of((source.width, source.height)), size_of(made.size))))),
        ("Taken", duration(made.seconds)),
    ]
    if size is None:
        return fact_list(told) + said(PREVIEWED.format(left=duration(_whole(made), digits=0))) + _notes(made)
    kept = "Sound, times and colours are those of the source." if source.sounds else "It has no sound, as its source."
    told.append(("File", file_size(size)))
    return fact_list(told) + f'<p class="said whole">{kept}</p>' + _notes(made)


def _whole(made: Enhanced) -> float:
    return made.seconds / made.frames * made.facts.frames


def _notes(made: Enhanced) -> str:
    return "".join(said(note) for note in noticed(made))
