"""Rows of the matrix that are not one file sent as it is: names, forms, limits, paths, addresses, weights."""

import base64
import io
import json
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import torch
from PIL import Image
from safetensors.torch import load_file, save

from tests.media import nasty
from tests.media.make import EXIF, GPS, MODEL, TAKEN
from tests.server.conftest import Running, png, shown
from tests.server.test_refusals import refused
from tests.server.wire import folder, taking_files, through_the_queue

MIB = 2**20
MOST = 25 * MIB  # bytes of a file, as the matrix has it
WITHIN = 60  # seconds
WRITTEN = MIB  # bytes that a refused file may leave, which is more than the logs of the server
RUNS, WRONG = "x4-fast", {"model": "x4-fast", "scale": "4"}


def anonymous(_sent: bytes, came: bytes) -> None:
    """What the camera is and when it took the picture stays; neither place, number, owner nor thumbnail is there."""
    with Image.open(io.BytesIO(came)) as image:
        exif = image.getexif()
    assert exif[MODEL] == "M1"
    assert dict(exif.get_ifd(EXIF)) == {TAKEN: "2024:05:06 07:08:09"}
    assert not exif.get_ifd(GPS)
    assert not exif.get_ifd(1)
    assert not [word for word in nasty.NAMES if word in came]


def many_scans(server: Running, _: Path) -> None:
    """Read, or given up in time: that depends on how busy the machine is. Far more is refused at once."""
    url = f"{server.url}/v1/gamma?gamma=1"
    answer = httpx.post(url, content=nasty.scans(3000, 2000), timeout=WITHIN)
    assert answer.status_code in (200, 504), answer.text
    refused(httpx.post(url, content=nasty.scans(3000, 4000), timeout=WITHIN), 504, "passes")


def another_name(server: Running, _: Path) -> None:
    """The content alone decides."""
    out = io.BytesIO()
    Image.new("RGB", (9, 7), "teal").save(out, "PNG")
    for name, kind in (("photo.jpg", "image/jpeg"), ("a.exe", "application/x-msdownload"), ("b.html", "text/html")):
        files = {"file": (name, out.getvalue(), kind)}
        answer = httpx.post(f"{server.url}/v1/gamma?gamma=1", files=files)
        assert shown(answer.content).tolist() == shown(out.getvalue()).tolist()
        assert answer.headers["Content-Type"] == "image/png"


def names(*called: str) -> Callable[[Running, Path], None]:
    """What a client calls its file is never used."""

    def ask(server: Running, _: Path) -> None:
        before = {path for path in folder(server).rglob("*") if path.is_file()}
        for name in called:
            answer = httpx.post(f"{server.url}/v1/median", files={"file": (name or "x", png(8, 8), "image/png")})
            assert answer.status_code == 200, (name, answer.text)
            assert answer.headers["Content-Disposition"] == 'attachment; filename="median.png"'
            assert not {"set-cookie", "x"} & set(answer.headers)
        assert {path for path in folder(server).rglob("*") if path.is_file()} <= before

    return ask


def forms(server: Running, _: Path) -> None:
    """No file, another field, no boundary, two files."""
    url, one = f"{server.url}/v1/median", ("a.png", png(8, 8))
    refused(httpx.post(url, files={"radius": (None, "2")}), 422, "one picture")
    refused(httpx.post(url, files={"picture": one}), 422, "one picture")
    refused(httpx.post(url, content=b"--x\r\n", headers={"Content-Type": "multipart/form-data"}), 400, "form")
    refused(httpx.post(url, files=[("file", one), ("file", one)]), 400, "form")


def used(server: Running) -> int:
    """Bytes that the files of visitors take."""
    return sum(path.stat().st_size for path in folder(server).rglob("*") if path.is_file())


def bytes_too_many(server: Running, _: Path) -> None:
    """Refused by its length where that is said, else while it arrives; nothing of it stays."""
    url, before, file = f"{server.url}/v1/median", used(server), bytes(MOST + 1)

    def pieces() -> Iterator[bytes]:
        yield from (file[at : at + MIB] for at in range(0, len(file), MIB))

    refused(httpx.post(url, content=file, timeout=WITHIN), 413, "25 MiB", "max_bytes")
    refused(httpx.post(url, files={"file": ("a.png", file)}, timeout=WITHIN), 413, "MiB", "max_bytes")
    refused(httpx.post(url, content=pieces(), timeout=WITHIN), 413, "25 MiB", "max_bytes")
    assert used(server) - before <= WRITTEN


def scales(server: Running, _: Path) -> None:
    """0, below 0, far too large, no number, text."""
    for scale in ("0", "-1", "1e9", "NaN", "inf", "x", ""):
        refused(httpx.post(f"{server.url}/v1/upscale", params={"scale": scale}, content=png(8, 8)), 422, "scale")


def pictures_as_text(server: Running, _: Path) -> None:
    """JSON with a picture in base64 is text to the API, and no picture to the page."""
    for data in (png(8, 8), b"<svg/>", b""):
        text = f"data:image/png;base64,{base64.b64encode(data).decode()}"
        answer = httpx.post(f"{server.url}/v1/median", json={"file": text})
        refused(answer, 415, "text")
        told = through_the_queue(server, taking_files(server)[1], {"path": None, "url": text})
        assert "Please choose a picture first" in told["text"]
        assert not told["success"]


def _as_file(path: str) -> dict[str, Any]:
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def paths(server: Running, _: Path) -> None:
    """No path is opened, and none is said again."""
    event, other = taking_files(server)[0], str(folder(server) / "lock")
    for path in ("/etc/passwd", "app.py", str(Path("app.py").resolve()), other):
        told = through_the_queue(server, event, _as_file(path))
        assert not told["success"]
        assert path not in told["text"]
        assert "root:" not in told["text"]
        refused(httpx.post(f"{server.url}/v1/median", json={"path": path}), 415, "text")


def addresses(server: Running, _: Path) -> None:
    """Nothing is fetched, wherever it is."""
    hits = list[str]()

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)

    listener = HTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    try:
        for host in ("169.254.169.254", f"127.0.0.1:{listener.server_port}", f"localhost:{listener.server_port}"):
            told = through_the_queue(server, taking_files(server)[0], _as_file(f"http://{host}/"))
            assert not told["success"]
            refused(httpx.post(f"{server.url}/v1/median", json={"path": f"http://{host}/"}), 415, "text")
    finally:
        listener.shutdown()
        listener.server_close()
    assert hits == []


class _Canary:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self.file}",)


def _instead(server: Running, data: bytes, word: str) -> None:
    """Refused in the place of a model that was not opened yet, while another one goes on."""
    file = Path(server.environment["ENHANCER_WEIGHTS"]) / f"{RUNS}.safetensors"
    sound = file.read_bytes()
    file.write_bytes(data)
    try:
        answer = httpx.post(f"{server.url}/v1/upscale", content=png(9, 9), params=WRONG, timeout=WITHIN)
        refused(answer, 502, word)
        other = {"model": "x2-fast", "scale": "2"}
        assert (
            httpx.post(f"{server.url}/v1/upscale", content=png(9, 9), params=other, timeout=WITHIN).status_code == 200
        )
    finally:
        file.write_bytes(sound)


def weights_that_run(server: Running, place: Path) -> None:
    """Pickles by any name, and what the Hub's large files look like where they were not fetched."""
    canary, zipped = place / "canary", io.BytesIO()
    torch.save({"weight": torch.ones(1), "run": _Canary(canary)}, zipped)
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 950168\n"
    for data in (pickle.dumps(_Canary(canary)), zipped.getvalue(), pointer):
        _instead(server, data, "wrong bytes")
    assert not canary.exists()


def weights_that_are_wrong(server: Running, _: Path) -> None:
    """Other shapes, no numbers, one bit: refused by their sum, before they are opened."""
    file = Path(server.environment["ENHANCER_WEIGHTS"]) / f"{RUNS}.safetensors"
    tensors, sound = load_file(file), file.read_bytes()
    name = next(iter(tensors))
    shapes = save({**tensors, name: torch.zeros(1)})
    for data in (shapes, save({**tensors, name: tensors[name] * torch.nan}), sound[:-1] + bytes([sound[-1] ^ 1])):
        _instead(server, data, "wrong bytes")
    answer = httpx.post(f"{server.url}/v1/upscale", content=png(9, 9), params=WRONG, timeout=WITHIN)
    assert answer.status_code == 200, json.dumps(answer.text[:500])
