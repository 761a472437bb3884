"""Around every request, the page's too: an id, headers that keep browsers careful, doors that stay closed, one line."""

import logging
import re
import secrets
import time
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from enhancer import watch
from enhancer.logs import FACTS, REQUEST_ID
from enhancer.server.problems import LATER, WORDS, Problem
from enhancer.watch import What

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
OURS = (API, "/healthz", "/readyz", "/metrics", "/openapi.json")
PAGE, ELSEWHERE = "page", "none"  # what stands for all addresses of the framework, and for those without anything


class Guard:
    """An ASGI middleware; bodies of requests to the page have at most `max_body` bytes, the API counts its own."""

    def __init__(self, app: ASGIApp, max_body: int) -> None:
        self.app, self.page = app, RequestBodyLimitMiddleware(app, max_body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 404 for what is closed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = _named(scope)
        token = REQUEST_ID.set(name)
        asked, path = scope["method"], scope["path"]
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), name, path, status)
            await send(message)

        try:
            if path.lower().startswith(CLOSED):
                refused = Problem(HTTPStatus.NOT_FOUND, WORDS[HTTPStatus.NOT_FOUND]).response()
                await refused(scope, receive, answer)
            else:
                await (self.app if path.startswith(API) else self.page)(scope, receive, answer)
        finally:
            if path.startswith(API):
                _tell(scope, asked, path, status, time.perf_counter() - began)
            watch.tell(What.REQUEST, route=_route(scope, path), status=str(status))
            REQUEST_ID.reset(token)


def _named(scope: Scope) -> str:
    """The id of a request, a new one where it brings none that is harmless; all that comes after reads it there."""
    headers = Headers(scope=scope)
    given = headers.get(ID, "")
    name = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
    others = [(key, value) for key, value in headers.raw if key != ID.lower().encode()]
    scope["headers"] = [*others, (ID.lower().encode(), name.encode())]
    return name


def _route(scope: Scope, path: str) -> str:
    """Which of the few addresses of ours it was, with the names of its parts instead of the parts."""
    if path in OURS:
        return path
    if not path.startswith(OURS):
        return PAGE
    found = getattr(scope.get("route"), "path", None)
    root = API if path.startswith(f"{API}/") else ""
    return ELSEWHERE if found is None else f"{root}{found.removeprefix(root)}"


def _add_headers(headers: MutableHeaders, name: str, path: str, status: int) -> None:
    headers[ID] = name
    for header, value in (CAREFUL | BARE if path.startswith(OURS) else CAREFUL).items():
        headers.setdefault(header, value)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers.setdefault("Retry-After", str(LATER))


def _tell(scope: Scope, asked: str, path: str, status: int, seconds: float) -> None:
    shown = SECRET.sub("…", path.encode("unicode_escape").decode())  # no line breaks from outside
    client = scope["client"][0] if scope.get("client") else "-"
    facts = {"client": client, "method": asked, "path": shown, "status": status, "seconds": round(seconds, 3)}
    log.info("client=%s %s %s status=%d seconds=%.3f", client, asked, shown, status, seconds, extra={FACTS: facts})
