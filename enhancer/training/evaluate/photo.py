"""Pictures with an unknown past: what befalls each picture of LIVE1 stands in photo.json, drawn once and kept."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import torch
from torch import Tensor

from enhancer.training.data import picture_files, read_rgb
from enhancer.training.degradations import BlindRanges, Params, record
from enhancer.training.degradations.blind import BlindParams
from enhancer.training.degradations.contract import pick
from enhancer.training.evaluate.protocol import Case

LIST = Path(__file__).with_name("photo.json")
SEED = 2024
RANGES = BlindRanges(clean=0.0)
DIGITS = 6  # significant ones that the list keeps
P = TypeVar("P", bound=Params)


def worn(folder: Path, scale: int) -> Iterator[Case]:
    """Pictures through the blind pipeline down to 1/scale of their size, sharp ones cropped to a multiple of it.

    Blur, resizing, noise and JPEG of each picture are those of the list, at every scale. Raises FileNotFoundError for
    a picture that the list does not know.
    """
    for file in picture_files(folder / "HR"):
        if file.name not in past():
            raise FileNotFoundError(f"{LIST.name} does not say what befalls {file}; it knows {', '.join(past())}")
        sharp = read_rgb(file) / 255.0
        height, width = (side - side % scale for side in sharp.shape[1:])
        truth = sharp[:, :height, :width]
        params = replace(past()[file.name], scale=scale)
        yield Case(BlindRanges(scale=scale).apply(truth[None], params)[0], truth)


@cache
def past() -> dict[str, BlindParams]:
    """The parameters of one sample for each picture of the list."""
    listed: dict[str, Any] = json.loads(LIST.read_text(encoding="utf-8"))
    return {name: rebuilt(BlindParams, values) for name, values in listed.items()}


def drawn(names: list[str]) -> str:
    """A new list for these pictures, as text: how photo.json came about.

    None is left clean, because at scale 1 a clean picture has no finite PSNR.
    """
    params = RANGES.draw(len(names), torch.Generator().manual_seed(SEED))
    samples = [_rounded(record(pick(params, torch.tensor([n])))) for n in range(len(names))]
    lines = [f" {json.dumps(name)}: {json.dumps(values)}" for name, values in zip(names, samples, strict=True)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def rebuilt(kind: type[P], values: Mapping[str, Any]) -> P:
    """Parameters from what `record` made of them. Raises ValueError for a key too many or too few."""
    names = {f.name for f in fields(kind)}
    if set(values) != names:
        odd = sorted(set(values) ^ names)
        raise ValueError(f"{LIST.name} does not fit {kind.__name__}: {', '.join(odd)}; draw the list again")
    hints = get_type_hints(kind)
    return kind(**{name: _read(hints[name], value) for name, value in values.items()})


def _read(kind: Any, value: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Params):
        return rebuilt(kind, value)
    return torch.tensor(value) if kind is Tensor else value


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
