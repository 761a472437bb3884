"""What programs that speak the Model Context Protocol may ask for; pictures come as their bytes, never as places."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from enhancer.batch.order import wished
from enhancer.errors import BadOptions
from enhancer.evidence.propose import as_plain, propose
from enhancer.media import decode
from enhancer.metrics import METRICS
from enhancer.progress import Progress
from enhancer.server.answers import story
from enhancer.server.lists import option_schemas
from enhancer.server.measure import known_ids
from enhancer.server.service import Service
from enhancer.server.wish import PROTECT, PROTECT_HELP, FileOptions, wish_of
from enhancer.server.work import enhanced, measured
from enhancer.tasks import TASKS, task
from enhancer.tasks.upscale_options import UPSCALE
from enhancer.trust import diagnose

Given = Mapping[str, Any]  # arguments by name, as they came
Result = dict[str, Any]
PICTURE = {
    "type": "string",
    "contentEncoding": "base64",
    "description": "the bytes of a picture file in base64, or a data: link of them; addresses and paths are not opened",
}
BYTES = "Give a picture as the bytes of its file in base64; addresses and paths are not opened here."
TEXTS = {True: "true", False: "false"}


@dataclass(frozen=True)
class Tool:
    """One tool: `properties` are the JSON schemas of its arguments, of which the `needed` must be given."""

    name: str
    description: str
    properties: dict[str, Any]
    needed: tuple[str, ...]
    work: Callable[[Given, Service, Progress], Result]

    def told(self) -> dict[str, Any]:
        """As `tools/list` tells it."""
        schema = {
            "type": "object",
            "properties": self.properties,
            "required": list(self.needed),
            "additionalProperties": False,
        }
        hints = {"readOnlyHint": True, "openWorldHint": False}
        return {"name": self.name, "description": self.description, "inputSchema": schema, "annotations": hints}

    def do(self, given: Given, service: Service, progress: Progress) -> Result:
        """The result of a call. Raises BadOptions for arguments that are missing or unknown, and what the work does."""
        for name in self.needed:
            if name not in given:
                raise BadOptions(f"{self.name} needs {name}.")
        for name in given:
            if name not in self.properties:
                raise BadOptions(f"{self.name} takes no {name!r}; known: {', '.join(self.properties)}.")
        return self.work(given, service, progress)


def _enhance(given: Given, service: Service, progress: Progress) -> Result:
    chosen, protect, options = given.get("task", UPSCALE.id), given.get(PROTECT, []), given.get("options", {})
    if not isinstance(protect, list) or not isinstance(options, dict):
        raise BadOptions(f"{PROTECT} is a list of texts, and options are named values.")
    plain = {name: value for name, value in given.items() if name in FILE}
    fields = [(name, _text(name, value)) for name, value in [*plain.items(), *options.items()]]
    fields += [(PROTECT, _text(PROTECT, value)) for value in protect]
    wish = wish_of(task(_text("task", chosen)), fields)
    answer = enhanced(_bytes(given["image"]), wish, service.engine, progress)
    image = {
        "type": "image",
        "data": base64.b64encode(answer.file).decode(),
        "mimeType": answer.format.media_type,
    }
    return _answer(story(answer), image)


def _diagnose(given: Given, service: Service, progress: Progress) -> Result:
    raw, scale = _bytes(given["image"]), given.get("scale")
    if scale is not None and (isinstance(scale, bool) or not isinstance(scale, int | float)):
        raise BadOptions(f"scale is a number, not {scale!r:.60}.")
    try:
        times = None if scale is None else float(scale)
    except OverflowError as error:
        raise BadOptions("scale is too large a number.") from error
    found = diagnose(decode(raw, service.settings), raw, progress=progress)
    return _answer(as_plain(found, propose(found, wished(found.width, found.height, times))))


def _measure(given: Given, service: Service, progress: Progress) -> Result:
    candidates, ids = given["candidates"], given.get("metrics", [])
    most = service.settings.max_candidates
    if not isinstance(candidates, list) or not isinstance(ids, list) or not candidates:
        raise BadOptions("candidates is a list of pictures, and metrics a list of ids.")
    if len(candidates) > most:
        raise BadOptions(f"At most {most} pictures are measured at once.", "max_candidates")
    reference = _bytes(given["reference"]) if "reference" in given else None
    asked = known_ids([_text("metrics", one) for one in ids], reference is not None)
    named = [(f"candidate {n}", _bytes(one)) for n, one in enumerate(candidates, 1)]
    rows = measured(reference, named, asked, service.settings, progress)
    return _answer({"rows": [asdict(row) for row in rows]})


def _answer(told: dict[str, Any], *more: dict[str, Any]) -> Result:
    """For people and models that read, and for programs."""
    return {"content": [*more, {"type": "text", "text": json.dumps(told)}], "structuredContent": told}


def _bytes(given: Any) -> bytes:
    text = given if isinstance(given, str) else ""
    if text[:5].lower() == "data:":
        text = text.partition(",")[2]
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadOptions(BYTES) from error
    if not found:
        raise BadOptions(BYTES)
    return found


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return TEXTS[value]
    if isinstance(value, str | int | float):
        return str(value)
    raise BadOptions(f"{name} is a text, a number, or true or false, not {value!r:.60}.")


def _options() -> dict[str, Any]:
    """The options of all tasks: what a name means for each, and its limits where they are the same for all."""
    found = dict[str, dict[str, Any]]()
    for each in TASKS.values():
        for name, schema in option_schemas(each.options).items():
            said = f"{each.id}: {schema['description']}"
            before = found.get(name)
            if before is None:
                found[name] = {**schema, "description": said}
                continue
            same = {key: value for key, value in schema.items() if before.get(key) == value}
            found[name] = {**same, "description": f"{before['description']}; {said}"}
    return found


FILE = option_schemas(FileOptions)
TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "enhance",
            "Do one task to a picture; back come the picture, the recipe that makes it again, and what of the picture "
            "was kept and lost. Nothing is stored.",
            {
                "image": PICTURE,
                "task": {"type": "string", "enum": list(TASKS), "default": UPSCALE.id, "description": "what to do"},
                "options": {"type": "object", "properties": _options(), "description": "of the task; see its name"},
                PROTECT: {"type": "array", "items": {"type": "string"}, "description": PROTECT_HELP},
                **FILE,
            },
            ("image",),
            _enhance,
        ),
        Tool(
            "diagnose",
            "Say what ails a picture, figure by figure with its evidence, and which steps are proposed against it.",
            {
                "image": PICTURE,
                "scale": {
                    "type": "number",
                    "minimum": 1,
                    "maximum": 4,
                    "description": "how large it is wished; 2 for pictures under 4 megapixels, else 1",
                },
            },
            ("image",),
            _diagnose,
        ),
        Tool(
            "metrics",
            "Measure pictures against a reference of the same size, or alone; what is transparent is laid on white.",
            {
                "candidates": {"type": "array", "items": PICTURE, "minItems": 1},
                "reference": PICTURE,
                "metrics": {"type": "array", "items": {"type": "string", "enum": list(METRICS)}},
            },
            ("candidates",),
            _measure,
        ),
    )
}
