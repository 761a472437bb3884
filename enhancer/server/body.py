"""What a request carries: files and fields, counted while they arrive, on disk past a megabyte, gone when closed."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NoReturn

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.types import Message, Receive

from enhancer.server.problems import Refused
from enhancer.settings import MIB

IN_MEMORY = MIB  # bytes of a file; the rest lies in a file without a name, which no crash leaves behind
FIELDS = 64  # in a form
FIELD_BYTES = 64 * 1024
FORM = "multipart/form-data"


@dataclass
class Body:
    """Fields of the address and of the form in the order they came, and files with the name of their field."""

    fields: list[tuple[str, str]]
    files: list[tuple[str, UploadFile]] = field(default_factory=list)

    async def close(self) -> None:
        """Delete the files."""
        for _, file in self.files:
            await file.close()


@asynccontextmanager
async def body_of(request: Request, most: int, limit: str, seconds: int, files: int = 1) -> AsyncIterator[Body]:
    """The body of a request, whose files are there until the block ends.

    Raises Refused as soon as it has more than `most` bytes, the setting `limit`, and when it takes too long to come.
    """
    if int(request.headers.get("content-length", 0)) > most:
        _too_large(most, limit)
    counted = Request(request.scope, _counted(request.receive, most, limit))
    body = Body(list(request.query_params.multi_items()))
    try:
        try:
            async with asyncio.timeout(seconds):
                await (_form if is_form(request) else _raw)(counted, body, files)
        except TimeoutError as error:
            raise Refused(
                HTTPStatus.REQUEST_TIMEOUT,
                f"The request did not arrive within {seconds} seconds; please send a smaller file.",
                "upload_seconds",
            ) from error
        yield body
    finally:
        await body.close()


def is_form(request: Request) -> bool:
    """Whether the picture comes with fields around it; else it is the whole body."""
    return request.headers.get("content-type", "").startswith(FORM)


def _too_large(most: int, limit: str) -> NoReturn:
    raise Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"This request has more than {most / MIB:g} MiB, which is the most; please make the file smaller.",
        limit,
    )


def _counted(receive: Receive, most: int, limit: str) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            _too_large(most, limit)
        return message

    return counted


async def _form(request: Request, body: Body, files: int) -> None:
    form = await request.form(max_files=files, max_fields=FIELDS, max_part_size=FIELD_BYTES)
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            body.files.append((name, value))
        else:
            body.fields.append((name, value))


async def _raw(request: Request, body: Body, files: int) -> None:
    """The whole body is the picture, whatever type it says that it has."""
    disk = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed with the body
    file = UploadFile(disk)  # type: ignore[arg-type]  # which starlette itself gives it
    body.files.append(("file", file))
    async for chunk in request.stream():
        await file.write(chunk)
    await file.seek(0)
