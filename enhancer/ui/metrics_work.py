"""What the Metrics tab does behind its button: figures, maps and histograms, measured on the decoded pictures."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from torch import Tensor

from enhancer.errors import EnhancerError
from enhancer.evidence.on_white import on_white
from enhancer.media.picture import Picture
from enhancer.metrics import METRICS, Metric, heading, measure
from enhancer.metrics.maps import colour_map, error_map, histogram, ssim_map
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.ui.display import save_display
from enhancer.ui.picture_input import read
from enhancer.ui.words import said, size_of

GAIN = 8  # of the error map: its lightest colour stands for an eighth of full scale
MAP_PIXELS = 3_000_000
CHANNELS = (("red", "#dc2626"), ("green", "#16a34a"), ("blue", "#2563eb"))
SMOOTHED = 128  # bins of the shown histogram


@dataclass(frozen=True)
class Row:
    """One candidate with its figures by metric id, or the sentence that says why there are none.

    `note` is what else is to be known of the figures.
    """

    name: str
    path: Path
    figures: Mapping[str, float] = field(default_factory=dict)
    error: str = ""
    note: str | None = None


def measure_file(path: Path, reference: Picture, settings: Settings, progress: Progress) -> Row:
    """All figures of one candidate. A picture that cannot be read or compared gets a row with a sentence."""
    try:
        candidate = read(path, settings)
    except EnhancerError as error:
        return Row(path.name, path, error=f"{path.name}: {error}")
    if (candidate.width, candidate.height) != (reference.width, reference.height):
        return Row(path.name, path, error=_sizes_differ(path.name, candidate, reference))
    pixels, truth, note = on_white(candidate, reference)
    figures: dict[str, float] = {}
    for done, metric in enumerate(METRICS.values()):
        progress.step(done, len(METRICS), metric.title)
        try:
            figures |= measure(pixels, truth, [metric.id])
        except ValueError:  # too small for this one; its cell stays empty
            continue
    return Row(path.name, path, figures, note=note)


def _sizes_differ(name: str, candidate: Picture, reference: Picture) -> str:
    own, wanted = (size_of((p.width, p.height)) for p in (candidate, reference))
    return f"{name} has {own} pixels and the reference {wanted}; only pictures of equal size can be compared."


def table(rows: list[Row]) -> str:
    """A line for each metric, a column for each candidate, the best figure of a line marked."""
    measured = [r for r in rows if not r.error]
    head = "".join(f"<th scope='col' translate='no'>{escape(r.name)}</th>" for r in measured)
    body = "".join(_line(m, [r.figures.get(m.id) for r in measured]) for m in METRICS.values())
    failed = "".join(said(r.error, "bad") for r in rows if r.error)
    if not measured:
        return failed
    notes = "".join(said(note) for note in sorted({r.note for r in measured if r.note}))
    return (
        f"<div class='scroll'><table class='figures'><thead><tr><th scope='col'>Measure</th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{notes}{failed}"
    )


def _line(metric: Metric, values: list[float | None]) -> str:
    known = [v for v in values if v is not None]
    best = (max if metric.higher_is_better else min)(known) if len(known) > 1 else None
    cells = "".join(_value(v, v is not None and v == best) for v in values)
    return f"<tr><th scope='row'>{escape(heading(metric))}<small>{escape(metric.explanation)}</small></th>{cells}</tr>"


def _value(value: float | None, best: bool) -> str:
    if value is None:
        return "<td>–</td>"
    shown = "∞" if math.isinf(value) else f"{value:.4f}" if abs(value) < 2 else f"{value:.2f}"
    return f"<td class='best' title='best'>{shown}</td>" if best else f"<td>{shown}</td>"


def maps(candidate: Path, reference: Path, settings: Settings, place: Path) -> tuple[str, str, str]:
    """(error map file, SSIM map file, histograms as HTML) of one candidate. Raises BadPicture."""
    first, second = (read(file, settings).on_white().pixels for file in (candidate, reference))
    error = colour_map(error_map(first, second) * GAIN)
    structure = colour_map(1 - ssim_map(first, second))
    files = [_save(pixels, place / name) for pixels, name in ((error, "error.png"), (structure, "ssim.png"))]
    return files[0], files[1], histograms({"Reference": second, "Candidate": first})


def _save(pixels: Tensor, file: Path) -> str:
    return str(save_display(Picture(pixels), file, MAP_PIXELS)[0])


def histograms(pictures: Mapping[str, Tensor]) -> str:
    """How the levels of red, green and blue are spread, one chart a picture."""
    charts = "".join(
        f"<figure>{_chart(p)}<figcaption>{escape(name)}</figcaption></figure>" for name, p in pictures.items()
    )
    return f"<div class='histograms'>{charts}</div>"


def _chart(pixels: Tensor) -> str:
    counts = histogram(pixels, SMOOTHED).double().sqrt()  # square roots let rare levels be seen beside frequent ones
    heights = (100 * counts / counts.max()).tolist()
    lines = "".join(
        f'<path d="M0 100 {" ".join(f"L{x} {100 - y:.1f}" for x, y in enumerate(row))} L{SMOOTHED - 1} 100Z" '
        f'fill="{colour}" stroke="{colour}"><title>{name}</title></path>'
        for row, (name, colour) in zip(heights, CHANNELS, strict=True)
    )
    return f'<svg viewBox="0 0 {SMOOTHED - 1} 100" preserveAspectRatio="none" role="img">{lines}</svg>'
