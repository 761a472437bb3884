"""How weights came about: `run.json` beside them, or what an earlier export wrote into their header."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from enhancer.errors import BadOptions

HEADER = "training"  # key of the safetensors header
FILE = "run.json"


@dataclass(frozen=True)
class History:
    """`recipe` is a name or all its options; `data` says in words what was trained on; `more` whatever else is known.

    `command` in `more` is shown as the way to train again.
    """

    recipe: str | dict[str, Any]
    data: str
    steps: int
    minutes: float
    more: dict[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Everything by name, as `run.json` holds it."""
        known = {"recipe": self.recipe, "data": self.data, "steps": self.steps, "minutes": self.minutes}
        return known | self.more


KINDS: dict[str, tuple[type, ...]] = {"recipe": (str, dict), "data": (str,), "steps": (int,), "minutes": (int, float)}


def history_of(weights: Path, header: Mapping[str, str], given: Mapping[str, Any]) -> History:
    """What the header knows, replaced by `run.json` beside the weights, replaced by what was `given`.

    Raises BadOptions where something is unreadable or still missing.
    """
    values = _object(header.get(HEADER, "{}"), f"the header of {weights.name}")
    beside = weights.with_name(FILE)
    if beside.is_file():
        values |= _object(beside.read_text(encoding="utf-8"), str(beside))
    values |= given
    missing = [name for name in KINDS if name not in values]
    if missing:
        wanted = ", ".join(f"--{name}" for name in missing)
        raise BadOptions(f"How {weights} was trained is not known: give {wanted}, or put {FILE} beside it.")
    wrong = [name for name, kinds in KINDS.items() if not isinstance(values[name], kinds)]
    if wrong:
        raise BadOptions(f"{wrong[0]} of the training of {weights} cannot be {values[wrong[0]]!r}.")
    return History(**{name: values.pop(name) for name in KINDS}, more=values)


def _object(text: str, place: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise BadOptions(f"{place} is not readable as JSON ({error}).") from error
    if not isinstance(values, dict):
        raise BadOptions(f"{place} holds a {type(values).__name__}, not names with values.")
    return values
