"""Recipes as JSON and as the tail of a link. What comes from outside is bounded, and read without any leniency."""

import base64
import binascii
import json
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from enhancer.engine.device import PRECISIONS
from enhancer.errors import BadOptions, BadRecipe
from enhancer.evidence.guard import Guard
from enhancer.evidence.recipe import MAX_STEPS, Fingerprint, Recipe, Step
from enhancer.media.encode import MAX_RECIPE
from enhancer.models.contract import Origin
from enhancer.options import parse
from enhancer.settings import PROGRAM
from enhancer.tasks import TASKS
from enhancer.tasks.choose import AUTO

FORMAT = 2  # of the JSON; a change of its keys or of their meaning makes it 3
UNGUARDED = 1  # the one before, which knew of no guards
MAX_LINK = 8192  # characters; longer ones do not survive every mail program
LINK = re.compile(r"[A-Za-z0-9_-]+")
SHA256 = re.compile(r"[0-9a-f]{64}")
WORD = re.compile(r"[\w.+-]{1,64}", re.ASCII)
NAME = re.compile(r"(?!.*\.\.)[\w.+-][\w .()+-]*(/[\w .()+-]+){0,7}")  # of a model; never a place outside
PRECISION = re.compile("|".join(PRECISIONS))
LONGEST_NAME = 200
TOP = ("recipe", "program", "version", "steps", "computed", "input", "output")
MAX_GUARDS = 8
WHOLE = (1, 2**31 - 1)


def to_json(recipe: Recipe, indent: int | None = None) -> str:
    """The recipe as JSON in plain ASCII, in one line unless `indent` spaces are asked for."""
    source, result = asdict(recipe.source), asdict(recipe.result)
    values = {
        "recipe": FORMAT,
        "program": PROGRAM,
        "version": recipe.version,
        "steps": [asdict(step) for step in recipe.steps],
        "guards": [asdict(guard) for guard in recipe.guards],
        "computed": {"precision": recipe.precision, "device": recipe.device, "torch": recipe.torch},
        "input": {"file": recipe.file, **source},
        "output": {**result, "quality": recipe.quality},
    }
    return json.dumps(values, indent=indent, separators=(",", ":") if indent is None else None)


def from_json(text: str) -> Recipe:
    """The recipe in a JSON text of at most 32 KiB.

    Raises BadRecipe naming what is wrong: no JSON, a program, version, key, task, option or value that is not known.
    """
    if len(text) > MAX_RECIPE:
        raise BadRecipe(f"A recipe has at most {MAX_RECIPE} characters, not {len(text)}.")
    top = _object(_parsed(text), "The recipe", first=("recipe", "program"))
    if top["program"] != PROGRAM:
        raise BadRecipe(f"This recipe is for another program, {_shown(top['program'])}, not for {PROGRAM}.")
    if top["recipe"] not in (UNGUARDED, FORMAT) or isinstance(top["recipe"], bool):
        raise BadRecipe(
            f"This recipe is of version {_shown(top['recipe'])}; this program reads versions {UNGUARDED} and {FORMAT}."
        )
    _exactly(top, (*TOP, "guards") if top["recipe"] == FORMAT else TOP, "The recipe")
    computed = _exactly(_object(top["computed"], "computed"), ("precision", "device", "torch"), "computed")
    source, result = _object(top["input"], "input"), _object(top["output"], "output")
    return Recipe(
        version=_matching(top["version"], WORD, "version"),
        steps=_steps(top["steps"]),
        precision=_matching(computed["precision"], PRECISION, "precision"),
        device=_matching(computed["device"], WORD, "device"),
        torch=_matching(computed["torch"], WORD, "torch"),
        file=None if source.get("file") is None else _matching(source["file"], SHA256, "input file"),
        source=_fingerprint(source, "file", "input"),
        result=_fingerprint(result, "quality", "output"),
        quality=None if result.get("quality") is None else _whole(result["quality"], 1, 100, "quality"),
        guards=_guards(top.get("guards", [])),
    )


def to_link(recipe: Recipe) -> str:
    """The recipe in the letters that every link may hold: JSON, deflated, in URL-safe base64 without padding.

    Without its guards and masks, as `left_out` says: what was painted over in one picture says nothing of another, and
    would make the link long.
    """
    bare = tuple(replace(s, options={**s.options, "mask": ""}) if "mask" in s.options else s for s in recipe.steps)
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(to_json(replace(recipe, steps=bare, guards=())).encode()) + packer.flush()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def left_out(recipe: Recipe) -> tuple[str, ...]:
    """What of the recipe its link does not hold: guards, mask; such a link does not make the result again."""
    found = {"guards": bool(recipe.guards), "mask": any(step.options.get("mask") for step in recipe.steps)}
    return tuple(name for name, there in found.items() if there)


def from_link(text: str) -> Recipe:
    """The recipe that `to_link` packed, never unpacked beyond 32 KiB. Raises BadRecipe as `from_json` does."""
    if len(text) > MAX_LINK:
        raise BadRecipe(f"A recipe in a link has at most {MAX_LINK} characters, not {len(text)}.")
    damaged = BadRecipe("The recipe in this link is damaged; please copy the whole link again.")
    if not LINK.fullmatch(text):
        raise damaged
    unpacker = zlib.decompressobj(wbits=-15)
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacked = unpacker.decompress(packed, MAX_RECIPE + 1).decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError) as error:
        raise damaged from error
    if len(unpacked) <= MAX_RECIPE and (not unpacker.eof or unpacker.unused_data):
        raise damaged
    return from_json(unpacked)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadRecipe("This recipe cannot be read as JSON; please take it as it was first written.") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


def _object(value: Any, where: str, first: Sequence[str] = ()) -> dict[str, Any]:
    if not isinstance(value, dict) or not set(first) <= set(value):
        raise BadRecipe(f"{where} is not as a recipe of {PROGRAM} has it, but {_shown(value)}.")
    return value


def _exactly(value: dict[str, Any], keys: Sequence[str], where: str) -> dict[str, Any]:
    unknown, missing = sorted(set(value) - set(keys)), [key for key in keys if key not in value]
    if unknown:
        raise BadRecipe(f"{where} has the unknown key {_shown(unknown[0])}; known: {', '.join(keys)}.")
    if missing:
        raise BadRecipe(f"{where} lacks the key {missing[0]!r}.")
    return value


def _fingerprint(value: dict[str, Any], besides: str, where: str) -> Fingerprint:
    _exactly(value, (besides, "sha256", "width", "height", "depth"), where)
    depth = _whole(value["depth"], 8, 16, f"{where} depth")
    if depth not in (8, 16):
        raise BadRecipe(f"{where} depth must be 8 or 16, not {depth}.")
    sides = [_whole(value[side], *WHOLE, f"{where} {side}") for side in ("width", "height")]
    return Fingerprint(_matching(value["sha256"], SHA256, f"{where} sha256"), sides[0], sides[1], depth)


def _steps(value: Any) -> tuple[Step, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_STEPS:
        raise BadRecipe(f"steps must be a list of 1 to {MAX_STEPS} steps, not {_shown(value)}.")
    return tuple(_step(step, f"Step {n}") for n, step in enumerate(value, 1))


def _step(value: Any, where: str) -> Step:
    step = _exactly(_object(value, where), ("task", "options", "models"), where)
    if step["task"] not in list(TASKS):
        raise BadRecipe(f"{where} is the unknown task {_shown(step['task'])}; known: {', '.join(TASKS)}.")
    if not isinstance(step["models"], list) or len(step["models"]) > MAX_STEPS:
        raise BadRecipe(f"{where} must list at most {MAX_STEPS} models, not {_shown(step['models'])}.")
    models = tuple(_origin(model, where) for model in step["models"])
    options = _options(step["task"], _object(step["options"], f"{where}, options,"), where)
    if options.get("model", AUTO) not in (AUTO, *(model.id for model in models)):
        raise BadRecipe(f"{where} asks for the model {_shown(options['model'])}, whose weights it does not name.")
    return Step(step["task"], options, models)


def _guards(value: Any) -> tuple[Guard, ...]:
    if not isinstance(value, list) or len(value) > MAX_GUARDS:
        raise BadRecipe(f"guards must be a list of at most {MAX_GUARDS}, not {_shown(value)}.")
    return tuple(_guard(guard, f"Guard {n}") for n, guard in enumerate(value, 1))


def _guard(value: Any, where: str) -> Guard:
    guard = _exactly(_object(value, where), ("what", "strength", "mask"), where)
    strength = guard["strength"]
    if isinstance(strength, bool) or not isinstance(strength, (int, float)) or not isinstance(guard["mask"], str):
        raise BadRecipe(f"{where}: a strength is a number and a mask is text, not {_shown(value)}.")
    try:
        return Guard(_matching(guard["what"], WORD, where), float(strength), guard["mask"])
    except BadOptions as error:
        raise BadRecipe(f"{where}: {error}") from error


def _options(task_id: str, given: dict[str, Any], where: str) -> dict[str, Any]:
    """Every option; those that are not given, as in recipes of older versions, by their defaults."""
    try:
        options: Any = parse(TASKS[task_id].options, given)
    except BadOptions as error:
        raise BadRecipe(f"{where}: {error}") from error
    found = asdict(options)
    for name, value in given.items():
        finite = not isinstance(value, float) or math.isfinite(value)
        if not finite or found[name] != value or isinstance(found[name], bool) != isinstance(value, bool):
            raise BadRecipe(f"{where}: {name} cannot be {_shown(value)}.")
    return found


def _origin(value: Any, where: str) -> Origin:
    model = _exactly(_object(value, f"{where}, model,"), ("id", "sha256", "share"), f"{where}, model,")
    share = model["share"]
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
        raise BadRecipe(f"{where}: the share of a model lies between 0 and 1, not at {_shown(share)}.")
    name = _matching(model["id"], NAME, f"{where}, the id of a model,")
    if len(name) > LONGEST_NAME:
        raise BadRecipe(f"{where}: the id of a model has at most {LONGEST_NAME} characters, not {len(name)}.")
    return Origin(name, _matching(model["sha256"], SHA256, f"{where}, the sha256 of a model,"), float(share))


def _matching(value: Any, pattern: re.Pattern[str], where: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_LINK or not pattern.fullmatch(value):
        raise BadRecipe(f"{where} cannot be {_shown(value)}.")
    return value


def _whole(value: Any, low: int, high: int, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadRecipe(f"{where} must be a whole number between {low} and {high}, not {_shown(value)}.")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
