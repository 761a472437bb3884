"""`python -m enhancer.training export`: weights, catalogue entry and model card, with figures measured just now."""

import argparse
import json
import logging
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from enhancer.engine import Engine
from enhancer.errors import BadOptions, WeightsRefused
from enhancer.models.bundled import PICTURES, entry_text, pictures_of, read_entry
from enhancer.models.contract import Model
from enhancer.models.entry import VIDEO, Bundled, Entry, Spread
from enhancer.models.fetch import digest
from enhancer.models.weights import Weights, read_weights, write_weights
from enhancer.networks import ARCHITECTURES
from enhancer.settings import Settings
from enhancer.training.card import card
from enhancer.training.crops.section import crops, with_crops
from enhancer.training.evaluate import PROTOCOLS, Protocol, Row, bench_engine, run_protocol, stated
from enhancer.training.evaluate.command import BENCH
from enhancer.training.history import FILE, HEADER, History, history_of
from enhancer.training.words import LICENCE, WORDS, Words

log = logging.getLogger(__name__)
RUN_FILES = ("best.safetensors", "weights.safetensors")  # what a run leaves beside its checkpoint, the better first
CAPTION = re.compile(r"[a-z0-9-]+")
READABLE = 0o644
Tables = list[tuple[Protocol, list[Row]]]


def export(
    source: Path,
    model_id: str,
    weights: Path,
    bench: Path = BENCH,
    given: Mapping[str, Any] | None = None,
    pictures: Sequence[Path] = (),
) -> Entry:
    """Write <id>.safetensors (half precision), <id>.json and <id>.md into the folder `weights`; returns the entry.

    `source` is a weight file, or a checkpoint or folder of a run, of which `best.safetensors` is taken, else
    `weights.safetensors`. `given` replaces what `run.json` beside it or its header say of the training. `pictures` of
    known failures are copied beside the card, their names being captions; those of an earlier export stay. The crops
    chosen for the model are drawn anew. Nothing is written unless everything could be measured.

    Raises BadOptions for an id without words, a scale that does not fit its purpose or an unknown training,
    WeightsRefused for weights that are not of our own networks, FileNotFoundError for missing weights or benchmarks.
    """
    words = words_for(model_id)
    captioned = {picture: _picture_name(model_id, picture) for picture in pictures}
    file = weight_file(source)
    found = read_weights(file)
    history = history_of(file, found.header, given or {})
    weights.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=weights, prefix=".export-") as folder:
        made = Path(folder) / f"{model_id}.safetensors"
        write_half(file, found, history, made)
        engine = bench_engine()
        model = engine.model(str(made))
        _check_scale(model_id, words, model)
        tables = measured(model_id, words, model, engine, bench)
        entry = entry_for(model_id, words, found, model, made, tables)
        entry = replace(entry, spread=kept_spread(weights / f"{model_id}.json", entry.sha256))
        for picture, name in captioned.items():
            shutil.copyfile(picture, Path(folder) / name)
        shown = sorted({p.name for place in (weights, Path(folder)) for p in pictures_of(model_id, place)})
        precision = str(engine.precision_of(model)).removeprefix("torch.")
        shots = crops(model_id, model, engine, Path(folder))
        text = with_crops(card(entry, words, history, model.network, tables, shown, precision), model_id, shots)
        made.with_suffix(".json").write_text(entry_text(entry), encoding="utf-8")
        made.with_suffix(".md").write_text(text, encoding="utf-8")
        for written in sorted(Path(folder).iterdir()):
            written.chmod(READABLE)
            written.replace(weights / written.name)
    return entry


def words_for(model_id: str) -> Words:
    """The sentences written for a model. Raises BadOptions naming the file to write them into."""
    if model_id not in WORDS:
        raise BadOptions(
            f"Nothing is written about {model_id!r}; write it into enhancer/training/words.py, "
            f"which knows {', '.join(WORDS)}."
        )
    return WORDS[model_id]


def weight_file(source: Path) -> Path:
    """The weights that `source` stands for. Raises FileNotFoundError naming what was looked for."""
    if source.suffix == ".safetensors":
        candidates = [source]
    else:
        folder = source if source.is_dir() else source.parent
        candidates = [folder / name for name in RUN_FILES]
    for file in candidates:
        if file.is_file():
            return file
    raise FileNotFoundError(f"there are no weights {' or '.join(map(str, candidates))}")


def write_half(file: Path, found: Weights, history: History, target: Path) -> None:
    """Write half-precision weights whose header names network and training; byte for byte the same where they are so.

    Raises WeightsRefused for weights whose header names no network of ours, or with values beyond half precision.
    """
    if found.header.get("architecture") not in ARCHITECTURES or "hyperparameters" not in found.header:
        raise WeightsRefused(
            f"The header of {file.name} names no network of ours; known are {', '.join(ARCHITECTURES)}."
        )
    header = {**found.header, HEADER: json.dumps(history.values())}
    half = {key: _halved(key, tensor) for key, tensor in found.tensors.items()}
    if header == found.header and all(half[key].dtype == tensor.dtype for key, tensor in found.tensors.items()):
        shutil.copyfile(file, target)
    else:
        write_weights(half, target, header)


def measured(model_id: str, words: Words, model: Model, engine: Engine, bench: Path) -> Tables:
    """The rows of every protocol of a model."""
    return [
        (PROTOCOLS[name], run_protocol(PROTOCOLS[name], [(model_id, model)], engine, bench)) for name in words.protocols
    ]


def entry_for(model_id: str, words: Words, found: Weights, model: Model, file: Path, tables: Tables) -> Entry:
    """The catalogue's entry for a weight file and its rows."""
    figures = [figure for protocol, rows in tables for figure in stated(protocol, rows, model_id)]
    return Entry(
        id=model_id,
        title=words.title,
        description=words.description,
        purpose=words.purpose,
        architecture=found.header["architecture"],
        scale=model.scale,
        source=Bundled(file.name),
        sha256=digest(file),
        licence=LICENCE,
        commercial=True,
        bytes=file.stat().st_size,
        hyperparameters=json.loads(found.header["hyperparameters"]),
        figures=tuple((figure.label, figure.text) for figure in figures),
        blind=words.blind,
        twin=words.twin,
        failures=words.failures,
    )


def kept_spread(file: Path, sha256: str) -> Spread | None:
    """The table that `calibrate` wrote into the entry of an earlier export, where it is one of the same weights."""
    if not file.is_file():
        return None
    try:
        earlier = read_entry(file)
    except WeightsRefused as error:
        log.warning("the earlier entry is replaced: %s", error)
        return None
    return earlier.spread if earlier.sha256 == sha256 else None


def _halved(key: str, tensor: torch.Tensor) -> torch.Tensor:
    if not tensor.is_floating_point():
        return tensor
    half = tensor.half().contiguous()
    if not bool(torch.isfinite(half).all()):
        raise WeightsRefused(f"The tensor {key} holds NaN, infinity or values beyond half precision; train it anew.")
    return half


def _check_scale(model_id: str, words: Words, model: Model) -> None:
    if words.purpose != VIDEO and (words.purpose == "upscale") != (model.scale > 1):
        raise BadOptions(f"{model_id} is there to {words.purpose}, and these weights enlarge by {model.scale}.")


def _picture_name(model_id: str, picture: Path) -> str:
    if picture.suffix.lower() not in PICTURES or not CAPTION.fullmatch(picture.stem):
        raise BadOptions(
            f"{picture.name} must be named after what it shows, such as soft-hair.png: small letters, digits and "
            f"hyphens, ending in {', '.join(PICTURES)}."
        )
    if not picture.is_file():
        raise FileNotFoundError(f"there is no picture {picture}")
    return f"{model_id}.{picture.name}"


def run_export(a: argparse.Namespace) -> None:
    """Write weights, catalogue entry and model card of a model, with figures measured now."""
    options = {name: getattr(a, name) for name in ("recipe", "data", "steps", "minutes", "seed", "command")}
    given = {name: value for name, value in options.items() if value is not None}
    entry = export(a.source, a.id, a.weights, a.bench, given, a.failure)
    figures = "".join(f"{label}: {text}\n" for label, text in entry.figures)
    sys.stdout.write(f"{a.weights / entry.id}.safetensors, .json and .md, {entry.bytes:,} bytes\n{figures}")


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `export` to the command line of this room."""
    parser = commands.add_parser("export", help=run_export.__doc__, description=run_export.__doc__)
    parser.add_argument("source", type=Path, help="weights (.safetensors), or a checkpoint or folder of a run")
    parser.add_argument("--id", required=True, help=f"name in the catalogue; there are words for {', '.join(WORDS)}")
    parser.add_argument("--weights", type=Path, default=Settings.weights, help="folder to write into")
    parser.add_argument("--bench", type=Path, default=BENCH, help="folder of benchmark folders, each with HR/")
    parser.add_argument("--failure", type=Path, nargs="+", default=[], help="pictures of failures, named by caption")
    told = f"instead of what {FILE} beside the weights says"
    parser.add_argument("--recipe", help=told)
    parser.add_argument("--data", help=f"{told}: pictures trained on, in words")
    parser.add_argument("--steps", type=int, help=told)
    parser.add_argument("--minutes", type=float, help=told)
    parser.add_argument("--seed", type=int, help=told)
    parser.add_argument("--command", help=f"{told}: how to train it again, shown in the card")
    parser.set_defaults(call=run_export)
