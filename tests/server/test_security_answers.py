"""The security list, items 7 to 9, 11 and 12: other sites, headers of answers, closed doors, audits, kept files."""

import re
from pathlib import Path

import httpx
import pytest

from tests.server.conftest import Running, png
from tests.server.wire import folder, raw

EVIL = ("https://evil.example", "null", "http://localhost:1", "https://huggingface.co", "file://", "")


@pytest.mark.parametrize("origin", EVIL)
@pytest.mark.parametrize("path", ["/", "/config", "/v1/tasks", "/gradio_api/heartbeat/x", "/metrics", "/nothing"])
def test_item_7_no_other_site_reads_anything(program: Running, origin: str, path: str) -> None:
    for host in ("localhost", "192.168.0.7"):
        asked = {"Origin": origin, "Host": host}
        with httpx.stream("GET", program.url + path, headers=asked) as answer:
            assert not [name for name in answer.headers if name.startswith("access-control-")]
        asked["Access-Control-Request-Method"] = "POST"
        assert httpx.options(program.url + path, headers=asked).headers.get("access-control-allow-origin") is None


HOSTILE = {
    "a.html": b"<script>alert(1)</script>",
    "a.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a.xml": b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    "a.js": b"alert(1)",
    "a.pdf": b"%PDF-1.7",
    "a.png": b"<script>alert(1)</script>",
    "a": b"<!doctype html><script>alert(1)</script>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_item_8_what_visitors_sent_runs_nowhere(program: Running, name: str) -> None:
    sent = httpx.post(f"{program.url}/gradio_api/upload", files={"files": (name, HOSTILE[name])}).json()[0]
    answer = httpx.get(f"{program.url}/gradio_api/file={sent}")
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    shown = answer.headers["Content-Type"].startswith("image/png")
    assert shown or answer.headers["Content-Disposition"].startswith("attachment")


def test_item_8_results_are_files_to_save(program: Running) -> None:
    answer = httpx.post(f"{program.url}/v1/median", content=png(8, 8), timeout=30)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r'attachment; filename="[a-z-]+\.png"', answer.headers["Content-Disposition"])
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


CLOSED = (
    "/gradio_api/run/predict",
    "/gradio_api/proxy=http://127.0.0.1/",
    "/gradio_api/vibe-edit/",
    "/gradio_api/vibe-edit/undo",
    "/gradio_api/vibe-code/",
    "/gradio_api/deep_link?session_hash=abc",
    "/gradio_api/monitoring",
    "/monitoring",
    "/monitoring/summary",
    "/gradio_api/profiling",
    "/gradio_api/profiling/summary",
    "/gradio_api/dev/reload",
    "/gradio_api/api/predict",
    "/gradio_api/component_server",
    "/docs",
    "/redoc",
)


@pytest.mark.parametrize("path", CLOSED)
def test_item_9_what_nobody_needs_is_closed(program: Running, path: str) -> None:
    for method in ("GET", "POST"):
        answer = httpx.request(method, program.url + path, timeout=30)
        assert answer.status_code in (403, 404, 405, 422), (method, answer.text[:200])


def test_item_12_no_list_of_files_exists(program: Running) -> None:
    """Whoever knows the address of a file may have it; the address is a hash, and nothing lists them."""
    first, second = (
        httpx.post(f"{program.url}/gradio_api/upload", files={"files": ("a.png", data)}).json()[0]
        for data in (png(9, 9), png(9, 9, 0x123456))
    )
    assert re.fullmatch(r"[0-9a-f]{40,}", Path(first).parent.name)
    assert Path(first).parent.name != Path(second).parent.name
    place = Path(first).parent
    while place != folder(program).parent:
        for path in (f"/gradio_api/file={place}", f"/gradio_api/file={place}/"):
            status, body = raw(program, path)
            assert status in (403, 404), path
            assert Path(second).parent.name.encode() not in body
        place = place.parent
    assert raw(program, f"/gradio_api/file={folder(program) / 'lock'}")[0] in (403, 404)
