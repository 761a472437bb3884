"""Small pieces of HTML that say things in plain words. Everything that comes from outside is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape

from enhancer.models.catalog import Bundled, Entry
from enhancer.progress import Progress
from enhancer.welcome import LOGO
from enhancer.workplace import told

MIB = 2**20


def header(device: str) -> str:
    """The head of the page: mark, name, one line, and what it computes with."""
    return (
        f'<header id="brand">{LOGO}<div><h1>Image Enhancer</h1>'
        f"<p>Sharper, cleaner pictures, with the evidence beside them.</p></div>"
        f'<span class="pill">{escape(device)}</span></header>'
    )


def promise(seconds: int) -> str:
    """How long pictures are kept, for the foot of the page."""
    return (
        '<p class="promise">Your pictures and their results are deleted from this server at the latest '
        f"{told(seconds)} after you last used them.</p>"
    )


def bar(progress: Progress, what: str, unit: str = "tiles") -> str:
    """A progress bar: what is being done, how far it is in these units (or in %), how long it will take."""
    share = progress.done / progress.total if progress.total else 0
    left = None if share >= 1 else progress.remaining
    return track(share, f"{what}{_steps(progress, unit)}", left, waiting=not progress.done)


def track(share: float, text: str, remaining: float | None, waiting: bool = False) -> str:
    """A bar that is filled to this share, with what is being done, and the seconds left where they are known."""
    left = "" if remaining is None else f"about {duration(remaining, digits=0)} left"
    return (
        f'<div class="job"><div class="track{" waiting" * waiting}" role="progressbar" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{100 * share:.0f}" aria-label="{escape(text)}">'
        f'<div style="width:{100 * share:.1f}%"></div></div>'
        f"<p><span>{escape(text)}</span><span>{left}</span></p></div>"
    )


def _steps(progress: Progress, unit: str) -> str:
    note = progress.note
    if progress.total <= 1:
        return f" · {note}" if note else ""
    if progress.total > MIB:
        return f" · {note} · {progress.done / MIB:.1f} of {progress.total / MIB:.1f} MB"
    if unit == "%":
        return f" · {note} · {progress.done / progress.total:.0%}"
    return f" · {note} · {progress.done} of {progress.total} {unit}"


def said(text: str, kind: str = "calm") -> str:
    """One status line; `kind` is calm, good or bad."""
    return f'<p class="said {kind}">{escape(text)}</p>'


def chips(items: Iterable[tuple[str, str]]) -> str:
    """A row of small labels as (text, kind)."""
    return "".join(f'<span class="chip {kind}">{escape(text)}</span>' for text, kind in items)


def model_card(e: Entry, chosen_for_you: bool = False) -> str:
    """What one should know before choosing a model."""
    title = f"{escape(e.title)}{' <small>chosen automatically</small>' if chosen_for_you else ''}"
    figures = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in e.figures)
    return (
        f'<div class="card"><h4>{title}</h4><p>{escape(e.description)}</p>'
        f"<div class='chips'>{chips(_traits(e))}</div>{f'<dl>{figures}</dl>' if figures else ''}</div>"
    )


def _traits(e: Entry) -> list[tuple[str, str]]:
    home = "Bundled" if isinstance(e.source, Bundled) else "Fetched from the Hub on first use"
    use = ("Commercial use: yes", "yes") if e.commercial else ("Commercial use: no", "no")
    scale = [(f"×{e.scale}", "")] if e.scale > 1 else []
    size = [(f"{e.bytes / MIB:.1f} MB", "")] if e.bytes else []
    return [*scale, use, (e.licence, ""), *size, (home, "")]


def empty(title: str, text: str) -> str:
    """What stands in a stage before there is a picture."""
    return f'<div class="empty"><b>{escape(title)}</b><span>{escape(text)}</span></div>'


def size_of(size: tuple[int, int]) -> str:
    """Width and height in pixels."""
    return f"{size[0]} × {size[1]}"


def preflight(size: tuple[int, int], result: tuple[int, int]) -> str:
    """What a run will do: sizes and megapixels."""
    sizes = size_of(size) if size == result else f"{size_of(size)} → {size_of(result)}"
    return f'<p class="preflight"><b>{sizes}</b> <span>{result[0] * result[1] / 1e6:.1f} megapixels</span></p>'


def fact_list(items: Iterable[tuple[str, str]]) -> str:
    """Named facts side by side, given as (name, value)."""
    return "<dl class='facts'>" + "".join(f"<div><dt>{n}</dt><dd>{escape(v)}</dd></div>" for n, v in items) + "</dl>"


def receipt(kept: Sequence[str], lost: Sequence[str]) -> str:
    """What of the picture's identity is in the file, and one sentence for each thing that is not."""
    told = [f"<li class='kept'>Kept: {escape(', '.join(kept))}.</li>"] if kept else []
    told += [f"<li class='lost'>{escape(text)}</li>" for text in lost]
    return f"<ul class='receipt'>{''.join(told)}</ul>" if told else ""


def duration(seconds: float, digits: int = 1) -> str:
    """Seconds as people say them; `digits` after the point below ten seconds."""
    if seconds < 0.1 and digits:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 10:
        return f"{seconds:.{digits}f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def file_size(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 1000:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"
