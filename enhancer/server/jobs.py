"""/v1/jobs: long work that outlives its request, asked about, fetched and stopped by its id."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from enhancer.server.answers import PRIVATE, respond
from enhancer.server.describe import READING, REFUSALS, ROOT, asking, refusals, result
from enhancer.server.enhance import asked
from enhancer.server.problems import Problem
from enhancer.server.service import Service, asker_of
from enhancer.server.work import enhanced
from enhancer.tasks import TASKS
from enhancer.tasks.task import Task

JOBS = f"{ROOT}/jobs"
Known = Annotated[str, Path(description="as it stands in Location")]
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"description": "The job waits or runs; Location is its address.", "content": {"application/json": {}}}
}


def job_routes(service: Service) -> APIRouter:
    """One route for each task to begin a job, and three for any job."""
    router = APIRouter(prefix="/jobs", tags=["Jobs for long work"])
    for task in TASKS.values():
        router.add_api_route(
            f"/{task.id}",
            _beginning(service, task),
            methods=["POST"],
            status_code=HTTPStatus.ACCEPTED,
            operation_id=f"{task.id}-job",
            summary=f"{task.title}, as a job",
            responses={**ACCEPTED, **refusals(REFUSALS)},
            **asking(task, JOBS),
        )

    @router.get("/{job_id}", summary="How far a job is", responses=refusals((404, 500)))
    def status(job_id: Known) -> dict[str, Any]:
        return service.keeper.find(job_id).status(JOBS)

    @router.get(
        "/{job_id}/result",
        summary="What a finished job made",
        response_class=Response,
        responses={**result(), **refusals(READING)},
    )
    def fetch(job_id: Known, request: Request) -> Response:
        answer = service.keeper.find(job_id).answer()
        if isinstance(answer, Problem):
            return answer.response()
        return respond(answer, request.headers.get("accept", ""))

    @router.delete(
        "/{job_id}",
        summary="Stop a job, and forget it with its result",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals((404, 500)),
    )
    def drop(job_id: Known) -> Response:
        service.keeper.drop(job_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def _beginning(service: Service, task: Task) -> Callable[[Request], Awaitable[Response]]:
    async def begin(request: Request) -> Response:
        place = service.enter(request)
        try:
            data, wish = await asked(request, task, service.settings)
            work = partial(enhanced, data, wish, service.engine)
            kept = await run_in_threadpool(service.keeper.start, task.id, work, asker_of(request), place)
        except BaseException:
            place.leave()
            raise
        status = kept.status(JOBS)
        return JSONResponse(status, HTTPStatus.ACCEPTED, {"Location": f"{JOBS}/{kept.id}", **PRIVATE})

    return begin
