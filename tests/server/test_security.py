"""The security list, items 1 to 3: no path of a request is opened, nothing is fetched, no pickle is run."""

import os
import pickle
import re
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from enhancer.errors import EnhancerError
from enhancer.models.store import Store
from enhancer.settings import Settings
from tests.conftest import ROOT
from tests.server.conftest import Running, png
from tests.server.wire import folder, raw, taking_files, through_the_queue

AT_ONCE = 4  # requests, as many as one client may have under way
UP = "../" * 12
TARGETS = (
    "/etc/passwd",
    UP + "etc/passwd",
    "a/" + UP + "etc/passwd",
    "%2e%2e/" * 12 + "etc/passwd",
    "..%2f" * 12 + "etc%2fpasswd",
    "%2e%2e%2f" * 12 + "etc%2fpasswd",
    "..%252f" * 12 + "etc%252fpasswd",
    "%252e%252e%252f" * 12 + "etc%252fpasswd",
    "..\\" * 12 + "etc\\passwd",
    "..%5c" * 12 + "etc%5cpasswd",
    "..%c0%af" * 12 + "etc/passwd",
    "..;/" * 12 + "etc/passwd",
    "....//" * 12 + "etc/passwd",
    "//etc/passwd",
    "///etc//passwd",
    "/./etc/./passwd",
    "file:///etc/passwd",
    "file:/etc/passwd",
    "FILE:///etc/passwd",
    "/proc/self/root/etc/passwd",
    "/dev/fd/0/" + UP + "etc/passwd",
    "~root/" + UP + "etc/passwd",
    "/etc/passwd%00.png",
    "/etc/passwd%23.png",
    "/etc/passwd%3f.png",
    "\\\\localhost\\c$\\..\\etc\\passwd",
    "C:\\..\\etc\\passwd",
    "C:/" + UP + "etc/passwd",
    "%2Fetc%2Fpasswd",
    "%252Fetc%252Fpasswd",
    "%EF%BC%8E%EF%BC%8E/" * 12 + "etc/passwd",
    "/etc/passwd/.",
    "/etc/passwd;",
    "../app.py",
    "app.py",
    "enhancer/settings.py",
    str(ROOT / "app.py"),
    str(ROOT / "weights"),
    "/proc/self/environ",
    "/proc/self/cmdline",
)
ROUTES = (
    "/gradio_api/file=",
    "/gradio_api/file/",
    "/file=",
    "/static/",
    "/assets/",
    "/svelte/",
    "/pwa_icon/",
    "/gradio_api/stream/a/b/1/",
    "/v1/jobs/",
    "/v1/",
    "/",
)
INSIDE = (b"root:", b"def main() -> None", b"MIB = 2**20", b"ENHANCER_", b"LD_LIBRARY")


@pytest.mark.parametrize("route", ROUTES)
def test_item_1_no_path_of_a_request_is_opened(program: Running, route: str) -> None:
    assert len(TARGETS) == 40
    for target in TARGETS:
        status, body = raw(program, (route + target).replace(" ", "%20"))
        assert 400 <= status < 500 or (status == 200 and b"gradio_config" in body), (target, status, body[:200])
        assert not [word for word in INSIDE if word in body and b"gradio_config" not in body], target


def test_item_1_nor_is_a_path_sent_in_place_of_a_file(program: Running) -> None:
    event = taking_files(program)[0]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda target: through_the_queue(program, event, as_file(path=target)), TARGETS))
    for target, told in zip(TARGETS, answers, strict=True):
        assert not told["success"], target
        assert target not in told["text"] or len(target) < 8
        assert "root:" not in told["text"]


def test_item_1_links_among_the_files_of_visitors_lead_nowhere(program: Running) -> None:
    """No visitor can make one; should there ever be a way, it must lead to nothing."""
    link = folder(program) / "page" / "innocent.png"
    link.symlink_to("/etc/passwd")
    try:
        status, body = raw(program, f"/gradio_api/file={link}")
    finally:
        link.unlink()
    assert status in (403, 404)
    assert b"root:" not in body


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine that nobody should ever reach → its port, and what reached it."""
    hits: list[str] = []

    class Heard(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(png(8, 8))

        do_HEAD = do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Told by `hits`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Heard)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, hits
    server.shutdown()
    thread.join()
    server.server_close()


HOSTS = (
    *("127.0.0.1", "localhost", "127.1", "127.0.1.1", "0.0.0.0", "0", "2130706433", "0x7f000001", "017700000001"),
    *("0x7f.0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[2002:7f00:1::]"),
    *("[64:ff9b::127.0.0.1]", "[2001:0:0:0:0:0:80ff:fffe]", "[fe80::5efe:7f00:1]", "localhost.", "a.localhost"),
    *("user@127.0.0.1", "127.0.0.1.nip.io", "example.com", "huggingface.co", "hf.co", "169.254.169.254", "10.0.0.1"),
    *("metadata.google.internal", "①②⑦.⓪.⓪.①"),
)


def test_item_2_nothing_is_fetched(program: Running, listener: tuple[int, list[str]]) -> None:
    """Not from this machine, not from other ones: the 30 forms by every way in."""
    assert len(HOSTS) == 30
    event = taking_files(program)[0]

    def ask(number: int, host: str) -> None:
        url = f"http://{host}:{listener[0]}/{number}.png"
        told = through_the_queue(program, event, as_file(path=url) if number % 2 else as_file(path="a.png", url=url))
        assert not told["success"]
        written = quote(url, safe=":/@[]")
        for way in ("/gradio_api/file=", "/gradio_api/proxy=", "/file=", "/proxy="):
            assert raw(program, way + written)[0] in (403, 404)
        for what in ({"model": url}, {"file": url}, {"url": url}):
            assert httpx.post(f"{program.url}/v1/upscale", content=png(8, 8), params=what).status_code in (404, 422)
        drawn = f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{url}'/></svg>".encode()
        assert httpx.post(f"{program.url}/v1/median", content=drawn).status_code == 415

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, range(len(HOSTS)), HOSTS))
    assert listener[1] == []


def as_file(**what: Any) -> dict[str, Any]:
    return {**what, "meta": {"_type": "gradio.FileData"}}


def test_item_2_every_event_refuses_an_address(program: Running, listener: tuple[int, list[str]]) -> None:
    port, hits = listener
    events = taking_files(program)
    assert len(events) >= 5
    for event in events:
        through_the_queue(program, event, as_file(path=f"http://127.0.0.1:{port}/"))
    assert hits == []


def test_item_2_the_saying(program: Running) -> None:
    told = through_the_queue(program, taking_files(program)[0], as_file(path="https://example.com/cat.png"))
    assert not told["success"]
    assert "please upload the picture itself" in told["text"]


class Canary:
    """Runs a command where it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self.file}",)


def pickles(folder: Path, canary: Path) -> Iterator[Path]:
    """The same pickle in every wrapping."""
    data = pickle.dumps(Canary(canary))
    for suffix in ("pth", "pt", "pt2", "bin", "ckpt", "pkl", "safetensors"):
        (bare := folder / f"bare.{suffix}").write_bytes(data)
        yield bare
        with zipfile.ZipFile(zipped := folder / f"zipped.{suffix}", "w") as out:
            out.writestr("archive/data.pkl", data)
            out.writestr("archive/version", "3")
        yield zipped
        (several := folder / f"several.{suffix}").write_bytes(pickle.dumps({}) + data)
        yield several


def test_item_3_no_pickle_is_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    store = Store(Settings(weights=tmp_path, cache=tmp_path / "cache"))
    for file in pickles(tmp_path, canary):
        with pytest.raises(EnhancerError):
            store.load(str(file))
        assert not canary.exists(), file
    os.system(f"touch {canary}")
    assert canary.exists(), "it would have sung"


WORDS = {
    r"torch\.load\((?!.*weights_only=True)": "a pickle could run",
    r"\bpickle\.(load|Unpickler)|\bmarshal\.|\bdill\b|joblib\.load": "a pickle could run",
    r"allow_pickle=True|weights_only=False": "a pickle could run",
    r"shell=True|os\.system|os\.popen": "a shell could be given text of strangers",
    r"(?<![\w.])(eval|exec)\(": "text of strangers could run",
    r"MAX_IMAGE_PIXELS = None|LOAD_TRUNCATED_IMAGES = True": "a bomb could go off",
    r"extractall\(|\.extract\(": "a ZIP could write anywhere",
    r"verify=False": "nobody knows who answers",
}


@pytest.mark.parametrize("words", WORDS)
def test_item_3_words_that_do_not_stand_in_the_program(words: str) -> None:
    files = [*(ROOT / "enhancer").rglob("*.py"), ROOT / "app.py"]
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(words, line) and not line.lstrip().startswith("#")
    ]
    assert found == [], WORDS[words]
