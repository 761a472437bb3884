"""The bundled part of the catalogue: one JSON file beside each weight file, written by training's `export`."""

import json
from dataclasses import asdict, fields
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from enhancer.errors import WeightsRefused, WeightsUnavailable
from enhancer.models.entry import PURPOSES, VIDEO, Bundled, Entry, Spread

KINDS: dict[str, type] = {  # others are text
    "scale": int,
    "commercial": bool,
    "bytes": int,
    "hyperparameters": dict,
    "blind": bool,
}
OPTIONAL = ("hyperparameters", "figures", "blind", "twin", "spread", "failures")
RISING = ("levels", "errors")  # the columns of a spread
GOOD = ".good"  # before the suffix of a picture of what goes well
PICTURES = (".png", ".jpg", ".webp")


def read_entries(folder: Path) -> tuple[Entry, ...]:
    """The entries of `folder`, one for each *.json in name order; `x.json` speaks of `x.safetensors`.

    Raises WeightsUnavailable where there is no such folder, and what `read_entry` raises.
    """
    if not folder.is_dir():
        raise WeightsUnavailable(f"The folder {folder} with the bundled models is missing; install it again.")
    return tuple(read_entry(file) for file in sorted(folder.glob("*.json")))


def read_entry(file: Path) -> Entry:
    """One entry. Raises WeightsRefused naming the key that is unknown, missing or of another type."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WeightsRefused(f"{file.name} is not readable as JSON ({error}); export the model again.") from error
    if not isinstance(values, dict):
        raise WeightsRefused(f"{file.name} holds no entry of the catalogue; export the model again.")
    known = [f.name for f in fields(Entry) if f.name != "source"]
    _refuse(file, "has the unknown key", sorted(set(values) - set(known)))
    _refuse(file, "lacks", [k for k in known if k not in values and k not in OPTIONAL])
    _refuse(file, "has a wrong value for", [k for k, v in values.items() if not _fits(k, v)])
    if values["id"] != file.stem:
        raise WeightsRefused(f"{file.name} names the model {values['id']!r}; both must have one name.")
    found: list[list[str]] = values.pop("figures", [])
    figures = tuple((protocol, value) for protocol, value in found)
    table: dict[str, Any] | None = values.pop("spread", None)
    spread = None if table is None else Spread(**table | {k: tuple(table[k]) for k in RISING})
    failures = tuple(values.pop("failures", []))
    source = Bundled(f"{file.stem}.safetensors")
    return Entry(source=source, figures=figures, spread=spread, failures=failures, **values)


def pictures_of(model_id: str, folder: Path, good: bool = False) -> tuple[Path, ...]:
    """Pictures of known failures beside a card, `<id>.<caption>.<suffix>`; `good` ones end in `.good.<suffix>`."""
    shown = (p for p in folder.glob(f"{model_id}.*") if p.suffix.lower() in PICTURES)
    return tuple(sorted(p for p in shown if (Path(p.stem).suffix == GOOD) is good))


def entry_text(entry: Entry) -> str:
    """The JSON that `read_entry` reads back as this entry."""
    values = {k: v for k, v in asdict(entry).items() if k != "source" and (v or k not in OPTIONAL)}
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def _fits(key: str, value: Any) -> bool:
    if key == "figures":
        return isinstance(value, list) and all(_is_figure(figure) for figure in value)
    if key == "failures":
        return _is_texts(value)
    if key == "spread":
        return _is_spread(value)
    if key == "purpose":
        return value in (*PURPOSES, VIDEO)
    kind = KINDS.get(key, str)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _is_figure(value: Any) -> bool:
    return _is_texts(value) and len(value) == 2


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_spread(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {f.name for f in fields(Spread)}:
        return False
    lists, plain = [value[k] for k in RISING], [v for k, v in value.items() if k not in RISING]
    if not all(isinstance(v, list) and len(v) == len(lists[0]) >= 2 for v in lists):
        return False
    numbers = all(isinstance(v, float) and isfinite(v) for v in [*plain, *lists[0], *lists[1]])
    return numbers and all(a < b for a, b in pairwise(lists[0])) and all(a <= b for a, b in pairwise(lists[1]))


def _refuse(file: Path, complaint: str, keys: list[str]) -> None:
    if keys:
        raise WeightsRefused(f"{file.name} {complaint} {keys[0]}; export the model again.")
