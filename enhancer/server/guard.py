"""Around every request, the page's too: an id, headers that keep browsers careful, doors that stay closed, one line."""

import logging
import re
import secrets
import time
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from enhancer.server.problems import LATER, REQUEST_ID, WORDS, Problem

log = logging.getLogger(__name__)
ID, GIVEN = "X-Request-Id", re.compile(r"[\w.-]{8,64}", re.ASCII)
SECRET = re.compile(r"(?<=/v1/jobs/)[\w-]{24,}")  # whoever knows the id of a job has its result
CAREFUL = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
BARE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-same-origin"}
CLOSED = (  # of the page's framework: ways to other servers and to what visitors do; `queue(api_open=False)` does more
    "/gradio_api/proxy=",
    "/gradio_api/file=http",
    "/gradio_api/vibe",
    "/gradio_api/monitoring",
    "/gradio_api/profiling",
    "/monitoring",
    "/proxy=",
    "/file=http",
)
API = "/v1"
OURS = (API, "/healthz", "/readyz", "/openapi.json")


class Guard:
    """An ASGI middleware; bodies of requests to the page have at most `max_body` bytes, the API counts its own."""

    def __init__(self, app: ASGIApp, max_body: int) -> None:
        self.app, self.page = app, RequestBodyLimitMiddleware(app, max_body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 404 for what is closed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(ID.lower(), "")
        name = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
        token = REQUEST_ID.set(name)
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), name, scope["path"], status)
            await send(message)

        try:
            if scope["path"].lower().startswith(CLOSED):
                refused = Problem(HTTPStatus.NOT_FOUND, WORDS[HTTPStatus.NOT_FOUND]).response()
                await refused(scope, receive, answer)
            else:
                await (self.app if scope["path"].startswith(API) else self.page)(scope, receive, answer)
        finally:
            REQUEST_ID.reset(token)
            if scope["path"].startswith(API):
                _tell(scope, name, status, time.perf_counter() - began)


def _add_headers(headers: MutableHeaders, name: str, path: str, status: int) -> None:
    headers[ID] = name
    for header, value in (CAREFUL | BARE if path.startswith(OURS) else CAREFUL).items():
        headers.setdefault(header, value)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers.setdefault("Retry-After", str(LATER))


def _tell(scope: Scope, name: str, status: int, seconds: float) -> None:
    path = SECRET.sub("…", scope["path"].encode("unicode_escape").decode())  # no line breaks from outside
    client = scope["client"][0] if scope.get("client") else "-"
    log.info("request=%s client=%s %s %s status=%d seconds=%.3f", name, client, scope["method"], path, status, seconds)
