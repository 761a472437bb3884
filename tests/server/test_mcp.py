"""POST /v1/mcp: what programs that speak the Model Context Protocol find, get and are refused."""

import asyncio
import base64
import itertools
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from enhancer.client import Client
from enhancer.metrics import METRICS
from enhancer.server.mcp import VERSIONS
from enhancer.tasks import TASKS
from tests.server.conftest import Running, png, running, shown

TOKEN = "a-token-for-tests"
COUNT = itertools.count(1)


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    limits = {"MCP": 1, "TOKEN": TOKEN, "MAX_PIXELS": 100_000, "MAX_BODY": 2_000_000, "MAX_CANDIDATES": 2}
    yield from running(tmp_path_factory.mktemp("mcp"), limits)


def send(running: Running, message: Any, token: str = TOKEN, **headers: str) -> httpx.Response:
    content = message if isinstance(message, bytes) else json.dumps(message).encode()
    told = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
    if token:
        told["Authorization"] = f"Bearer {token}"
    return httpx.post(f"{running.url}/v1/mcp", content=content, headers=told, timeout=60)


def ask(running: Running, method: str, **params: Any) -> dict[str, Any]:
    number = next(COUNT)
    answer = send(running, {"jsonrpc": "2.0", "id": number, "method": method, "params": params})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert (told["jsonrpc"], told["id"]) == ("2.0", number)
    return told


def call(running: Running, name: str, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(running, "tools/call", name=name, arguments=arguments)["result"]
    return found


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_it_is_off_where_nobody_asked_for_it(program: Running) -> None:
    assert send(program, {"jsonrpc": "2.0", "id": 1, "method": "ping"}, token="").status_code == 404


def test_it_greets_in_a_version_that_both_speak(speaking: Running) -> None:
    for wished, spoken in ((VERSIONS[-1], VERSIONS[-1]), ("1999-01-01", VERSIONS[0])):
        told = ask(speaking, "initialize", protocolVersion=wished, capabilities={}, clientInfo={})["result"]
        assert told["protocolVersion"] == spoken
        assert told["capabilities"] == {"tools": {}}
    begun = send(speaking, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (begun.status_code, begun.content) == (202, b"")
    assert ask(speaking, "ping")["result"] == {}
    auth = {"Authorization": f"Bearer {TOKEN}"}
    assert httpx.get(f"{speaking.url}/v1/mcp", headers=auth).status_code == 405, "there are no streams"


def test_tools_have_typed_arguments(speaking: Running) -> None:
    tools = {tool["name"]: tool["inputSchema"] for tool in ask(speaking, "tools/list")["result"]["tools"]}
    assert set(tools) == {"enhance", "diagnose", "metrics"}
    assert all(schema["additionalProperties"] is False for schema in tools.values())
    properties = tools["enhance"]["properties"]
    assert properties["task"]["enum"] == list(TASKS)
    assert properties["options"]["properties"]["scale"]["type"] == "number"
    quality = properties["jpeg_quality"]
    assert [quality[key] for key in ("type", "default", "minimum", "maximum")] == ["integer", 95, 1, 100]
    assert tools["metrics"]["properties"]["metrics"]["items"]["enum"] == list(METRICS)


def test_enhance_gives_the_bytes_of_the_api(speaking: Running, cat: Path) -> None:
    told = call(speaking, "enhance", image=packed(cat.read_bytes()), task="upscale", options={"scale": 2}, recipe=True)
    assert told["isError"] is False, told
    image, text = told["content"]
    with Client(speaking.url, token=TOKEN) as client:
        done = client.enhance(cat, "upscale", scale=2, recipe=True)
    assert np.array_equal(shown(base64.b64decode(image["data"])), shown(done.file))
    assert image["mimeType"] == "image/png"
    assert json.loads(text["text"]) == told["structuredContent"]
    assert told["structuredContent"]["width"] == 128
    assert told["structuredContent"]["recipe"]["steps"]
    link = f"data:image/png;base64,{packed(cat.read_bytes())}"
    kept = call(
        speaking, "enhance", image=link, task="median", options={"radius": 1}, protect=["calm=0.5"], format="jpeg"
    )
    assert kept["content"][0]["mimeType"] == "image/jpeg"


def test_diagnose_and_metrics(speaking: Running, cat: Path) -> None:
    image = packed(cat.read_bytes())
    told = call(speaking, "diagnose", image=image, scale=2)["structuredContent"]
    assert {"noise", "resolution"} <= {finding["id"] for finding in told["findings"]}
    assert told["steps"][-1]["step"]["task_id"] == "upscale"
    rows = call(speaking, "metrics", candidates=[image], reference=image, metrics=["psnr", "ssim"])
    assert rows["structuredContent"]["rows"][0]["figures"] == {"psnr": "inf", "ssim": 1.0}
    alone = call(speaking, "metrics", candidates=[image, image])["structuredContent"]["rows"]
    assert len(alone) == 2
    assert "psnr" not in alone[0]["figures"]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("enhance", {}, "needs image"),
        ("enhance", {"image": packed(b"no picture")}, "picture"),
        ("enhance", {"image": packed(png(400, 400))}, "megapixels"),
        ("enhance", {"image": packed(png(8, 8)), "task": "nothing"}, "nothing"),
        ("enhance", {"image": packed(png(8, 8)), "options": {"scale": 99}}, "scale"),
        ("enhance", {"image": packed(png(8, 8)), "options": {"model": "/etc/passwd"}}, "passwd"),
        ("enhance", {"image": packed(png(8, 8)), "options": {"format": "png", "radius": [1]}}, "radius"),
        ("enhance", {"image": packed(png(8, 8)), "path": "/etc/passwd"}, "no 'path'"),
        ("enhance", {"image": packed(png(8, 8)), "protect": "text"}, "list"),
        ("diagnose", {"image": packed(png(64, 64)), "scale": "2"}, "number"),
        ("diagnose", {"image": packed(png(64, 64)), "scale": 10**400}, "too large"),
        ("enhance", {"image": packed(png(8, 8)), "options": {"scale": 10**400}}, "scale"),
        ("enhance", {"image": packed(png(8, 8)), "task": "\ud800"}, "task"),
        ("enhance", {"image": packed(png(8, 8)), "\ud800": 1}, "takes no"),
        ("enhance", {"image": packed(png(8, 8)), "protect": ["\ud800"]}, ""),
        ("metrics", {"candidates": [packed(png(64, 64))], "metrics": ["\ud800"]}, ""),
        ("metrics", {"candidates": []}, "list"),
        ("metrics", {"candidates": [packed(png(8, 8))] * 3}, "At most 2"),
        ("metrics", {"candidates": [packed(png(64, 64))], "metrics": ["psnr"]}, "reference"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_words(
    speaking: Running, name: str, arguments: dict[str, Any], words: str
) -> None:
    told = call(speaking, name, **arguments)
    assert told["isError"] is True
    assert words in told["content"][0]["text"]
    assert "Traceback" not in told["content"][0]["text"]


def test_no_address_is_fetched_and_no_path_is_opened(speaking: Running, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png(16, 16))
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.5)
        port = trap.getsockname()[1]
        places = [f"http://127.0.0.1:{port}/a.png", f"data:http://127.0.0.1:{port}/a.png", "secret.png"]
        places += [str(tmp_path / "secret.png"), f"file://{tmp_path}/secret.png", "", "data:image/png;base64,"]
        for place in places:
            for name, arguments in (
                ("enhance", {"image": place}),
                ("diagnose", {"image": place}),
                ("metrics", {"candidates": [place]}),
                ("metrics", {"candidates": [packed(png(16, 16))], "reference": place}),
            ):
                told = call(speaking, name, **arguments)
                assert told["isError"] is True
                assert "not opened" in told["content"][0]["text"]
        with pytest.raises(TimeoutError):
            trap.accept()


def test_messages_that_are_none(speaking: Running) -> None:
    for text, code in ((b"{", -32700), (b"[" * 50_000, -32700), (b"[]", -32600), (b'{"id": 1}', -32600)):
        assert send(speaking, text).json()["error"]["code"] == code
    assert ask(speaking, "resources/list")["error"]["code"] == -32601
    assert ask(speaking, "tools/call", name="shell", arguments={})["error"]["code"] == -32602
    listed = send(speaking, {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]})
    assert listed.json()["error"]["code"] == -32602
    for name in (["enhance"], {"enhance": 1}, None, 7):
        assert ask(speaking, "tools/call", name=name, arguments={})["error"]["code"] == -32602
    start = b'{"jsonrpc": "2.0", "method": "ping", "id": '
    for number, code in (
        (b"NaN", -32700),
        (b"[1]", -32600),
        (b"true", -32600),
        (b'"\\ud800"', -32600),
        (b"1e999", -32600),
    ):
        told = send(speaking, start + number + b"}")
        assert (told.status_code, told.json()["id"], told.json()["error"]["code"]) == (200, None, code)


def test_it_stands_behind_the_guard_and_the_keys(speaking: Running) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert send(speaking, ping, token="").status_code == 401
    assert send(speaking, ping, token="wrong").status_code == 401
    assert send(speaking, ping, Host="evil.example").status_code == 400
    assert send(speaking, ping, Origin="https://evil.example").status_code == 403
    assert send(speaking, b" " * 2_100_000).status_code == 413


def test_the_official_client_understands_it(speaking: Running, cat: Path) -> None:
    pytest.importorskip("mcp", reason="the package mcp is not installed; it is in tests/requirements.txt")
    import httpx2
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as http,
            streamable_http_client(f"{speaking.url}/v1/mcp", http_client=http) as streams,
            ClientSession(*streams[:2]) as session,
        ):
            await session.initialize()
            tools = await session.list_tools()
            done = await session.call_tool("enhance", {"image": packed(cat.read_bytes()), "options": {"scale": 2}})
            return [tool.name for tool in tools.tools], done

    with ThreadPoolExecutor(1) as aside:  # a browser of another test may run a loop in this thread
        names, done = aside.submit(lambda: asyncio.run(talk())).result()
    assert names == ["enhance", "diagnose", "metrics"]
    assert shown(base64.b64decode(done.content[0].data)).shape == (96, 128, 3)
