"""The words of the API for OpenAPI and for its own page, made from the tables of tasks, options and limits."""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from enhancer.evidence.guard_words import WISHES
from enhancer.lanes.lane import MEDICAL, SATELLITE
from enhancer.media.formats import FORMATS
from enhancer.server import answers, problems
from enhancer.server.lists import option_schemas
from enhancer.server.wish import PROTECT, PROTECT_HELP, FileOptions
from enhancer.tasks.task import Task

ROOT = "/v1"
HOST = "http://127.0.0.1:7860"
TITLE = "Image Enhancer"
ABOUT = (
    "Send a picture, get the better one, with the recipe that makes it again and a receipt of what was kept. "
    "Errors are application/problem+json; 429 and 503 say in Retry-After when to come again, where that helps."
)
BINARY = {"type": "string", "format": "binary"}
MASKED = '-F "mask=$(base64 -w0 mask.png)"'
SAMPLE = 2.0  # of a number that has no default of its own
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "the name of the status"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what is wrong and what would work, for people"},
        "limit": {"type": "string", "description": "the setting that was exceeded"},
        "request_id": {"type": "string", "description": "to be found in the log of the server"},
    },
    "example": {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "scale must lie between 1 and 4, not 9.0.",
        "request_id": "4f1c0a9be27d5586",
    },
}
STORY = {"type": "object", "description": "the picture in base64, with its recipe, receipt, size and seconds"}
TOLD = {
    answers.RECIPE: "how the result was made, packed as the page's links have it",
    answers.PARTIAL: "what that recipe leaves out, as it is of this picture alone: guards, mask; in JSON it is whole",
    answers.RECEIPT: "JSON: what of the picture was kept, and what was lost",
    answers.SIZE: "width x height of the result",
    answers.SECONDS: "what the work took",
    answers.CONSISTENCY: "of enlargements: how well the result, shrunk back, gives the picture, in dB",
}
REFUSALS = (400, 404, 408, 413, 415, 422, 429, 500, 502, 503, 504)
VIDEOS = {".mp4": "video/mp4", ".mkv": "video/x-matroska"}
ZIP = "application/zip"
OTHER_FILES = (*VIDEOS.values(), MEDICAL.media_type, SATELLITE.media_type, ZIP)  # that jobs make, beside pictures
READING = (404, 409, 413, 415, 422, 500, 502, 503, 504)  # of a result


def refusals(codes: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    """What stands in the description for errors."""
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": HTTPStatus(code).phrase, "content": content} for code in codes}


def result() -> dict[int | str, dict[str, Any]]:
    """What stands in the description for a picture that comes back."""
    kinds: dict[str, Any] = {f.media_type: {"schema": BINARY} for f in FORMATS if f.writable}
    kinds |= {kind: {"schema": BINARY} for kind in OTHER_FILES}
    kinds |= {answers.JSON: {"schema": STORY}, answers.FORM: {"schema": {"type": "object"}}}
    headers = {name: {"description": text, "schema": {"type": "string"}} for name, text in TOLD.items()}
    return {200: {"description": "The result; for pictures, Accept chooses how.", "content": kinds, "headers": headers}}


def asking(task: Task, place: str = ROOT) -> dict[str, Any]:
    """Arguments of the route that takes a picture for this task: what a request may carry."""
    schemas = {**option_schemas(task.options), **option_schemas(FileOptions)}
    protect = {"type": "array", "items": {"type": "string"}, "description": PROTECT_HELP, "example": [WISHES[0]]}
    schemas[PROTECT] = protect
    return {
        "description": f"{task.summary}\n\n`{curl(task, place=place)}`",
        "response_class": Response,
        "openapi_extra": carrying(schemas),
    }


def carrying(
    schemas: dict[str, dict[str, Any]], media_type: str = "image/*", about: str = "the picture"
) -> dict[str, Any]:
    """What a request carries that brings a file, by default a picture, and these options."""
    file = {**BINARY, "description": about}
    form = {"type": "object", "required": ["file"], "properties": {"file": file, **schemas}}
    content = {answers.FORM: {"schema": form}, media_type: {"schema": file}}
    return {**parameters(schemas), "requestBody": {"required": True, "content": content}}


def parameters(schemas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the address of a request may carry."""
    return {"parameters": [_parameter(name, schema) for name, schema in schemas.items()]}


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": schema["description"], "schema": schema}


def curl(task: Task, host: str = HOST, place: str = ROOT) -> str:
    """A line to try a task with."""
    where = " -o better.png" if place == ROOT else ""
    mask = f" {MASKED}" if "mask" in option_schemas(task.options) else ""
    return f"curl -F file=@photo.jpg{mask} '{host}{place}/{task.id}{_sample(task)}'{where}"


def _sample(task: Task) -> str:
    """The first option that is a number, with a value that is allowed."""
    for name, schema in option_schemas(task.options).items():
        if "minimum" in schema and "maximum" in schema:
            value = schema.get("default", min(schema["maximum"], max(schema["minimum"], SAMPLE)))
            return f"?{name}={value:g}"
    return ""


def completed(found: dict[str, Any]) -> dict[str, Any]:
    """The description of FastAPI with what all routes speak of, and where they are."""
    found.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return {**found, "servers": [{"url": ROOT}]}
