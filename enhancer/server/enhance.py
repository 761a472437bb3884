"""POST /v1/{task}: a picture in, the better picture out, with its recipe and receipt."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from enhancer.errors import BadOptions
from enhancer.server.answers import respond
from enhancer.server.body import Body, body_of, is_form
from enhancer.server.describe import REFUSALS, asking, refusals, result
from enhancer.server.problems import Refused
from enhancer.server.service import Service
from enhancer.server.wish import Wish, wish_of
from enhancer.server.work import enhanced
from enhancer.settings import MIB, Settings
from enhancer.tasks import TASKS
from enhancer.tasks.check import check_steps
from enhancer.tasks.task import Task

AROUND = MIB  # bytes that a form may have besides its picture
ONE = "Give one picture, as the field `file` of a form or as the whole body."


def enhance_routes(service: Service) -> APIRouter:
    """One route for each task, so that the description names its own options."""
    router = APIRouter(tags=["Enhance"])
    for task in TASKS.values():
        router.add_api_route(
            f"/{task.id}",
            _answering(service, task),
            methods=["POST"],
            operation_id=task.id,
            summary=task.title,
            responses={**result(), **refusals(REFUSALS)},
            **asking(task),
        )
    return router


def _answering(service: Service, task: Task) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        with service.enter(request):
            data, wish = await asked(request, task, service.settings)
            done = await service.done(partial(enhanced, data, wish, service.engine), request)
        return await run_in_threadpool(respond, done, request.headers.get("accept", ""))

    return answer


async def asked(request: Request, task: Task, settings: Settings) -> tuple[bytes, Wish]:
    """The picture of a request, and what is to be done to it. Raises Refused, BadOptions and UnknownModel."""
    most = settings.max_bytes + (AROUND if is_form(request) else 0)
    async with body_of(request, most, "max_bytes", settings.upload_seconds) as body:
        wish = wish_of(task, body.fields)
        check_steps([wish.step], catalog_only=True)
        return await picture_in(body), wish


async def picture_in(body: Body) -> bytes:
    """The one picture of a request. Raises BadOptions."""
    if [name for name, _ in body.files] != ["file"]:
        raise BadOptions(ONE)
    data: bytes = await body.files[0][1].read()
    return data


async def unknown_task(task_id: str) -> None:
    """Raises Refused, 404, naming the known ones."""
    raise Refused(HTTPStatus.NOT_FOUND, f"There is no task {task_id!r}; known: {', '.join(TASKS)}.")
