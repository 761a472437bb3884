"""/v1/lab/detect: what a detector finds in a picture before and after a task, and whether that helps it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from fastapi import APIRouter, Request

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.hall import enhance
from enhancer.lab.detect import CAVEAT, LEAST, Comparison, compared
from enhancer.lab.detectors import FETCHED, SHAPES
from enhancer.lab.lookout import looking_with
from enhancer.media import decode
from enhancer.media.picture import Picture
from enhancer.models.detector import Found
from enhancer.options import option, parse_text
from enhancer.progress import Progress
from enhancer.server.body import body_of, is_form
from enhancer.server.describe import HOST, REFUSALS, ROOT, carrying, refusals
from enhancer.server.enhance import AROUND, picture_in
from enhancer.server.lists import option_schemas
from enhancer.server.service import Service
from enhancer.tasks import TASKS
from enhancer.tasks.upscale_options import UPSCALE

FOUND: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "What is found before and after, object by object, boxes in pixels of each picture.",
        "content": {
            "application/json": {
                "example": {
                    "detector": SHAPES,
                    "verdict": "helps",
                    "sentence": "Enhancement seems to help here: this detector finds more, or is surer. "
                    "Whether it is right, only a look can tell.",
                    "before": {"width": 96, "height": 72, "found": 0},
                    "after": {"width": 192, "height": 144, "found": 1},
                    "objects": [
                        {"name": "star", "before": None, "after": {"score": 0.9, "box": [8, 8, 40, 42]}, "change": None}
                    ],
                }
            }
        },
    }
}
HELP = f"`curl -F file=@photo.jpg '{HOST}{ROOT}/lab/detect?task=denoise&strength=0.8'`, with any option of the task"


@dataclass(frozen=True)
class DetectOptions:
    """Whatever else is given belongs to the task."""

    task: str = option(UPSCALE.id, "the enhancement", choices=tuple(TASKS))
    detector: str = option(
        SHAPES, "who looks at the pictures; others than shapes may be missing", choices=(SHAPES, *FETCHED)
    )
    least: float = option(LEAST, "from which score an object counts as found", minimum=0.05, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class _Wish:
    """What is asked, and the options of the task as texts that were looked over."""

    options: DetectOptions
    of_the_task: dict[str, Any]


def detect_route(service: Service) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/lab", tags=["Lab"])

    @router.post(
        "/detect",
        summary="Does enhancement help recognition? Objects found before and after",
        operation_id="detect",
        description=HELP,
        responses={**FOUND, **refusals(REFUSALS)},
        openapi_extra=carrying(option_schemas(DetectOptions)),
    )
    async def detect(request: Request) -> dict[str, Any]:
        with service.enter(request):
            settings = service.settings
            most = settings.max_bytes + (AROUND if is_form(request) else 0)
            async with body_of(request, most, "max_bytes", settings.upload_seconds) as body:
                data, wish = await picture_in(body), _wish(body.fields)
            return await service.done(partial(_detected, data, wish, service.engine), request)

    return router


def _wish(given: Sequence[tuple[str, str]]) -> _Wish:
    """Raises BadOptions for a field that is unknown, out of range, or given twice."""
    values = dict(given)
    if len(values) < len(given):
        raise BadOptions("An option is given twice; please give it once.")
    ours = {f.name for f in fields(DetectOptions)}
    options = parse_text(DetectOptions, {name: text for name, text in values.items() if name in ours})
    rest = {name: text for name, text in values.items() if name not in ours}
    parsed: Any = parse_text(TASKS[options.task].options, rest)
    return _Wish(options, {name: getattr(parsed, name) for name in rest})


def _detected(data: bytes, wish: _Wish, engine: Engine, progress: Progress) -> dict[str, Any]:
    asked = wish.options
    detector = looking_with(asked.detector, engine.settings)
    before = decode(data, engine.settings)
    after = enhance(before, asked.task, engine=engine, progress=progress, **wish.of_the_task)
    progress.step(0, 1, "looking for objects")
    found = compared(before, after, detector, asked.least)
    return {"detector": asked.detector, "task": asked.task, "least": asked.least, **_told(found, (before, after))}


def _told(found: Comparison, pictures: tuple[Picture, Picture]) -> dict[str, Any]:
    mean = found.mean_change
    sides = [
        {"width": one.width, "height": one.height, "found": count}
        for one, count in zip(pictures, found.counts, strict=True)
    ]
    return {
        "verdict": found.verdict,
        "sentence": found.sentences[0],
        "caveat": CAVEAT,
        "before": sides[0],
        "after": sides[1],
        "mean_change": None if mean is None else round(mean, 4),
        "objects": [
            {
                "name": row.name,
                "before": _side(row.before),
                "after": _side(row.after),
                "change": None if row.change is None else round(row.change, 4),
            }
            for row in found.changes
        ],
    }


def _side(found: Found | None) -> dict[str, Any] | None:
    return None if found is None else {"score": round(found.score, 4), "box": [round(at, 1) for at in found.box]}
