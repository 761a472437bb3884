"""The table of metrics, and tables made with it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from torch import Tensor

from enhancer.metrics.blind import noise, sharpness
from enhancer.metrics.fidelity import gmsd, haarpsi
from enhancer.metrics.metric import Metric
from enhancer.metrics.reference import ms_ssim, psnr, ssim

_ALL = (
    Metric(
        "psnr",
        "PSNR",
        "dB",
        psnr,
        needs_reference=True,
        higher_is_better=True,
        explanation="How small the error of the pixels is; 6 dB more means half the error. Over 40 dB is hard to see.",
    ),
    Metric(
        "ssim",
        "SSIM",
        "",
        ssim,
        needs_reference=True,
        higher_is_better=True,
        explanation="How alike light, contrast and structure are in small windows; 1 means equal.",
    ),
    Metric(
        "ms-ssim",
        "MS-SSIM",
        "",
        ms_ssim,
        needs_reference=True,
        higher_is_better=True,
        explanation="SSIM over five sizes of detail, as seen from near and far; 1 means equal. "
        "For pictures from 176 pixels a side.",
    ),
    Metric(
        "haarpsi",
        "HaarPSI",
        "",
        haarpsi,
        needs_reference=True,
        higher_is_better=True,
        explanation="How alike edges and colours are where the eye looks; 1 means equal. "
        "Follows human judgement more closely than PSNR.",
    ),
    Metric(
        "gmsd",
        "GMSD",
        "",
        gmsd,
        needs_reference=True,
        higher_is_better=False,
        explanation="How unevenly edges were damaged over the picture; 0 means nowhere.",
    ),
    Metric(
        "psnr-y",
        "PSNR-Y",
        "dB",
        partial(psnr, y=True),
        needs_reference=True,
        higher_is_better=True,
        explanation="PSNR of the luminance alone, as papers on upscaling report it; "
        "they also leave out the border, this figure does not.",
    ),
    Metric(
        "ssim-y",
        "SSIM-Y",
        "",
        partial(ssim, y=True),
        needs_reference=True,
        higher_is_better=True,
        explanation="SSIM of the luminance alone, as papers on upscaling report it; "
        "they also leave out the border, this figure does not.",
    ),
    Metric(
        "sharpness",
        "Sharpness",
        "% of contrast per pixel",
        sharpness,
        needs_reference=False,
        higher_is_better=True,
        explanation="How much of the contrast changes from a pixel to the next, noise taken off. Compare pictures of "
        "the same size; halos around edges count as sharpness too.",
    ),
    Metric(
        "noise",
        "Noise",
        "8-bit levels",
        noise,
        needs_reference=False,
        higher_is_better=False,
        explanation="How strongly pixels scatter in flat places, as a standard deviation on the scale from 0 to 255.",
    ),
)

METRICS: dict[str, Metric] = {metric.id: metric for metric in _ALL}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def measure(candidate: Tensor, reference: Tensor | None, ids: Sequence[str]) -> dict[str, float]:
    """The figures `ids` of `candidate` (3, H, W) in [0, 1], in that order.

    Raises ValueError for an unknown id, naming the known ones, for a missing reference, and for a picture that is too
    small for a metric.
    """
    unknown = [i for i in ids if i not in METRICS]
    if unknown:
        raise ValueError(f"There is no metric {unknown[0]!r}; known: {', '.join(METRICS)}")
    return {i: METRICS[i](candidate, reference) for i in ids}


def figures(
    candidate: Tensor, reference: Tensor | None, ids: Sequence[str]
) -> tuple[dict[str, float | None], dict[str, str]]:
    """As `measure`, but None for a figure that the picture is too small for; and why, by id."""
    found, reasons = dict[str, float | None](), dict[str, str]()
    for i in ids:
        try:
            found |= measure(candidate, reference, [i])
        except ValueError as error:
            found[i], reasons[i] = None, str(error)
    return found, reasons


def heading(metric: Metric) -> str:
    """The head of a column: title, unit and an arrow towards the better, e.g. "PSNR (dB) ↑"."""
    unit = f" ({metric.unit})" if metric.unit else ""
    return f"{metric.title}{unit} {'↑' if metric.higher_is_better else '↓'}"


def rows_to_csv(rows: Iterable[tuple[str, Mapping[str, float]]]) -> str:
    """A CSV table of (name, figures of `measure`) rows; a figure that a row lacks leaves its cell empty.

    Six significant digits; infinity is "inf". Names that a spreadsheet would run as a formula get an apostrophe.
    """
    listed = list(rows)
    used = [m for m in METRICS.values() if any(m.id in figures for _, figures in listed)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Picture", *map(heading, used)])
    for name, figures in listed:
        safe = f"'{name}" if name.startswith(_FORMULA_STARTS) else name
        writer.writerow([safe, *(f"{figures[m.id]:.6g}" if m.id in figures else "" for m in used)])
    return text.getvalue()
