"""The cards of the Models tab as HTML: what a model is for, how good, how fast here, whose, and where it lies."""

import base64
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from enhancer.evidence.cards import BUNDLED, FETCHED, ON_THE_HUB, CardRow
from enhancer.media import open_picture
from enhancer.media.formats import FORMATS
from enhancer.tasks import TASKS
from enhancer.tasks.repair_options import REPAIR
from enhancer.ui.display import data_uri, reduced
from enhancer.ui.models_figures import DB, SETS, figure_row
from enhancer.ui.trust_words import more
from enhancer.ui.words import chips, duration, empty, file_size

PLACE_WORDS = {
    BUNDLED: ("Bundled", "It came with this program."),
    FETCHED: ("Fetched", "It was fetched from the Hub before, and lies on this disk."),
    ON_THE_HUB: ("On the Hub", "It is fetched from the Hugging Face Hub when you use it, and not before."),
}
UNMEASURED = "not measured here yet"
UNKNOWN = "not known"
NO_FIGURES = "No figures: it was not measured on test pictures here."
TIME_HELP = "For each million pixels of the picture that you put in. A photograph of a phone has about twelve million."
MEMORY_HELP = "Working memory of one piece of the picture, with the model itself; the picture comes on top."
DOUBTS_HELP = (
    "How well the map of expected errors follows the true ones, place by place, on photographs that it was not made "
    "with: 1 is perfect, 0 is chance."
)
HASH_HELP = "The fingerprint of the weight file (sha256). It is checked each time the file is opened."
PARTS = "Each picture: what the model was given, what it made of it, and the truth."
SHOWN_BYTES, SHOWN_PIXELS = 60_000, 100_000  # of a picture of what goes well or badly
NOTHING = ("No model is like this", "Take one of the filters back.")
MEANINGS = (
    "Each figure is measured on test pictures whose truth is known: they are shrunk or damaged, given to the model, "
    "and what it makes of them is compared with the truth. Beside it stands what a plain resize, or nothing, gives.",
    DB,
    *(f"{name}: {about}." for name, about in SETS.items()),
    *(f"{name}: {about}" for name, about in PLACE_WORDS.values()),
    f"Time: {TIME_HELP[0].lower()}{TIME_HELP[1:]} It is measured on noise, and counts in what else this machine does.",
    f"Memory: {MEMORY_HELP[0].lower()}{MEMORY_HELP[1:]}",
)
ABOUT = more("What the words and figures mean", *MEANINGS)


def cards_words(rows: Sequence[CardRow]) -> str:
    """A card for each model, in this order."""
    return f"<div class='models'>{''.join(map(card, rows))}</div>" if rows else empty(*NOTHING)


def card(row: CardRow) -> str:
    """All that is shown of one model, with its buttons."""
    return (
        f"<article class='card model' data-id='{row.id}' aria-label='{escape(row.title)}'><header><div>"
        f"<h4>{escape(row.title)}</h4><span class='for'>{does(row)}</span></div>{_buttons(row)}</header>"
        f"<p>{escape(row.description)}</p><div class='chips'>{_traits(row)}</div>{_figures(row)}{_facts(row)}"
        f"<div class='folded'>{_successes(row)}{_failures(row)}{_hash(row)}</div></article>"
    )


def does(row: CardRow) -> str:
    """What it is for, e.g. "Upscale ×2"."""
    return f"{TASKS[row.purpose].title}{f' ×{row.scale}' if row.scale > 1 else ''}"


def count_words(shown: Sequence[CardRow], total: int) -> str:
    """How many models are shown, and how many of them can be measured without fetching anything."""
    here = len(on_this_disk(shown))
    return f"{len(shown)} of {total} models shown, {here} of them on this disk."


def on_this_disk(rows: Sequence[CardRow]) -> list[CardRow]:
    """Those that can be run without fetching anything."""
    return [row for row in rows if row.place != ON_THE_HUB]


def _buttons(row: CardRow) -> str:
    use = "" if row.purpose == REPAIR.id else _button("use", "Use this model", row, "first")  # the form takes no mask
    again = "Measure again" if row.speed else "Measure"
    return f"<div class='acts'>{_button('measure', again, row) if row.place != ON_THE_HUB else ''}{use}</div>"


def _button(event: str, text: str, row: CardRow, kind: str = "") -> str:
    name = escape(f"{text}: {row.title}")
    return (
        f"<button type='button' class='act {kind}' data-event='{event}' data-model='{row.id}' aria-label='{name}'>"
        f"{text}</button>"
    )


def _traits(row: CardRow) -> str:
    place, about = PLACE_WORDS[row.place]
    use = ("Commercial use: yes", "yes") if row.commercial else ("Commercial use: no", "no")
    return f"{chips([use])}<span title='{escape(about)}'>{chips([(place, '')])}</span>"


def _figures(row: CardRow) -> str:
    if not row.figures:
        return f"<p class='none'>{NO_FIGURES}</p>"
    rows = "".join(map(figure_row, row.scores))
    known = {score.label for score in row.scores}
    others = "".join(
        f"<tr><th scope='row'>{escape(label)}</th><td colspan='3'>{escape(text)}</td></tr>"
        for label, text in row.figures
        if label not in known
    )
    return f"<div class='scroll'><table class='scores'><tbody>{rows}{others}</tbody></table></div>"


def _facts(row: CardRow) -> str:
    seconds, memory = row.seconds_per_megapixel, row.peak_megabytes
    took = UNMEASURED if seconds is None else f"{duration(seconds)} a megapixel"
    needs = (UNKNOWN if row.speed else UNMEASURED) if memory is None else f"{memory:.0f} MB"
    items = (
        ("Time here", took, TIME_HELP),
        ("Memory", needs, MEMORY_HELP),
        ("File", UNKNOWN if row.bytes is None else file_size(row.bytes), "The size of the weight file."),
        ("Licence", row.licence, "Under what terms its authors let others use it."),
        ("Own doubts", _doubts(row), DOUBTS_HELP),
    )
    return "<dl class='facts'>" + "".join(_fact(*item) for item in items) + "</dl>"


def _doubts(row: CardRow) -> str:
    return UNKNOWN if row.spread is None else f"follow the truth to {row.spread.rank:.2f} of 1"


def _fact(name: str, value: str, about: str) -> str:
    absent = " class='absent'" if value in (UNMEASURED, UNKNOWN) else ""
    return (
        f"<div><dt><span class='term' title='{escape(about)}'>{name}</span></dt><dd{absent}>{escape(value)}</dd></div>"
    )


def _successes(row: CardRow) -> str:
    if not row.successes:
        return ""
    pictures = _crops(row, row.successes)
    return f"<details class='more'><summary>What it does well</summary><p>{PARTS}</p>{pictures}</details>"


def _failures(row: CardRow) -> str:
    if not row.failures and not row.pictures:
        return ""
    told = "".join(f"<li>{escape(text)}</li>" for text in row.failures)
    pictures = _crops(row, row.pictures) if row.pictures else ""
    return f"<details class='more'><summary>What it does badly</summary><ul>{told}</ul>{pictures}</details>"


def _crops(row: CardRow, files: Sequence[Path]) -> str:
    return f"<div class='crops'>{''.join(_picture(row, file) for file in files)}</div>"


def _picture(row: CardRow, file: Path) -> str:
    caption = file.stem.removeprefix(f"{row.id}.").partition(".")[0].replace("-", " ")
    caption = caption[:1].upper() + caption[1:]
    image = f"<img src='{_embedded(file, file.stat().st_mtime_ns)}' alt='{escape(caption)}' loading='lazy'>"
    return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>"


@cache
def _embedded(file: Path, changed: int) -> str:
    """A picture inside a link, a small copy of a large one; anew when the file has `changed`. Raises BadPicture."""
    data, kind = file.read_bytes(), next(f.media_type for f in FORMATS if file.suffix.lower() in f.suffixes)
    if len(data) > SHOWN_BYTES:
        return data_uri(reduced(open_picture(file), SHOWN_PIXELS))
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _hash(row: CardRow) -> str:
    return (
        f"<details class='more'><summary>Fingerprint of the file</summary><p><code>{row.sha256}</code></p>"
        f"<p>{HASH_HELP}</p></details>"
    )
