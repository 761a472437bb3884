"""`python -m enhancer.training compress`: bundled weights as ONNX and as eight-bit ONNX, and what each costs."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from enhancer.models.catalog import entry
from enhancer.models.contract import Model
from enhancer.models.own import own_network
from enhancer.models.weights import read_weights
from enhancer.training.compress.int8 import write_int8
from enhancer.training.compress.onnx_file import OnnxNetwork, check_one_graph, write_onnx
from enhancer.training.data import hold_out, picture_files
from enhancer.training.evaluate import PROTOCOLS, bench_engine, lines, protocols_of, run_protocol
from enhancer.training.evaluate.calibrate import TILES, damage_of
from enhancer.training.evaluate.command import BENCH
from enhancer.training.recipes import Recipe

MB = 1e6


def compress(
    model_id: str, out: Path, tiles: Path = TILES, bench: Path = BENCH, pictures: int | None = None
) -> list[str]:
    """Write `out`/<id>.onnx and `out`/<id>.int8.onnx, measure both beside the bundled file, and return the table.

    Ranges of eight bits come from the pictures that training holds out; the figures are those of the model's first
    protocol, seconds for each megapixel of output beside them. `pictures` takes only so many of each set.
    Raises UnknownModel, TrainingError without ONNX Runtime and for a model that is more than one graph,
    FileNotFoundError without pictures.
    """
    engine = bench_engine()
    model = engine.model(model_id)
    check_one_graph(model)
    damage = damage_of(entry(model_id))
    out.mkdir(parents=True, exist_ok=True)
    whole, small = out / f"{model_id}.onnx", out / f"{model_id}.int8.onnx"
    write_onnx(replace(model, network=_in_float32(engine.settings.weights / f"{model_id}.safetensors", model)), whole)
    held = hold_out(picture_files(tiles), Recipe.hold_out)[1]
    write_int8(whole, small, held, model.scale, damage)
    protocol = replace(PROTOCOLS[protocols_of(model_id, model.scale)[0]], timed=True)
    methods = [(model_id, model), ("ONNX float32", _opened(model, whole)), ("ONNX int8", _opened(model, small))]
    rows = run_protocol(protocol, methods, engine, bench, levels=_levels(protocol.stated, model), pictures=pictures)
    sizes = {model_id: engine.settings.weights / f"{model_id}.safetensors", "ONNX float32": whole, "ONNX int8": small}
    told = ", ".join(f"{name} {file.stat().st_size / MB:.2f} MB" for name, file in sizes.items())
    return [f"{model_id}: {told}", *lines(protocol, rows)]


def _levels(stated: tuple[int, ...], model: Model) -> list[int]:
    return [model.scale] if model.scale > 1 else list(stated)


def _in_float32(file: Path, model: Model) -> torch.nn.Module:
    """The network afresh, because the engine's own stays as it is."""
    return own_network(read_weights(file), model.id)


def _opened(model: Model, file: Path) -> Model:
    """The ONNX file in the place of the network."""
    return replace(model, id=file.name, network=OnnxNetwork(file), precisions=(torch.float32,), trims=False)


def run_compress(a: argparse.Namespace) -> None:
    """Write bundled weights as ONNX and eight-bit ONNX; print size, time and figures of each form."""
    for model_id in a.models:
        sys.stdout.write("\n".join(compress(model_id, a.out, a.data, a.bench, a.pictures)) + "\n")


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `compress` to the command line of this room."""
    parser = commands.add_parser("compress", help=run_compress.__doc__, description=run_compress.__doc__)
    parser.add_argument("models", nargs="+", help="bundled models, by name")
    parser.add_argument("--out", type=Path, required=True, help="folder for the ONNX files")
    parser.add_argument("--data", type=Path, default=TILES, help="folder of tiles that training holds some of out")
    parser.add_argument("--bench", type=Path, default=BENCH, help="folder of benchmark folders, each with HR/")
    parser.add_argument("--pictures", type=int, help="only the first so many of each set, for a quick look")
    parser.set_defaults(call=run_compress)
