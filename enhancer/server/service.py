"""What all routes share: the engine that remembers, the door, the jobs that are kept, and whether all is ready."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from enhancer.engine import Engine
from enhancer.engine.jobs import Job
from enhancer.engine.results import remembering
from enhancer.engine.turns import Asker
from enhancer.models.entry import Entry
from enhancer.monitor import Monitor
from enhancer.progress import Progress
from enhancer.server.door import Door, Place
from enhancer.server.kept import Keeper
from enhancer.server.problems import Refused
from enhancer.space import lends_gpu

T = TypeVar("T")


@dataclass
class Service:
    """The API's own state, and the monitor that it shares with the page."""

    engine: Engine
    catalog: Sequence[Entry]
    monitor: Monitor

    def __post_init__(self) -> None:
        self.engine = remembering(self.engine)
        self.settings = self.engine.settings
        self.door = Door(self.settings.max_queue, self.settings.max_share)
        self.keeper = Keeper(self.settings)
        self.monitor.ask(self.door.obstacle)

    def enter(self, request: Request) -> Place:
        """Raises Refused as `Door.enter` does."""
        return self.door.enter(client_of(request))

    async def done(self, work: Callable[[Progress], T], request: Request) -> T:
        """Do `work` when it is its turn, and stop it when the client leaves or the answer takes too long.

        Raises Refused, 504, ClientDisconnect, which is no failure, and what `work` raises.
        """
        _lent_to(request)
        with Job(work, asker_of(request)) as job:
            result = asyncio.wrap_future(job.future)
            left = asyncio.ensure_future(_left(request))
            either: set[asyncio.Future[Any]] = {result, left}
            await asyncio.wait(either, timeout=self.settings.answer_seconds, return_when=asyncio.FIRST_COMPLETED)
            gone = left.done()
            left.cancel()
            if result.done():
                return await result
        result.add_done_callback(lambda over: over.cancelled() or over.exception())  # nobody waits for it any more
        if gone:
            raise ClientDisconnect
        raise Refused(
            HTTPStatus.GATEWAY_TIMEOUT,
            f"This took longer than {self.settings.answer_seconds} seconds; POST to /v1/jobs for work that takes long.",
            "answer_seconds",
        )


def client_of(request: Request) -> str:
    """Who asks: the address, as the server's proxy tells it where there is one."""
    return "" if request.client is None else request.client.host


def asker_of(request: Request) -> Asker:
    """All requests of one client share one turn."""
    return Asker(f"api {client_of(request)}", door="api")


def _lent_to(request: Request) -> None:
    """Where GPUs are lent, let it be to whoever asks, as for the page; else it is to the Space, which has little."""
    if lends_gpu():
        import gradio  # here, as nothing else of the API needs it
        from gradio.context import LocalContext

        LocalContext.request.set(gradio.Request(request))


async def _left(request: Request) -> None:
    """Until the client closes its connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
