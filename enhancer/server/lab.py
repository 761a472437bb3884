"""/v1/lab: a picture in and what it shows out, and drawings from a seed or of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from enhancer.errors import BadOptions
from enhancer.lab.bundled import artist
from enhancer.lab.drawing import CODERS, DrawOptions, drawn, redrawn, sheet
from enhancer.lab.naming import named
from enhancer.lab.wish import NamingOptions
from enhancer.media import decode, encode
from enhancer.options import option, parse_text
from enhancer.progress import Progress
from enhancer.server.answers import PRIVATE
from enhancer.server.body import body_of, is_form
from enhancer.server.describe import BINARY, HOST, REFUSALS, ROOT, carrying, parameters, refusals
from enhancer.server.enhance import AROUND, picture_in
from enhancer.server.lists import option_schemas
from enhancer.server.service import Service
from enhancer.settings import Settings

T = TypeVar("T")
PNG: dict[int | str, dict[str, Any]] = {200: {"description": "A PNG.", "content": {"image/png": {"schema": BINARY}}}}
GUESSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The likeliest first, calibrated. Digits sum to 1; each fault is a question of its own.",
        "content": {
            "application/json": {
                "example": [{"name": "7", "probability": 0.97}, {"name": "9", "probability": 0.02}],
            }
        },
    }
}


@dataclass(frozen=True)
class RedrawOptions:
    """What is told to the network."""

    name: str = option("", "which digit or texture it is; a digit as it is recognised where left out")
    model: str = option(CODERS[0], "which network codes it", choices=CODERS)


def lab_routes(service: Service) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/lab", tags=["Lab"])

    @router.post(
        "/recognise",
        summary="Name the digit on a picture, or what is wrong with it, with probabilities",
        operation_id="recognise",
        description=f"`curl -F file=@digit.png '{HOST}{ROOT}/lab/recognise?count=3'`",
        responses={**GUESSES, **refusals(REFUSALS)},
        openapi_extra=carrying(option_schemas(NamingOptions)),
    )
    async def recognise(request: Request) -> list[dict[str, Any]]:
        with service.enter(request):
            data, options = await _asked(request, NamingOptions, service.settings)
            return await service.done(partial(_named, data, options, service.settings), request)

    @router.get(
        "/draw",
        summary="Draw digits or textures from a seed, or the way from one seed to another",
        operation_id="draw",
        description=f"`curl '{HOST}{ROOT}/lab/draw?seed=3&count=30&truncation=0.8' -o digits.png`",
        response_class=Response,
        responses={**PNG, **refusals(REFUSALS)},
        openapi_extra=parameters(option_schemas(DrawOptions)),
    )
    async def draw(request: Request) -> Response:
        options = _options(DrawOptions, list(request.query_params.multi_items()))
        with service.enter(request):
            return _png(await service.done(partial(_drawn, options, service.settings), request))

    @router.post(
        "/redraw",
        summary="Code the digit on a picture, or its texture, in few numbers, and draw it again from these",
        operation_id="redraw",
        description=f"`curl -F file=@digit.png '{HOST}{ROOT}/lab/redraw?name=7' -o again.png`",
        response_class=Response,
        responses={**PNG, **refusals(REFUSALS)},
        openapi_extra=carrying(option_schemas(RedrawOptions)),
    )
    async def redraw(request: Request) -> Response:
        with service.enter(request):
            data, options = await _asked(request, RedrawOptions, service.settings)
            return _png(await service.done(partial(_redrawn, data, options, service.settings), request))

    return router


async def _asked(request: Request, options: type[T], settings: Settings) -> tuple[bytes, T]:
    """The picture of a request with its options. Raises Refused and BadOptions."""
    most = settings.max_bytes + (AROUND if is_form(request) else 0)
    async with body_of(request, most, "max_bytes", settings.upload_seconds) as body:
        return await picture_in(body), _options(options, body.fields)


def _options(options: type[T], given: Sequence[tuple[str, str]]) -> T:
    twice = [name for n, (name, _) in enumerate(given) if name in [before for before, _ in given[:n]]]
    if twice:
        raise BadOptions(f"{twice[0]} is given twice; please give it once.")
    return parse_text(options, dict(given))


def _named(data: bytes, options: NamingOptions, settings: Settings, progress: Progress) -> list[dict[str, Any]]:
    progress.step(0, 1, "recognising")
    guesses = named(decode(data, settings), options, settings)
    return [{"name": guess.name, "probability": round(guess.probability, 4)} for guess in guesses]


def _drawn(options: DrawOptions, settings: Settings, progress: Progress) -> bytes:
    progress.step(0, 1, "drawing")
    return encode(sheet(drawn(artist(settings, options.model), options)), "png")


def _redrawn(data: bytes, options: RedrawOptions, settings: Settings, progress: Progress) -> bytes:
    progress.step(0, 1, "drawing")
    _, again = redrawn(decode(data, settings), options.name, settings, options.model)
    return encode(sheet(again[None]), "png")


def _png(file: bytes) -> Response:
    return Response(file, headers=PRIVATE, media_type="image/png")
