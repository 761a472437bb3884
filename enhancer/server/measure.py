"""POST /v1/metrics: candidates and a reference in, figures out."""

from dataclasses import asdict
from functools import partial
from typing import Any

from fastapi import APIRouter, Request

from enhancer.errors import BadOptions
from enhancer.metrics import METRICS
from enhancer.server.answers import FORM
from enhancer.server.body import Body, body_of
from enhancer.server.describe import BINARY, REFUSALS, refusals
from enhancer.server.service import Service
from enhancer.server.work import measured

REFERENCE, CANDIDATES, WHICH = "reference", "candidates", "metrics"
TOLD = (
    "One row a candidate, in their order: its `name`; its `figures` by id, null where it is too small for one and "
    "`inf` where there is no difference; `problem`, where there are none, says why; `note` says where the candidate or "
    "the reference is transparent, and both were laid on white before measuring."
)
ASKED = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": [CANDIDATES],
                    "properties": {
                        REFERENCE: {**BINARY, "description": "the truth, of the size of the candidates"},
                        CANDIDATES: {"type": "array", "items": BINARY, "description": "the pictures to measure"},
                        WHICH: {
                            "type": "string",
                            "description": "ids with commas between them; all that can be measured where left out",
                            "example": "psnr,ssim",
                        },
                    },
                }
            }
        },
    }
}


def measure_routes(service: Service) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["Measure"])

    @router.post(
        "/metrics",
        summary="Measure candidates against a reference, or alone",
        operation_id="measure",
        description=TOLD,
        openapi_extra=ASKED,
        responses=refusals(REFUSALS),
    )
    async def measure(request: Request) -> list[dict[str, Any]]:
        most = service.settings.max_candidates
        with service.enter(request):
            async with body_of(
                request, service.settings.max_body, "max_body", service.settings.upload_seconds, most + 1
            ) as body:
                reference, candidates, ids = await _asked(body, most)
            work = partial(measured, reference, candidates, ids, service.settings)
            rows = await service.done(work, request)
        return [asdict(row) for row in rows]

    return router


async def _asked(body: Body, most: int) -> tuple[bytes | None, list[tuple[str, bytes]], list[str]]:
    """(reference, named candidates, ids of metrics). Raises BadOptions."""
    given = [(field, file.filename or field, await file.read()) for field, file in body.files]
    references = [data for field, _, data in given if field == REFERENCE]
    candidates = [(name, data) for field, name, data in given if field == CANDIDATES]
    if len(references) > 1 or not candidates or len(references) + len(candidates) < len(given):
        raise BadOptions(f"Give at most one file as `{REFERENCE}` and the pictures to measure as `{CANDIDATES}`.")
    if len(candidates) > most:
        raise BadOptions(f"At most {most} pictures are measured at once.", "max_candidates")
    others = sorted({name for name, _ in body.fields} - {WHICH})
    if others:
        raise BadOptions(f"Unknown field {others[0]!r}; known: {REFERENCE}, {CANDIDATES}, {WHICH}.")
    asked = [i.strip() for _, text in body.fields for i in text.split(",")]
    return next(iter(references), None), candidates, known_ids(asked, bool(references))


def known_ids(ids: list[str], reference: bool) -> list[str]:
    """The ids of metrics, where none is given all that can be measured. Raises BadOptions."""
    possible = [m.id for m in METRICS.values() if reference or not m.needs_reference]
    for i in ids:
        if i not in METRICS:
            raise BadOptions(f"There is no metric {i!r}; known: {', '.join(METRICS)}.")
        if i not in possible:
            raise BadOptions(
                f"{METRICS[i].title} compares with a reference; send one, or choose {', '.join(possible)}."
            )
    return ids or possible
