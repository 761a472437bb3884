"""Requests as no careful client sends them, and the page's own queue without its page."""

import http.client
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.server.conftest import Running

FILE = {"image", "file", "uploadbutton", "gallery", "imageslider", "downloadbutton"}  # components that take files


def raw(server: Running, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Ask for exactly this path, which clients would put in order → status, body."""
    line = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        line.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            line.putheader(name, value)
        line.endheaders()
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def folder(server: Running) -> Path:
    """Where the server keeps what visitors send."""
    (own,) = Path(server.environment["ENHANCER_WORK"]).glob("server-*")
    return own


def process(server: Running) -> int:
    """The id of the server's process."""
    return int((folder(server) / "lock").read_text())


def taking_files(server: Running) -> list[tuple[int, list[dict[str, Any]]]]:
    """Every queued event of the page that takes a file → its number and its input components."""
    config = httpx.get(f"{server.url}/config").json()
    parts = {part["id"]: part for part in config["components"]}
    events = [(event["id"], [parts[i] for i in event["inputs"]]) for event in config["dependencies"] if event["queue"]]
    return [(number, inputs) for number, inputs in events if FILE & {part["type"] for part in inputs}]


def through_the_queue(server: Running, event: tuple[int, list[dict[str, Any]]], file: Any) -> dict[str, Any]:
    """What the page is told of an event for which this is sent in place of each file."""
    number, inputs = event
    data = [file if part["type"] in FILE else part["props"].get("value") for part in inputs]
    visitor = secrets.token_hex(8)
    wish = {"data": data, "fn_index": number, "session_hash": visitor, "event_data": None, "trigger_id": None}
    joined = httpx.post(f"{server.url}/gradio_api/queue/join", json=wish)
    if joined.status_code != 200:
        return {"success": False, "status": joined.status_code, "text": joined.text}
    url = f"{server.url}/gradio_api/queue/data?session_hash={visitor}"
    with httpx.stream("GET", url, timeout=60) as told:
        for line in told.iter_lines():
            message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if message.get("msg") == "process_completed":
                return {"success": message["success"], "status": 200, "text": json.dumps(message["output"])}
    raise AssertionError("the queue said nothing")


def family(server: Running) -> list[Path]:
    """The server, the processes that it began, and those that they began, as the system lists them."""
    return list(_with_descendants(Path(f"/proc/{process(server)}")))


def _with_descendants(place: Path) -> Iterator[Path]:
    yield place
    with suppress(OSError):  # it ended meanwhile
        for file in place.glob("task/*/children"):
            for child in file.read_text().split():
                yield from _with_descendants(Path("/proc", child))


def resident(places: Iterable[Path]) -> float:
    """MiB that these processes have in memory, whatever other programs run beside them.

    Their own memory, what they share counted once; and files, which are libraries, of the one that has most of them.
    """
    own = files = 0
    for place in places:
        with suppress(OSError):  # it ended meanwhile
            table = (place / "smaps_rollup").read_text()
            own += sum(int(table.split(f"{kind}:")[1].split()[0]) for kind in ("Pss_Anon", "Pss_Shmem"))
            files = max(files, int((place / "status").read_text().split("RssFile:")[1].split()[0]))
    return (own + files) / 1024
