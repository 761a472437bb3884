"""What the Detect tab does behind its button: the enhancement, both looks of the detector, and what is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.hall import enhance
from enhancer.lab.detect import CAVEAT, HELPS, Change, Comparison, compared
from enhancer.lab.detectors import SHAPES, detectors_here
from enhancer.lab.framed import framed
from enhancer.lab.judged import Hits, hits
from enhancer.lab.lookout import looking_with
from enhancer.models.catalog import CATALOG, Bundled
from enhancer.models.detector import Found
from enhancer.models.published import PUBLISHED
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.upscale_options import UPSCALE
from enhancer.ui.controls import learned
from enhancer.ui.display import save_display
from enhancer.ui.enhance_work import Pair
from enhancer.ui.examples import shapes_in
from enhancer.ui.picture_input import read

FACTORS, FIRST = (2, 4), "denoise"
GET_MORE = (
    "For everyday objects, whoever runs this server can add torchvision's own detector; nothing is fetched from here:"
)
MISSING = "There is no detector on this machine."
LEARNED = (
    "This one learned on shapes that the program drew, and sees pictures at their own size. It knows circles, squares, "
    "stars and triangles of one colour; for anything else its answer means nothing."
)
HEADS = ("No.", "Object", "Before", "After", "Change")


@dataclass(frozen=True)
class Detected:
    """Both pictures with their boxes, as display files, what was found, and how right it is where that is known."""

    pair: Pair
    found: Comparison
    hits: Hits | None

    @property
    def verdict(self) -> tuple[str, str]:
        """The answer in one sentence, and its kind: good only where it is known what is there."""
        if self.hits is None:
            return self.found.sentences[0], "calm"
        return self.hits.sentence, "good" if self.hits.verdict == HELPS else "calm"


def first_way() -> str | None:
    """The enhancement that is tried first: what takes the noise away does most for a detector."""
    values = [value for _, value in ways()]
    return FIRST if FIRST in values else values[0] if values else None


def ways() -> list[tuple[str, str]]:
    """(title, value) of the enhancements: what bundled networks do, enlargements by their factor."""
    able = {e.purpose for e in CATALOG if isinstance(e.source, Bundled)}
    told = [(title, task_id) for title, task_id in learned() if task_id in able and task_id != UPSCALE.id]
    larger = [(f"{UPSCALE.title} ×{n}", f"{UPSCALE.id} {n}") for n in FACTORS]
    return [*(larger if UPSCALE.id in able else []), *told]


def detected(
    path: Path, way: str, detector_id: str | None, least: float, engine: Engine, place: Path, progress: Progress
) -> Detected:
    """Enhance the picture at `path`, and look at both. Raises BadPicture, BadOptions, and as the task does."""
    if way not in [value for _, value in ways()]:
        raise BadOptions(f"There is no enhancement {way!r} here; choose one of the list.")
    if not detector_id:
        raise BadOptions(MISSING)
    detector = looking_with(detector_id, engine.settings)
    picture = read(path, engine.settings)
    task_id, _, factor = way.partition(" ")
    options: dict[str, Any] = {"scale": float(factor)} if factor else {}
    better = enhance(picture, task_id, engine=engine, progress=progress, **options)
    progress.step(0, 1, "looking for objects")
    found = compared(picture, better, detector, least)
    shown = _shown((framed(picture, found, False), framed(better, found, True)), place)
    truths, times = shapes_in(path), (better.width / picture.width, better.height / picture.height)
    return Detected(shown, found, hits(found, truths, times) if truths and detector_id == SHAPES else None)


def _shown(pictures: tuple[Any, Any], place: Path) -> Pair:
    left, right = (
        str(save_display(one, place / name)[0]) for one, name in zip(pictures, ("before.png", "after.png"), strict=True)
    )
    return left, right


def about(settings: Settings) -> str:
    """What the detectors here know, and how to have more."""
    here = [name for _, name in detectors_here(settings)]
    told = [f"<p>{escape(LEARNED)}</p>"] if SHAPES in here else []
    lacking = [entry for entry in PUBLISHED if entry.id not in here]
    if lacking:
        line = f"python -m enhancer fetch {lacking[0].id}"
        told.append(f"<p>{escape(GET_MORE)}</p><p><code>{escape(line)}</code></p>")
    head = "About the detectors" if here else MISSING
    return f"<div class='card'><h4>{escape(head)}</h4>{''.join(told)}</div>"


def table(found: Comparison) -> str:
    """The objects one by one, numbered as in the pictures, and what to make of it."""
    sentences = "".join(f"<p>{escape(text)}</p>" for text in found.sentences[1:])
    caveat = f"<p class='said'>{escape(CAVEAT)}</p>"
    if not found.changes:
        return f"<div class='objects'>{sentences}{caveat}</div>"
    head = "".join(f"<th scope='col'>{text}</th>" for text in HEADS)
    rows = "".join(_rows(found))
    listed = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<div class='objects'>{sentences}{listed}{caveat}</div>"


def _rows(found: Comparison) -> Iterator[str]:
    for number, row in enumerate(found.changes, 1):
        cells = [_score(row.before, found.least), _score(row.after, found.least), _change(row)]
        yield f"<tr><td>{number}</td><td>{escape(row.name)}</td>{''.join(cells)}</tr>"


def _score(found: Found | None, least: float) -> str:
    if found is None:
        return "<td>–</td>"
    return f"<td{' class=faint' * (found.score < least)}>{found.score:.2f}</td>"


def _change(row: Change) -> str:
    if row.change is None:
        told, kind = ("only after", "up") if row.before is None else ("only before", "down")
        return f"<td class='{kind}'>{told}</td>"
    kind = "up" if row.change > 0 else "down"
    return f"<td class='{kind}'>{round(row.change, 2) + 0.0:+.2f}</td>".replace("-0", "−0")
