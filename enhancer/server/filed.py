"""Jobs over one file that is no picture: received into a folder of its own, which is gone when the job ends."""

import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from enhancer import workplace
from enhancer.engine import Engine
from enhancer.errors import BadOptions, BadPicture
from enhancer.options import parse_text
from enhancer.progress import Progress
from enhancer.server.answers import PRIVATE
from enhancer.server.body import body_of, is_form
from enhancer.server.describe import HOST, REFUSALS, carrying, refusals
from enhancer.server.enhance import AROUND
from enhancer.server.jobs import ACCEPTED, JOBS
from enhancer.server.lists import option_schemas
from enhancer.server.service import Service, asker_of
from enhancer.server.work import FileAnswer
from enhancer.settings import Settings


@dataclass(frozen=True)
class FileJob:
    """One kind of job. `limit` is the setting of the most bytes, `options` the type whose fields a request may carry.

    `check` refuses options at once, and `look`, if any, files before anybody waits; `make` writes into the folder of
    the source.
    """

    id: str
    title: str
    about: str
    example: str
    media_type: str
    limit: str
    options: type
    check: Callable[[Any], object]
    make: Callable[[Path, Any, Engine, Progress], FileAnswer]
    look: Callable[[Path, Settings, Progress], None] | None = None


def file_routes(service: Service, jobs: Sequence[FileJob]) -> APIRouter:
    """One route for each, which begins it; status, result and stop are those of any job."""
    router = APIRouter(prefix="/jobs", tags=["Jobs for long work"])
    for job in jobs:
        router.add_api_route(
            f"/{job.id}",
            _beginning(service, job),
            methods=["POST"],
            status_code=HTTPStatus.ACCEPTED,
            summary=f"{job.title}, as a job",
            operation_id=f"{job.id}-job",
            description=f"{job.about}\n\n`curl -F file=@{job.example.format(f'{HOST}{JOBS}/{job.id}')}`",
            response_class=Response,
            responses={**ACCEPTED, **refusals(REFUSALS)},
            openapi_extra=carrying(option_schemas(job.options), job.media_type, f"the {job.id} file"),
        )
    return router


def _beginning(service: Service, job: FileJob) -> Callable[[Request], Awaitable[Response]]:
    async def begin(request: Request) -> Response:
        with ExitStack() as undone:
            place = service.enter(request)
            undone.callback(place.leave)
            folder = Path(tempfile.mkdtemp(prefix=f"{job.id}-"))
            undone.callback(shutil.rmtree, folder, ignore_errors=True)
            undone.enter_context(workplace.held(folder))
            source = folder / "source"
            options = await _received(request, source, job, service.settings)
            if job.look is not None:
                await service.done(partial(job.look, source, service.settings), request)
            work = partial(job.make, source, options, service.engine)
            kept = await run_in_threadpool(service.keeper.start, job.id, work, asker_of(request), place)
            kept.job.future.add_done_callback(partial(_over, undone.pop_all()))
        return JSONResponse(kept.status(JOBS), HTTPStatus.ACCEPTED, {"Location": f"{JOBS}/{kept.id}", **PRIVATE})

    return begin


def _over(undone: ExitStack, _: object) -> None:
    undone.close()


async def _received(request: Request, file: Path, job: FileJob, settings: Settings) -> Any:
    """Write the file of a request → what is to be done. Raises Refused, BadOptions, and BadPicture for an empty one."""
    most: int = getattr(settings, job.limit) + (AROUND if is_form(request) else 0)
    async with body_of(request, most, job.limit, settings.upload_seconds) as body:
        names = [name for name, _ in body.fields]
        if len(set(names)) < len(names):
            raise BadOptions("An option is given twice; please give it once.")
        options: Any = parse_text(job.options, dict(body.fields))
        job.check(options)
        if [name for name, _ in body.files] != ["file"]:
            raise BadOptions(f"Give one {job.id} file, as the field `file` of a form or as the whole body.")
        with file.open("wb") as target:
            await run_in_threadpool(shutil.copyfileobj, body.files[0][1].file, target)
    if not file.stat().st_size:
        raise BadPicture("This file is empty; please send another.")
    return options
