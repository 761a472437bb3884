"""Jobs that outlive their request: bounded in number and bytes, swept by age, found by ids that nobody guesses."""

import math
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from typing import IO, Any

from enhancer import workplace
from enhancer.engine.jobs import Job
from enhancer.engine.turns import Asker
from enhancer.progress import Progress
from enhancer.server.door import Place
from enhancer.server.problems import LATER, Problem, Refused, problem_of
from enhancer.server.work import Answer, FileAnswer
from enhancer.settings import Settings

ID_BYTES = 24  # random ones in an id
CLIENTS = 4  # at least so many share the room for jobs where it becomes scarce
FULL = (
    "The server keeps as many jobs as it has room for; please try again later, and delete those that you have fetched."
)
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"


@dataclass(frozen=True)
class Parked:
    """An answer whose file lies on disk, in a file without a name: a crash leaves nothing behind."""

    answer: Answer | FileAnswer
    disk: IO[bytes]
    size: int

    @classmethod
    def park(cls, answer: Answer | FileAnswer) -> "Parked":
        """Raises OSError where the disk is full, and DiskFull where the folder of the server is."""
        if isinstance(answer, FileAnswer):  # which lies on disk already
            workplace.check(0)
            return cls(answer, answer.file, os.fstat(answer.file.fileno()).st_size)
        workplace.check(len(answer.file))
        disk = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the job
        disk.write(answer.file)
        disk.flush()
        return cls(replace(answer, file=b""), disk, len(answer.file))

    def fetch(self) -> Answer | FileAnswer:
        """The answer, as often and by as many as one likes."""
        if isinstance(self.answer, FileAnswer):
            return replace(self.answer, file=os.fdopen(os.dup(self.disk.fileno()), "rb"))
        return replace(self.answer, file=os.pread(self.disk.fileno(), self.size, 0))

    def __del__(self) -> None:
        self.disk.close()  # when nobody holds it any more, and so never while somebody fetches


@dataclass
class Kept:
    """One job of `client`; `ended` on the clock of its keeper, None while it waits or runs.

    `fetched` says that its client has had what came of it.
    """

    id: str
    task: str
    job: Job[Parked]
    place: Place
    client: str
    ended: float | None = field(default=None)
    fetched: bool = field(default=False)

    @property
    def state(self) -> str:
        """One of waiting, running, done, failed."""
        if not self.job.future.done():
            return RUNNING if self.job.begun else WAITING
        return FAILED if self.job.future.exception() else DONE

    def status(self, root: str) -> dict[str, Any]:
        """As JSON; `root` is the address of all jobs."""
        progress, state = self.job.progress, self.state
        told: dict[str, Any] = {
            "id": self.id,
            "task": self.task,
            "state": state,
            "progress": {"done": progress.done, "total": progress.total, "note": progress.note},
            "seconds_left": None if progress.remaining is None or state != RUNNING else round(progress.remaining, 1),
            "result": f"{root}/{self.id}/result" if state == DONE else None,
        }
        error = self.job.future.exception() if state == FAILED else None
        self.fetched = self.fetched or error is not None
        return {**told, "problem": None if error is None else problem_of(error).content}

    def answer(self) -> Answer | FileAnswer | Problem:
        """The result, or what went wrong, for good. Raises Refused, 409, while it is not there yet."""
        if not self.job.future.done():
            raise Refused(
                HTTPStatus.CONFLICT, "This job is not finished; its status says how far it is.", retry_after=1
            )
        error = self.job.future.exception()
        found = self.job.result().fetch() if error is None else replace(problem_of(error), retry_after=None)
        self.fetched = True
        return found


class Keeper:
    """Holds the jobs of all clients; `clock` gives seconds."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._kept: dict[str, Kept] = {}
        self._guard = threading.Lock()
        self._sweeper: threading.Timer | None = None

    def start(self, task: str, work: Callable[[Progress], Answer | FileAnswer], asker: Asker, place: Place) -> Kept:
        """Begin a job, in its `place` until it ends. Raises Refused where there is no room for its result.

        One client may have all the room until others come; then the oldest of what it has beyond its share goes.
        """
        with self._guard:
            self._drop_old()
            self._make_room(asker.name)
            job = Job(lambda progress: Parked.park(work(progress)), asker)
            kept = Kept(secrets.token_urlsafe(ID_BYTES), task, job, place, asker.name)
            self._kept[kept.id] = kept
        kept.job.future.add_done_callback(partial(self._ended, kept.id, place))  # which holds no result
        kept.job.start()
        return kept

    def find(self, job_id: str) -> Kept:
        """Raises Refused, 404, for an id that is unknown or whose job was swept."""
        with self._guard:
            self._drop_old()
            if job_id in self._kept:
                return self._kept[job_id]
        raise Refused(
            HTTPStatus.NOT_FOUND,
            f"There is no job with this id; results are kept for {self._settings.job_seconds} seconds, less where one "
            "client has more than its share of them and others wait.",
            "job_seconds",
        )

    def drop(self, job_id: str) -> None:
        """Stop a job, and forget it with its result. Raises Refused as `find` does."""
        self.find(job_id).job.progress.cancel()
        with self._guard:
            self._kept.pop(job_id, None)

    def sweep(self) -> None:
        """Forget what is too old, and look again later if something is left."""
        with self._guard:
            self._sweeper = None
            self._drop_old()
            self._sweep_later()

    def _ended(self, job_id: str, place: Place, _: object) -> None:
        place.leave()
        with self._guard:
            if job_id in self._kept:
                self._kept[job_id].ended = self._clock()
            self._sweep_later()

    def _make_room(self, client: str) -> None:
        """Raises Refused where there is no room, and nothing may go for what this client asks."""
        while limit := self._full([*self._kept.values()]):
            spare = self._spare(client)
            if spare is None:
                left = [self._left(kept.ended) for kept in self._kept.values() if kept.ended is not None]
                raise Refused(
                    HTTPStatus.SERVICE_UNAVAILABLE, FULL, limit, max(1, math.ceil(min(left))) if left else LATER
                )
            del self._kept[spare.id]

    def _spare(self, client: str) -> Kept | None:
        """What may go for a client with less than its share: of those who have more, what was had, or ended, first."""
        if self._beyond(self._of(client)):
            return None
        others = [self._of(name) for name in {kept.client for kept in self._kept.values()}]
        ended = [(k.ended, k) for held in others if self._beyond(held) for k in held if k.ended is not None]
        return min(ended, key=lambda one: (not one[1].fetched, one[0]))[1] if ended else None

    def _of(self, client: str) -> list[Kept]:
        return [kept for kept in self._kept.values() if kept.client == client]

    def _full(self, kept: Sequence[Kept], clients: int = 1) -> str | None:
        """The setting by which these are too many for one of so many clients, if they are."""
        if len(kept) >= self._settings.max_jobs / clients:
            return "max_jobs"
        done = sum(one.job.result().size for one in kept if one.state == DONE)
        return "max_jobs_bytes" if done >= self._settings.max_jobs_bytes / clients else None

    def _beyond(self, own: Sequence[Kept]) -> bool:
        """Whether a client that has these has its share; what it may have under way at once is never more than that."""
        limit = self._full(own, CLIENTS)
        return limit == "max_jobs_bytes" or (limit is not None and len(own) >= self._settings.max_share)

    def _drop_old(self) -> None:
        oldest = self._clock() - self._settings.job_seconds
        for kept in [k for k in self._kept.values() if k.ended is not None and k.ended <= oldest]:
            del self._kept[kept.id]

    def _left(self, ended: float) -> float:
        """Seconds until what ended then is too old."""
        return max(0.0, ended + self._settings.job_seconds - self._clock())

    def _sweep_later(self) -> None:
        ended = [kept.ended for kept in self._kept.values() if kept.ended is not None]
        if ended and self._sweeper is None:
            self._sweeper = threading.Timer(self._left(min(ended)), self.sweep)
            self._sweeper.daemon = True
            self._sweeper.start()
