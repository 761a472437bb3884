"""A small client of the REST API for other programs; it needs httpx and nothing else of this one."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from enhancer.errors import EnhancerError

AGAIN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
POLL = 0.5  # seconds between two looks at a job
FINISHED = ("done", "failed")
Value = str | int | float | bool


class ApiError(EnhancerError):
    """What the server answered instead of a result; the message is its plain sentence."""

    def __init__(self, status: int, detail: str, limit: str | None = None, request_id: str = "") -> None:
        super().__init__(detail, limit)
        self.status, self.request_id = status, request_id


@dataclass(frozen=True)
class Enhanced:
    """A result: the bytes of its file, and what the server says about it.

    `recipe` is packed as the page's links have it, and empty for videos and scenes; `recipe_lacks` names what it leaves
    out of how this picture was made ("guards", "mask"). `kept` and `lost` are empty where no receipt was wished.
    """

    file: bytes
    media_type: str
    width: int
    height: int
    seconds: float
    recipe: str
    kept: tuple[str, ...]
    lost: tuple[str, ...]
    recipe_lacks: tuple[str, ...] = ()

    def save(self, path: str | Path) -> None:
        """Write the file as it came."""
        Path(path).write_bytes(self.file)


class Client:
    """Talks to one server, as in `with Client("http://127.0.0.1:7860") as client: client.enhance("photo.jpg")`.

    A busy server is asked again, up to `tries` times in all, when it says so. `token` is for servers that ask for one.
    Every method raises ApiError for what the server refuses, and httpx.HTTPError where there is no server.
    """

    def __init__(self, url: str, timeout: float = 300.0, tries: int = 4, token: str = "") -> None:
        key = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=url, timeout=timeout, headers=key)
        self._tries = tries

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def tasks(self) -> list[dict[str, Any]]:
        """What can be done to a picture, each with all its options."""
        return self._list("/v1/tasks")

    def models(self) -> list[dict[str, Any]]:
        """The catalogue."""
        return self._list("/v1/models")

    def metrics(self) -> list[dict[str, Any]]:
        """What can be measured."""
        return self._list("/v1/metrics")

    def enhance(self, picture: str | Path | bytes, task: str = "upscale", **options: Value) -> Enhanced:
        """Do a task, as in `client.enhance("photo.jpg", scale=2, format="jpeg", recipe=True)`."""
        return _enhanced(self._ask("POST", f"/v1/{task}", content=_bytes(picture), params=_texts(options)))

    def submit(self, picture: str | Path | bytes, task: str = "upscale", **options: Value) -> "RemoteJob":
        """The same for work that takes long: a job to ask about."""
        answer = self._ask("POST", f"/v1/jobs/{task}", content=_bytes(picture), params=_texts(options))
        return RemoteJob(self, answer.headers["Location"])

    def measure(
        self,
        candidates: Sequence[str | Path],
        reference: str | Path | None = None,
        metrics: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """Figures of each candidate, with a reference or alone; a `note` where transparency was laid on white."""
        named = [("candidates", Path(c)) for c in candidates]
        named += [] if reference is None else [("reference", Path(reference))]
        files = [(field, (path.name, path.read_bytes())) for field, path in named]
        data = {"metrics": ",".join(metrics)} if metrics else {}
        rows: list[dict[str, Any]] = self._ask("POST", "/v1/metrics", files=files, data=data).json()
        return rows

    def _list(self, path: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._ask("GET", path).json()
        return rows

    def _ask(self, method: str, path: str, **what: Any) -> httpx.Response:
        for left in reversed(range(self._tries)):
            answer = self._http.request(method, path, **what)
            if answer.status_code not in AGAIN or not left:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        if answer.is_error:
            raise _refusal(answer)
        return answer


class RemoteJob:
    """A job on the server, by its address."""

    def __init__(self, client: Client, address: str) -> None:
        self._client, self.address = client, address

    def status(self) -> dict[str, Any]:
        """Its `state` (waiting, running, done, failed), its progress, and the problem of a failed one."""
        told: dict[str, Any] = self._client._ask("GET", self.address).json()
        return told

    def wait(self, poll: float = POLL) -> Iterator[dict[str, Any]]:
        """Its status again and again, until it is finished."""
        while (told := self.status())["state"] not in FINISHED:
            yield told
            time.sleep(poll)
        yield told

    def result(self) -> Enhanced:
        """Wait for it. Raises ApiError for a job that failed."""
        for told in self.wait():
            if told["problem"] is not None:
                raise _problem(told["problem"])
        return _enhanced(self._client._ask("GET", f"{self.address}/result"))

    def cancel(self) -> None:
        """Stop it, and let the server forget it with its result."""
        self._client._ask("DELETE", self.address)


def _enhanced(answer: httpx.Response) -> Enhanced:
    width, height = answer.headers["X-Enhancer-Size"].split("x")
    receipt: Mapping[str, list[str]] = json.loads(answer.headers.get("X-Enhancer-Receipt", "{}"))
    return Enhanced(
        file=answer.content,
        media_type=answer.headers["Content-Type"],
        width=int(width),
        height=int(height),
        seconds=float(answer.headers["X-Enhancer-Seconds"]),
        recipe=answer.headers.get("X-Enhancer-Recipe", ""),
        kept=tuple(receipt.get("kept", ())),
        lost=tuple(receipt.get("lost", ())),
        recipe_lacks=tuple(filter(None, answer.headers.get("X-Enhancer-Recipe-Partial", "").split(", "))),
    )


def _refusal(answer: httpx.Response) -> ApiError:
    if answer.headers.get("Content-Type") != "application/problem+json":
        return ApiError(answer.status_code, f"The server answered {answer.status_code} {answer.reason_phrase}.")
    return _problem(answer.json())


def _problem(told: Mapping[str, Any]) -> ApiError:
    return ApiError(told["status"], told["detail"], told.get("limit"), told["request_id"])


def _bytes(picture: str | Path | bytes) -> bytes:
    return picture if isinstance(picture, bytes) else Path(picture).read_bytes()


def _texts(options: Mapping[str, Value]) -> dict[str, str]:
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in options.items()}
