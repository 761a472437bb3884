"""What the figures of models mean: the test pictures, what was done to them, and what was measured, in plain words."""

import re
from html import escape

from enhancer.evidence.cards import Score
from enhancer.metrics import METRICS

SETS = {
    "Set5": "five small pictures that nearly every paper on enlarging is measured on",
    "Set14": "fourteen well-known test pictures",
    "LIVE1": "29 photographs of many kinds",
    "Classic5": "five grey pictures that papers on JPEG are measured on",
    "McMaster": "18 photographs of strong colours and fine detail",
    "tennis": "24 frames of a film in which much moves fast",
}
KINDS = {  # name in a label → as people say it, and what it tells
    "Y-PSNR": ("likeness", f"Likeness to the true picture, by its light (PSNR). {METRICS['psnr'].explanation}"),
    "PSNR": ("likeness", f"Likeness to the true picture (PSNR). {METRICS['psnr'].explanation}"),
    "SSIM": ("structure", METRICS["ssim"].explanation),
    "HaarPSI": ("likeness to the eye", METRICS["haarpsi"].explanation),
    "GMSD": ("damage at edges", f"{METRICS['gmsd'].explanation} Less is better."),
    "flicker": ("flicker", "What changes from frame to frame without moving, in grey levels. Less is better."),
    "change": ("change", "How much the pictures differ afterwards, in per cent of white. Less is better."),
}
DAMAGES = (  # what stands between them → as people say it, and what was done to the pictures
    (r"σ(\d+)", "with noise {}", "with noise of {} of 255 levels added"),
    (r"grey q(\d+)", "grey, as JPEG {}", "saved in grey as JPEG of quality {}"),
    (r"colour q(\d+)", "as JPEG {}", "saved in colour as JPEG of quality {}"),
    (
        r"(\d+) % missing hole",
        "with {} % missing",
        "with holes over {} per cent of each picture, inside which alone it was measured",
    ),
    ("worn", "worn", "blurred, shrunk, given noise and saved as JPEG, twice over"),
    ("darkened", "darkened", "darkened, tinted and given noise"),
    ("daylight", "as they are", "which need nothing, and should stay as they are"),
)
LABEL = re.compile(r"(?P<set>\S+) (?:(?P<damage>.+) )?(?P<kind>\S+)")
PLAIN = {
    "bicubic": "plain resize",
    "biharmonic": "smooth surface",
}  # what was measured without a model; others are the damaged picture itself
UNTOUCHED = "left alone"
DB = "dB (decibels): 6 dB more means half the error."
UNREADABLE = ("", "", "")


def named(label: str) -> str:
    """The label of a figure as people say it, e.g. "Set5 likeness" for "Set5 Y-PSNR"; an unknown one as it is."""
    pictures, damage, kind = _parts(label)
    if kind not in KINDS:
        return label
    between = f" {_damage(damage)[0]}," if damage else ""
    return f"{pictures}{between} {KINDS[kind][0]}"


def named_with_unit(score: Score) -> str:
    """The same with what it is counted in."""
    return f"{named(score.label)} ({score.unit})" if score.unit else named(score.label)


def explained(label: str) -> str:
    """On which pictures, what was done to them, and what was measured; empty for an unknown label."""
    pictures, damage, kind = _parts(label)
    if pictures not in SETS or kind not in KINDS:
        return ""
    done = f", {_damage(damage)[1]}" if damage else ""
    return f"{pictures}: {SETS[pictures]}{done}. {KINDS[kind][1]}"


def plain_name(score: Score) -> str:
    """What stands beside the model."""
    return PLAIN.get(score.plain, UNTOUCHED)


def figure_row(score: Score) -> str:
    """One figure as a row of a table: what, how much, the plain row beside it, and the difference in words."""
    value, _, plain = score.text.removesuffix(")").partition(" (")
    digits = len(value.split()[0].partition(".")[2])
    better, kind = ("better", "yes") if score.gain >= 0 else ("worse", "no")
    gain = f"{abs(score.gain):.{digits}f} {score.unit}".strip() + f" {better}"
    about = escape(explained(score.label))
    return (
        f"<tr><th scope='row'><span class='term' title='{about}'>{escape(named(score.label))}</span></th>"
        f"<td class='own'>{escape(value)}</td><td>{plain_name(score)} {escape(plain.rpartition(' ')[2])}</td>"
        f"<td class='gain {kind}'>{escape(gain)}</td></tr>"
    )


def _parts(label: str) -> tuple[str, str, str]:
    found = LABEL.fullmatch(label)
    return UNREADABLE if found is None else (found["set"], found["damage"] or "", found["kind"])


def _damage(text: str) -> tuple[str, str]:
    for pattern, name, about in DAMAGES:
        if found := re.fullmatch(pattern, text):
            return name.format(*found.groups()), about.format(*found.groups())
    return text, text
