"""Around every request, the page's too: who may ask, how often, what stays closed, careful headers, an id, one line."""

import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import replace
from http import HTTPStatus

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from enhancer import watch, workplace
from enhancer.errors import DiskFull, EnhancerError
from enhancer.logs import FACTS, REQUEST_ID
from enhancer.server.arrival import Arriving, Shares
from enhancer.server.headers import API, OURS, Marks
from enhancer.server.keys import Keys
from enhancer.server.pace import Pace
from enhancer.server.problems import WORDS, Refused, problem_of
from enhancer.server.sites import Sites
from enhancer.settings import Settings
from enhancer.watch import What

log = logging.getLogger(__name__)
ID, GIVEN = "X-Request-Id", re.compile(r"[\w.-]{8,64}", re.ASCII)
SECRET = re.compile(r"(?<=/v1/jobs/)[\w-]{24,}")  # whoever knows the id of a job has its result
HEALTH = {"/healthz", "/readyz"}  # asked by those who watch over the server, by whatever name they call it
RANGE = re.compile(rb"bytes=(\d{1,18}-\d{0,18}|-\d{1,18})")
CLOSED = (  # of the page's framework: ways to other servers and to what visitors do; `queue(api_open=False)` does more
    "/gradio_api/proxy=",
    "/gradio_api/file=http",
    "/gradio_api/vibe",
    "/gradio_api/dev/",
    "/gradio_api/deep_link",  # would keep a visitor's page, pictures and all; our links hold settings alone
    "/gradio_api/component_server",
    "/gradio_api/monitoring",
    "/gradio_api/profiling",
    "/monitoring",
    "/proxy=",
    "/file=http",
)
UPLOAD = "/gradio_api/upload"
STORING = (API, UPLOAD, "/gradio_api/queue/join", "/gradio_api/call")  # of those, what visitors send
START = "/gradio_api/startup-events"  # which the framework asks of itself, once
MOST_HEADERS = 65536  # bytes
LONG = f"This request has more than {MOST_HEADERS // 1024} KiB of headers, which is the most."
WORKING = {"POST", "PUT", "PATCH"}  # requests that give this server something to do
TOO_OFTEN = "You may ask {most} times a minute here; please come again in {after} seconds."
PAGE, ELSEWHERE = "page", "none"  # what stands for all addresses of the framework, and for those without anything
SPOKEN = ["Accept", "Authorization", "Content-Type", ID]  # headers that pages of other sites may send, and read
TOLD = [ID, "Content-Disposition", "Location", "Retry-After"]
TOLD += [f"X-Enhancer-{word}" for word in ("Recipe", "Recipe-Partial", "Receipt")]


class Guard:
    """An ASGI middleware; bodies of requests to the page have at most `max_body` bytes, the API counts its own."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.sites = Sites(settings)
        self.marks = Marks(self.sites.embedders)
        self.keys, self.starting = Keys(settings), True
        self.pace = Pace(settings.max_requests, TOO_OFTEN, "max_requests")
        self.max_body, self.shares = settings.max_body, Shares(settings)
        self.app = app
        self.page = Arriving(RequestBodyLimitMiddleware(app, settings.max_body), settings.upload_seconds)
        self.shared = CORSMiddleware(
            self._pass_on, self.sites.origins, allow_methods=["*"], allow_headers=SPOKEN, expose_headers=TOLD
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say why not; besides, there are only the start and the end of the server."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = _named(scope)
        token = REQUEST_ID.set(name)
        asked, path = scope["method"], scope["path"]
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[ID] = name
                self.marks.add(headers, path, status)
                self.starting = self.starting and (path, status) != (START, HTTPStatus.OK)
            await send(message)

        try:
            with ExitStack() as until_answered:
                await self._way(scope, until_answered)(scope, receive, answer)
        finally:
            if path.startswith(API):
                _tell(scope, asked, path, status, time.perf_counter() - began)
            watch.tell(What.REQUEST, route=_route(scope, path), status=str(status))
            REQUEST_ID.reset(token)

    def _way(self, scope: Scope, until_answered: ExitStack) -> ASGIApp:
        """What answers: those behind the guard, with room on the disk for what comes, or the reason why not.

        The page tells people the words of a 507; to a 503 it says that all are busy.
        """
        try:
            self._admit(scope, Headers(scope=scope))
            self._make_room(scope, until_answered)
        except EnhancerError as error:
            problem = problem_of(error)
            if isinstance(error, DiskFull) and not scope["path"].startswith(API):
                problem = replace(problem, status=HTTPStatus.INSUFFICIENT_STORAGE)
            shown = scope["path"].startswith(UPLOAD) and problem.retry_after is not None
            return problem.sentence() if shown else problem.response()
        return self.shared if self.sites.origins else self._pass_on

    def _make_room(self, scope: Scope, until_answered: ExitStack) -> None:
        """Room for what a request sends. Raises DiskFull, and Refused where its client sends too much already."""
        place = workplace.here()
        if place is None or scope["method"] not in WORKING or not scope["path"].startswith(STORING):
            return
        length = Headers(scope=scope).get("content-length", "")
        size = int(length) if length.isdecimal() else self.max_body
        until_answered.enter_context(self.shares.taken(_client(scope), size))
        until_answered.enter_context(place.promised(size))

    def _admit(self, scope: Scope, headers: Headers) -> None:
        """Raises Refused for a request that goes no further: the cheapest question first."""
        method, path = scope["method"], scope["path"]
        if sum(len(key) + len(value) for key, value in scope["headers"]) > MOST_HEADERS:
            raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, LONG)
        if path in HEALTH:
            return
        self.sites.check_host(headers)
        self.sites.check_origin(headers, method)
        client = _client(scope)
        if not self._is_open(scope, headers):
            self.keys.check(headers.get("authorization", ""), client)
        if path.lower().startswith(CLOSED):
            raise Refused(HTTPStatus.NOT_FOUND, WORDS[HTTPStatus.NOT_FOUND])
        if method in WORKING:
            self.pace.step(client)

    def _is_open(self, scope: Scope, headers: Headers) -> bool:
        """Whether no key is needed: browsers bring none when they ask what they may, nor the framework as it starts."""
        asks = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
        return (asks and bool(self.sites.origins)) or (self.starting and scope["path"] == START)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Without the origin, as the framework would answer to any that it is told, and with at most one range.

        Of thousands of ranges it would make thousands of parts; whoever wishes for several has the whole file.
        """
        scope["headers"] = [
            (key, value)
            for key, value in scope["headers"]
            if key != b"origin" and (key != b"range" or RANGE.fullmatch(value))
        ]
        await (self.app if scope["path"].startswith(API) else self.page)(scope, receive, send)


def guarding(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A lifespan that puts the guard before everything, the framework's own middleware included.

    Of middleware that it is given, the framework makes the innermost.
    """

    @asynccontextmanager
    async def guarded(app: FastAPI) -> AsyncIterator[None]:
        assert app.middleware_stack is not None, "which just let this through"
        app.middleware_stack = Guard(app.middleware_stack, settings)
        yield

    return guarded


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


def _client(scope: Scope) -> str:
    """Its address, as the server's proxy tells it where there is one."""
    found: str = scope["client"][0] if scope.get("client") else ""
    return found


def _tell(scope: Scope, asked: str, path: str, status: int, seconds: float) -> None:
    shown = SECRET.sub("…", path.encode("unicode_escape").decode())  # no line breaks from outside
    client = _client(scope) or "-"
    facts = {"client": client, "method": asked, "path": shown, "status": status, "seconds": round(seconds, 3)}
    log.info("client=%s %s %s status=%d seconds=%.3f", client, asked, shown, status, seconds, extra={FACTS: facts})
