"""POST /v1/mcp: the Model Context Protocol over plain HTTP, one JSON answer to each message and nothing kept between.

https://modelcontextprotocol.io/specification/2025-11-25/basic/transports (streamable HTTP without streams).
"""

import json
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from enhancer.errors import EnhancerError
from enhancer.server.answers import PRIVATE
from enhancer.server.body import body_of
from enhancer.server.mcp_tools import TOOLS
from enhancer.server.problems import Refused, problem_of
from enhancer.server.service import Service
from enhancer.settings import PROGRAM, VERSION

VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26")  # of the protocol, the newest first
UNREADABLE, NO_MESSAGE, NO_METHOD, BAD_PARAMS = -32700, -32600, -32601, -32602
ABOUT = "Pictures are sent as their bytes in base64 and come back so; addresses and paths are never opened."


class Wrong(Exception):
    """A message that cannot be answered: the code of JSON-RPC, and why."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


def mcp_routes(service: Service) -> APIRouter:
    """The one route."""
    router = APIRouter()

    @router.post("/mcp", include_in_schema=False)
    async def speak(request: Request) -> Response:
        with service.enter(request):
            most, seconds = service.settings.max_body, service.settings.upload_seconds
            async with body_of(request, most, "max_body", seconds) as body:
                text = await body.files[0][1].read() if body.files else b""
            name = None
            try:
                message = await run_in_threadpool(_read, text)
                if "id" not in message:
                    return Response(status_code=HTTPStatus.ACCEPTED)
                name = _name(message["id"])
                told = {"result": await _result(message, service, request)}
            except Wrong as wrong:
                told = {"error": {"code": wrong.code, "message": str(wrong)}}
        return JSONResponse({"jsonrpc": "2.0", "id": name, **told}, headers=PRIVATE)

    return router


def _read(text: bytes) -> dict[str, Any]:
    """A message. Raises Wrong."""
    try:
        message = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Wrong(UNREADABLE, "This is not readable as JSON.") from error
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise Wrong(NO_MESSAGE, "Send one JSON-RPC 2.0 message.")
    return message


def _name(given: Any) -> str | int:
    """The id of a message, which goes back as it came. Raises Wrong for what would not."""
    if isinstance(given, bool) or not isinstance(given, str | int) or not str(given).isprintable():
        raise Wrong(NO_MESSAGE, "The id of a message is a text, or a whole number.")
    return given


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


async def _result(message: Mapping[str, Any], service: Service, request: Request) -> dict[str, Any]:
    method, params = message.get("method"), message.get("params") or {}
    if not isinstance(params, dict):
        raise Wrong(BAD_PARAMS, "params must be an object.")
    if method == "initialize":
        return _greeting(params)
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [tool.told() for tool in TOOLS.values()]}
    if method == "tools/call":
        return await _call(params, service, request)
    raise Wrong(NO_METHOD, "There is no such method here; this server has tools alone.")


def _greeting(params: Mapping[str, Any]) -> dict[str, Any]:
    wished = params.get("protocolVersion")
    return {
        "protocolVersion": wished if wished in VERSIONS else VERSIONS[0],
        "capabilities": {"tools": {}},
        "serverInfo": {"name": PROGRAM, "version": VERSION},
        "instructions": ABOUT,
    }


async def _call(params: Mapping[str, Any], service: Service, request: Request) -> dict[str, Any]:
    """What a tool found, or in the same shape why it did not. Raises Wrong, and Refused for what may work later."""
    name, given = params.get("name"), params.get("arguments") or {}
    if not isinstance(name, str) or name not in TOOLS or not isinstance(given, dict):
        raise Wrong(BAD_PARAMS, f"Known tools: {', '.join(TOOLS)}; arguments must be an object.")
    try:
        found = await service.done(partial(TOOLS[name].do, given, service), request)
    except Refused:
        raise
    except EnhancerError as error:
        return {"content": [{"type": "text", "text": problem_of(error).detail}], "isError": True}
    return {**found, "isError": False}
