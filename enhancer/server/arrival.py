"""Bodies on their way in: how much one client may send at once, and how slowly; who leaves meanwhile is let go."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from enhancer.server.problems import LATER, Refused, problem_of
from enhancer.settings import MIB, Settings

SLOWEST = 64 * 1024  # bytes a second; what came at this pace may take as long as it likes
CLIENTS = 8  # at least so many share the room on the disk
STOOD_STILL = "The upload was too slow or stood still, so it was ended here; please try again."
TOO_MUCH = "You are sending more than {most:g} MiB at once, which is the most; please wait until some of it is here."


class Shares:
    """The room that each client may be promised at once: a share of the disk, and any one body."""

    def __init__(self, settings: Settings) -> None:
        self._most = max(settings.max_body, settings.max_disk // CLIENTS)
        self._sending: Counter[str] = Counter()  # bytes
        self._guard = threading.Lock()

    @contextmanager
    def taken(self, client: str, size: int) -> Iterator[None]:
        """Count what a client sends. Raises Refused, 429, where that is more than its share."""
        with self._guard:
            if self._sending[client] and self._sending[client] + size > self._most:
                told = TOO_MUCH.format(most=self._most / MIB)
                raise Refused(HTTPStatus.TOO_MANY_REQUESTS, told, "max_disk", LATER)
            self._sending[client] += size
        try:
            yield
        finally:
            with self._guard:
                self._sending[client] -= size
                self._sending = +self._sending


class Arriving:
    """An ASGI middleware: a body has `seconds` to arrive, and as many more as what came of it takes at `SLOWEST`.

    What `app` makes of one that breaks off is nobody's to read, and no failure.
    """

    def __init__(self, app: ASGIApp, seconds: int) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer for it where its body does not arrive."""
        body, begun = _Body(receive, self._seconds), False

        async def answer(message: Message) -> None:
            nonlocal begun
            if begun or not body.broken:
                begun = True
                await send(message)

        try:
            await self._app(scope, body.receive, answer)
        except ClientDisconnect:
            if not body.broken:
                raise
        if body.broken and not begun:
            await _ended(body.late)(scope, receive, send)


class _Body:
    """What of a body came: `broken` where the rest will not, `late` where that is for want of time."""

    def __init__(self, receive: Receive, seconds: int) -> None:
        self.broken = self.late = False
        self._receive, self._whole = receive, False
        self._until = asyncio.get_running_loop().time() + seconds

    async def receive(self) -> Message:
        """As the server has it; one that is late is as if its client had left."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.broken = self.late = True
            return {"type": "http.disconnect"}
        self.broken = message["type"] == "http.disconnect"
        self._whole = not message.get("more_body", False)
        self._until += len(message.get("body", b"")) / SLOWEST
        return message


def _ended(late: bool) -> Response:
    if not late:
        return Response(status_code=HTTPStatus.BAD_REQUEST)
    return problem_of(Refused(HTTPStatus.REQUEST_TIMEOUT, STOOD_STILL, "upload_seconds")).sentence()
