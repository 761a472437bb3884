"""An answer as HTTP: the file with its story in the headers, or both in a form or in JSON, as `Accept` asks."""

import base64
import json
import os
import secrets
from collections.abc import Iterator
from typing import Any, BinaryIO

from starlette.responses import JSONResponse, Response, StreamingResponse

from enhancer.evidence.receipt import Receipt
from enhancer.evidence.recipe_text import left_out, to_json, to_link
from enhancer.server.work import Answer, FileAnswer

JSON, FORM = "application/json", "multipart/form-data"
RECIPE, RECEIPT, SIZE, SECONDS = "X-Enhancer-Recipe", "X-Enhancer-Receipt", "X-Enhancer-Size", "X-Enhancer-Seconds"
CONSISTENCY, PARTIAL = "X-Enhancer-Consistency", "X-Enhancer-Recipe-Partial"
PART = 1024 * 1024  # bytes of a file that are sent at once
PRIVATE = {"Cache-Control": "no-store"}  # a visitor's picture


def respond(answer: Answer | FileAnswer, accept: str) -> Response:
    """The answer as the client wants it; the file alone where it does not say, and for what is no picture."""
    if isinstance(answer, FileAnswer):
        return _file(answer)
    if JSON in accept:
        return JSONResponse({**story(answer), "base64": base64.b64encode(answer.file).decode()}, headers=PRIVATE)
    if FORM in accept or "multipart/*" in accept:
        return _form(answer)
    headers = {
        RECIPE: to_link(answer.recipe),
        SIZE: "{}x{}".format(*answer.size),
        SECONDS: f"{answer.seconds:.3f}",
        "Content-Disposition": f'attachment; filename="{_name(answer)}"',
    }
    if lacking := left_out(answer.recipe):
        headers[PARTIAL] = ", ".join(lacking)
    if answer.consistency is not None:
        headers[CONSISTENCY] = str(answer.consistency)
    if answer.receipt is not None:
        headers[RECEIPT] = json.dumps(_lines(answer.receipt))
    return Response(answer.file, headers={**headers, **PRIVATE}, media_type=answer.format.media_type)


def _file(answer: FileAnswer) -> Response:
    headers = {
        SIZE: "{}x{}".format(*answer.size),
        SECONDS: f"{answer.seconds:.3f}",
        RECEIPT: json.dumps({"kept": answer.kept, "lost": answer.notes}),
        "Content-Disposition": f'attachment; filename="{answer.name}"',
        "Content-Length": str(os.fstat(answer.file.fileno()).st_size),
    }
    return StreamingResponse(_parts(answer.file), headers={**headers, **PRIVATE}, media_type=answer.media_type)


def _parts(file: BinaryIO) -> Iterator[bytes]:
    """From its beginning, wherever others are who read the same."""
    with file:
        place = 0
        while part := os.pread(file.fileno(), PART, place):
            place += len(part)
            yield part


def story(answer: Answer) -> dict[str, Any]:
    """All that is said about a result, as JSON."""
    return {
        "media_type": answer.format.media_type,
        "width": answer.size[0],
        "height": answer.size[1],
        "bytes": len(answer.file),
        "seconds": round(answer.seconds, 3),
        "recipe": json.loads(to_json(answer.recipe)),
        "recipe_link": to_link(answer.recipe),
        "recipe_link_lacks": list(left_out(answer.recipe)),
        "receipt": None if answer.receipt is None else _lines(answer.receipt),
        "consistency": answer.consistency,
    }


def _lines(found: Receipt) -> dict[str, list[str]]:
    return {"kept": list(found.kept), "lost": list(found.lost)}


def _name(answer: Answer) -> str:
    """Never made of what the client called its file."""
    return f"{answer.recipe.steps[-1].task}{answer.format.suffixes[0]}"


def _form(answer: Answer) -> Response:
    boundary = secrets.token_hex(16)
    story_head = f'--{boundary}\r\nContent-Disposition: form-data; name="story"\r\nContent-Type: {JSON}\r\n\r\n'
    file_head = (
        f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{_name(answer)}"\r\n'
        f"Content-Type: {answer.format.media_type}\r\n\r\n"
    )
    parts = [story_head.encode(), json.dumps(story(answer)).encode(), file_head.encode(), answer.file]
    body = b"".join([*parts, f"\r\n--{boundary}--\r\n".encode()])
    return Response(body, headers=PRIVATE, media_type=f"{FORM}; boundary={boundary}")
