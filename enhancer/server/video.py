"""POST /v1/jobs/video: a video in; looked through at once, enhanced as a job, and fetched like the others."""

import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.options import option, parse_text
from enhancer.progress import Progress
from enhancer.server.answers import PRIVATE
from enhancer.server.body import body_of, is_form
from enhancer.server.describe import HOST, REFUSALS, carrying, refusals
from enhancer.server.enhance import AROUND
from enhancer.server.lists import option_schemas
from enhancer.server.service import Service, asker_of
from enhancer.server.work import VideoAnswer
from enhancer.settings import Settings
from enhancer.tasks import TASKS
from enhancer.tasks.chain import Step
from enhancer.video.facts import Facts, Part
from enhancer.video.run import enhance_video
from enhancer.video.studio import studio
from enhancer.video.told import noticed
from enhancer.video.wish import Wish, usual_wish

JOB = "video"
ONE = "Give one video, as the field `file` of a form or as the whole body."
LONGEST = 36_000.0  # seconds


@dataclass(frozen=True)
class VideoOptions:
    """What is done to a video: by a network that remembers, or to each frame alone."""

    model: str = option("", "a network that remembers from frame to frame; the bundled one where nothing is asked for")
    task: str = option(
        "", "instead, do this to each frame alone, with its usual options", choices=("", *(t for t in TASKS))
    )
    begin: float = option(0.0, "leave out so many seconds", minimum=0.0, maximum=LONGEST)
    seconds: float = option(0.0, "only so many seconds from there; 0 for all", minimum=0.0, maximum=LONGEST)

    @property
    def wish(self) -> Wish:
        """As the engine takes it. Raises BadOptions for a model and a task."""
        part = Part(self.begin, self.seconds)
        if self.model and self.task:
            raise BadOptions("Give either model or task: a task is done to each frame alone.")
        if self.task:
            return Wish("", (Step(self.task),), part)
        return Wish(self.model, (), part) if self.model else usual_wish(part)


def video_routes(service: Service) -> APIRouter:
    """The one route; status, result and stop are those of any job."""
    router = APIRouter(prefix="/jobs", tags=["Jobs for long work"])

    @router.post(
        f"/{JOB}",
        status_code=HTTPStatus.ACCEPTED,
        summary="Enhance a video, as a job",
        operation_id="video-job",
        description=f"Sound, times and colours are kept.\n\n`curl -F file=@clip.mp4 '{HOST}/v1/jobs/video?seconds=1'`",
        response_class=Response,
        responses={
            202: {
                "description": "The job waits or runs; Location is its address.",
                "content": {"application/json": {}},
            },
            **refusals(REFUSALS),
        },
        openapi_extra=carrying(option_schemas(VideoOptions)),
    )
    async def begin(request: Request) -> Response:
        place, folder = service.enter(request), Path(tempfile.mkdtemp(prefix="video-"))
        try:
            wish = await _received(request, folder / "source", service.settings)
            await service.done(partial(_looked, folder / "source", service.settings), request)
            work = partial(_made, folder, wish, service.engine)
            kept = await run_in_threadpool(service.keeper.start, JOB, work, asker_of(request), place)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            place.leave()
            raise
        return JSONResponse(
            kept.status("/v1/jobs"), HTTPStatus.ACCEPTED, {"Location": f"/v1/jobs/{kept.id}", **PRIVATE}
        )

    return router


async def _received(request: Request, file: Path, settings: Settings) -> Wish:
    """Write the video of a request into `file` → what is to be done. Raises Refused and BadOptions."""
    most = settings.max_video_bytes + (AROUND if is_form(request) else 0)
    async with body_of(request, most, "max_video_bytes", settings.upload_seconds) as body:
        names = [name for name, _ in body.fields]
        if len(set(names)) < len(names):
            raise BadOptions("An option is given twice; please give it once.")
        wish = parse_text(VideoOptions, dict(body.fields)).wish
        if [name for name, _ in body.files] != ["file"]:
            raise BadOptions(ONE)
        data: bytes = await body.files[0][1].read()
        await run_in_threadpool(file.write_bytes, data)
    return wish


def _looked(source: Path, settings: Settings, progress: Progress) -> Facts:
    """So that what cannot be done is refused before anybody waits for it."""
    progress.step(0, 1, "looking through the video")
    with studio(settings) as desk:
        return desk.look(source)


def _made(folder: Path, wish: Wish, engine: Engine, progress: Progress) -> VideoAnswer:
    try:
        made = enhance_video(folder / "source", folder / "result", wish, engine, progress)
        return VideoAnswer(made.file.read_bytes(), made.file.suffix, made.size, made.seconds, tuple(noticed(made)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
