"""A file of torchvision is fetched by several at once, with its progress told, and every trouble is a sentence."""

import argparse
import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from enhancer.cli import commands
from enhancer.errors import Cancelled, WeightsRefused, WeightsUnavailable
from enhancer.lab.detectors import FOLDER, PIECE, fetch_published
from enhancer.models.published import PUBLISHED, Published
from enhancer.progress import Progress
from enhancer.settings import Settings

BODY = bytes(range(256)) * 4096
ENTRY = replace(PUBLISHED[0], sha256=hashlib.sha256(BODY).hexdigest(), bytes=len(BODY))


@dataclass
class Server:
    """What it sends before it hangs up, and how long it takes for each eighth."""

    sent: int = len(BODY)
    pause: float = 0.0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """Where torchvision has the file from, on this machine."""
    manner = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who asked may have gone
                for at in range(0, manner.sent, len(BODY) // 8):
                    self.wfile.write(BODY[at : min(at + len(BODY) // 8, manner.sent)])
                    time.sleep(manner.pause)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
        address = f"http://127.0.0.1:{listening.server_address[1]}/file"
        monkeypatch.setattr(Published, "address", property(lambda _: address))
        yield manner
        listening.shutdown()
        thread.join()


def test_two_at_once_do_not_write_into_each_other(server: Server, tmp_path: Path) -> None:
    server.pause = 0.05
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(fetch_published, ENTRY, Settings(cache=tmp_path))
        time.sleep(0.15)
        second = pool.submit(fetch_published, ENTRY, Settings(cache=tmp_path))
        assert first.result().read_bytes() == second.result().read_bytes() == BODY
    assert [file.name for file in (tmp_path / FOLDER).iterdir()] == [ENTRY.file]


def test_an_answer_that_ends_early_is_no_wrong_file(server: Server, tmp_path: Path) -> None:
    server.sent = len(BODY) // 2
    with pytest.raises(WeightsUnavailable, match="broke off; try again"):
        fetch_published(ENTRY, Settings(cache=tmp_path))
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_cache_that_takes_nothing_is_told_as_such(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WeightsUnavailable, match=r"cannot be kept in .*: Not a directory"):
        fetch_published(ENTRY, Settings(cache=tmp_path / "file"))


def test_a_bad_copy_that_cannot_be_removed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tmp_path / FOLDER / ENTRY.file
    ours.parent.mkdir()
    ours.write_bytes(b"damaged")

    def read_only(file: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "unlink", read_only)
    with pytest.raises(WeightsRefused, match="has the wrong bytes and cannot be removed from"):
        fetch_published(ENTRY, Settings(cache=tmp_path))


def test_progress_is_told_and_stop_stops(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    fetch_published(ENTRY, Settings(cache=tmp_path / "a"), Progress(lambda p: seen.append((p.done, p.total, p.note))))
    assert [done for done, *_ in seen] == list(range(PIECE, len(BODY) + 1, PIECE))
    assert {told[1:] for told in seen} == {(len(BODY), f"Fetching {ENTRY.file}")}
    stopped = Progress()
    stopped.cancel()
    with pytest.raises(Cancelled):
        fetch_published(ENTRY, Settings(cache=tmp_path / "b"), stopped)
    assert list((tmp_path / "b" / FOLDER).iterdir()) == []


def test_the_command_hands_its_progress_in(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[Progress] = []
    monkeypatch.setattr(commands, "fetch_published", lambda entry, settings, progress: handed.append(progress))
    assert commands.run_fetch(argparse.Namespace(models=[ENTRY.id])) == 0
    assert len(handed) == 1
