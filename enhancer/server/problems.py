"""What goes wrong, as one JSON shape (RFC 9457): a title, a plain sentence, and the limit that was exceeded."""

import errno
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from enhancer import watch
from enhancer.errors import (
    BadOptions,
    BadPicture,
    BadRecipe,
    EnhancerError,
    NotAPicture,
    TooSlow,
    UnknownModel,
    WeightsRefused,
)
from enhancer.logs import REQUEST_ID

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
LATER = 10  # seconds; when to ask again where nothing better is known
STATUS: dict[type[EnhancerError], HTTPStatus] = {
    NotAPicture: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    TooSlow: HTTPStatus.GATEWAY_TIMEOUT,
    BadPicture: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadOptions: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadRecipe: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownModel: HTTPStatus.NOT_FOUND,
    WeightsRefused: HTTPStatus.BAD_GATEWAY,
}
OURS = HTTPStatus.SERVICE_UNAVAILABLE  # not the fault of the request: no memory, no room, no Hub, a process that died
# Limits of bytes, which have a code of their own.
TOO_LARGE = {"max_bytes", "max_body", "max_video_bytes", "max_scene_bytes"}
WORDS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; GET /v1 lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address takes no requests of this kind; GET /v1 lists what there is.",
    HTTPStatus.BAD_REQUEST: "This form cannot be read; send multipart/form-data, or the picture alone.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something unexpected went wrong here; it was written to the log of the server.",
}


class Refused(EnhancerError):
    """A request that is not served: the HTTP status, the limit, and the seconds after which to try again."""

    def __init__(
        self, status: HTTPStatus, message: str, limit: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message, limit)
        self.status, self.retry_after = status, retry_after


@dataclass(frozen=True)
class Problem:
    """What a client is told of an error."""

    status: HTTPStatus
    detail: str
    limit: str | None = None
    retry_after: int | None = None

    @property
    def content(self) -> dict[str, Any]:
        """As JSON; `request_id` finds the request in the log of the server."""
        told = {"type": "about:blank", "title": self.status.phrase, "status": int(self.status), "detail": self.detail}
        told |= {} if self.limit is None else {"limit": self.limit}
        return {**told, "request_id": REQUEST_ID.get()}

    @property
    def headers(self) -> dict[str, str]:
        """`Retry-After` where it makes sense to try again."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    def response(self) -> Response:
        """For programs."""
        return JSONResponse(self.content, self.status, self.headers, MEDIA_TYPE)

    def sentence(self) -> Response:
        """For people, where the page shows them whatever it receives."""
        return PlainTextResponse(self.detail, self.status, self.headers)


def problem_of(error: BaseException) -> Problem:
    """What is told of an error; it is counted, and an unexpected one goes into the log."""
    watch.failed(error)
    if isinstance(error, Refused):
        return Problem(error.status, str(error), error.limit, error.retry_after)
    if isinstance(error, EnhancerError):
        status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), OURS)
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if error.limit in TOO_LARGE else status
        return Problem(status, str(error), error.limit, LATER if status == OURS else None)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Problem(OURS, "The disk of the server has no room now; please try again later.", retry_after=LATER)
    log.error("unexpected error behind the API", exc_info=error)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, WORDS[HTTPStatus.INTERNAL_SERVER_ERROR])


def handle_problems(app: FastAPI) -> None:
    """Answer every error of this application in the one shape, at once and not when a thread is free."""
    for kind in (EnhancerError, OSError):
        app.add_exception_handler(kind, _told)
    app.add_exception_handler(HTTPException, _said)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _told)


async def _told(request: Request, error: Exception) -> Response:
    return problem_of(error).response()


async def _said(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    answer = Problem(status, WORDS.get(status, status.description)).response()
    answer.headers.update(error.headers or {})
    return answer


async def _gone(request: Request, error: Exception) -> Response:
    """Nobody reads this: the client left before its request had arrived, or before it was answered."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)
