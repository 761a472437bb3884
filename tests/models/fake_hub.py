"""A small local server that speaks as much of the Hugging Face Hub's protocol as transfers need, faults included."""

import contextlib
import hashlib
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote

from tests.models.fake_uploads import Uploads

RESOLVE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)")
COMMIT = "c0ffee" + "0" * 34
XET = "ab" + "cd" * 31  # 64 hexadecimal digits as well, and no sha256 of anything
PIECE = 10_000  # bytes that a slow answer sends at once


@dataclass
class Fault:
    """What happens instead of an answer to the next `times` requests of one `method`; `pause` s after each PIECE."""

    method: str
    status: int = 200
    times: int = 1_000_000
    cut: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0


class FakeHub:
    """Use as a context manager; `url` is what HF_ENDPOINT wants. `requests` lists "METHOD /path" as they came.

    `lost` names headers that a mirror leaves out.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.faults: list[Fault] = []
        self.lost: tuple[str, ...] = ()
        self.uploads = Uploads(self)
        self._files: dict[tuple[str, str], tuple[bytes, str]] = {}
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                hub._answer(self)

            def do_GET(self) -> None:
                hub._answer(self)

            def do_POST(self) -> None:
                hub._take(self)

            def do_PUT(self) -> None:
                hub._take(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> "FakeHub":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Go off the network; further requests are refused."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def serve(self, repo: str, file: str, content: bytes, declared: bytes | None = None) -> str:
        """Offer a file under every branch and under COMMIT. `declared` is what it claims to be, if that differs."""
        digest = hashlib.sha256(content if declared is None else declared).hexdigest()
        self._files[repo, file] = content, digest
        return digest

    def count(self, method: str) -> int:
        """How many requests of a method came."""
        return sum(line.startswith(f"{method} ") for line in self.requests)

    def _fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        self.requests.append(f"{request.command} {request.path}")
        fault = self._fault(request.command)
        if fault and fault.status != 200:
            _send(request, fault.status, fault.headers, b"")
            return
        status, answer = self.uploads.take(request.command, request.path, b"")
        if status != 404:
            _send(request, status, {}, answer)
            return
        place = RESOLVE.fullmatch(unquote(request.path))
        repos = {repo for repo, _ in self._files}
        if place is None or place["repo"] not in repos:
            _send(request, 404, {"X-Error-Code": "RepoNotFound"}, b"")
        elif place["revision"] not in ("main", COMMIT):
            _send(request, 404, {"X-Error-Code": "RevisionNotFound"}, b"")
        elif (place["repo"], place["file"]) not in self._files:
            _send(request, 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}, b"")
        else:
            self._send_file(request, *self._files[place["repo"], place["file"]], fault or Fault(request.command))

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        self.requests.append(f"{request.command} {request.path}")
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        fault = self._fault(request.command)
        status, answer = (fault.status, b"") if fault else self.uploads.take(request.command, request.path, body)
        _send(request, status, fault.headers if fault else {}, answer)

    def _send_file(self, request: BaseHTTPRequestHandler, content: bytes, digest: str, fault: Fault) -> None:
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{digest}"', "X-Linked-Etag": f'"{digest}"'}
        headers |= {"X-Xet-Hash": XET, "X-Xet-Refresh-Route": f"{self.url}/api/xet-read-token/{COMMIT}"}
        headers["X-Linked-Size"] = str(len(content))
        headers = {name: value for name, value in headers.items() if name not in self.lost}
        span = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        start = int(span[1]) if span else 0
        if span:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        _send(request, 206 if span else 200, headers, content[start:], fault.cut, fault.pause)


def _send(
    request: BaseHTTPRequestHandler,
    status: int,
    headers: dict[str, str],
    body: bytes,
    cut: int | None = None,
    pause: float = 0.0,
) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    if request.command != "HEAD":
        step = PIECE if pause else len(body) or 1
        with contextlib.suppress(ConnectionError):  # who asked may have gone
            for at in range(0, len(body[:cut]), step):
                request.wfile.write(body[:cut][at : at + step])
                time.sleep(pause)
        request.close_connection = request.close_connection or cut is not None
