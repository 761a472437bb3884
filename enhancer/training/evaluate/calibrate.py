"""`python -m enhancer.training calibrate`: what error goes with how much spread, found on pictures never trained on."""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.engine import Engine
from enhancer.engine.ensemble import LEVELS, ensemble, expected_error
from enhancer.errors import BadOptions, TrainingError, WeightsRefused
from enhancer.models.bundled import entry_text, read_entries, read_entry
from enhancer.models.contract import Model
from enhancer.models.entry import CRISPNESS, Entry, Spread
from enhancer.models.fetch import digest
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.training.card import with_doubts
from enhancer.training.checkpoint import replace_file
from enhancer.training.damage import DAMAGES, Sample
from enhancer.training.data import hold_out, picture_files, read_rgb
from enhancer.training.degradations import bicubic
from enhancer.training.evaluate.command import BENCH
from enhancer.training.recipes import Recipe

log = logging.getLogger(__name__)
TILES = Path("../shared/data/train")
OTHERS = "LIVE1"  # the set that a table is tried on
DAMAGE = {"upscale": "bicubic", "mend": "blind", "denoise": "noise", "deblock": "jpeg", "lowlight": "dark"}
SEED = 30_000  # of damage that is drawn
ROWS = 16  # of the table, each from as many pixels
BLOCK = 8
DIGITS = 3


@dataclass(frozen=True)
class Trial:
    """Spread (1, H, W) in [0, 1] and true absolute error (1, H, W) in levels of 255, mean of R, G and B."""

    spread: Tensor
    error: Tensor


def calibrate(
    model_id: str,
    weights: Path = Settings.weights,
    tiles: Path = TILES,
    bench: Path = BENCH,
    every: int = Recipe.hold_out,
    pictures: int | None = None,
) -> Spread:
    """Write the table of a bundled model into weights/<id>.json, its figures into the card, and return it.

    It is found on the pictures that training holds out (every n-th of `tiles`) and tried on LIVE1, of which `pictures`
    takes only so many. A model with a faithful twin is measured at the usual crispness, so calibrate it again after
    either was exported anew.

    Raises BadOptions for a model that is not there or whose damage is not known, WeightsRefused where weights and entry
    do not belong together, FileNotFoundError without pictures, TrainingError for a model that gives one result whatever
    way a picture is turned.
    """
    file = weights / f"{model_id}.json"
    if not file.is_file():
        raise BadOptions(f"There is no {file}; export the model first.")
    entry = read_entry(file)
    if digest(file.with_suffix(".safetensors")) != entry.sha256:
        raise WeightsRefused(f"{file.name} speaks of other weights than lie beside it; export the model again.")
    damage = damage_of(entry)
    settings = replace(Settings.from_environment(), weights=weights)
    engine = Engine(Store(settings, read_entries(weights)), settings)
    share = CRISPNESS if entry.twin else 1.0
    model = engine.model(model_id, crispness=share)
    held = hold_out(picture_files(tiles), every)[1]
    others = picture_files(bench / OTHERS / "HR")[:pictures]
    levels, errors = table(list(_trials(engine, model, held, damage)))
    spread = tried(Spread(levels, errors, 0.0, 0.0, share), _trials(engine, model, others, damage))
    text = entry_text(replace(entry, spread=spread))
    replace_file(file, lambda partial: partial.write_text(text, encoding="utf-8"))
    beside = file.with_suffix(".md")
    if beside.is_file():
        told = with_doubts(beside.read_text(encoding="utf-8"), spread)
        replace_file(beside, lambda partial: partial.write_text(told, encoding="utf-8"))
    return spread


def damage_of(entry: Entry) -> str:
    """What befalls the pictures that a model is made for. Raises BadOptions where that is not known."""
    if entry.blind:
        return "blind"
    if entry.purpose not in DAMAGE:
        raise BadOptions(f"There is no way to make pictures that need {entry.purpose}; known: {', '.join(DAMAGE)}.")
    return DAMAGE[entry.purpose]


def table(trials: Sequence[Trial]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean spread and mean error of `ROWS` groups of pixels alike in number, in levels of 255, both rising.

    Errors that do not rise are put in order (Chernozhukov, Fernandez-Val, Galichon, "Improving point and interval
    estimators of monotone functions by rearrangement", Biometrika 2009), which leaves their mean as it is.
    Raises TrainingError where the spread is alike everywhere.
    """
    spread = torch.cat([t.spread.flatten() for t in trials]) * LEVELS
    order = spread.argsort()
    groups = [part for part in order.tensor_split(ROWS) if len(part)]
    error = torch.cat([t.error.flatten() for t in trials])
    found = [(_mean(spread[g]), _mean(error[g])) for g in groups]
    rising = [n for n, (level, _) in enumerate(found) if n == 0 or level > found[n - 1][0]]
    if len(rising) < 2:
        raise TrainingError("All eight flips and turns give one result, so there is no spread to calibrate.")
    errors = sorted(error for _, error in found)
    return tuple(found[n][0] for n in rising), tuple(errors[n] for n in rising)


def tried(spread: Spread, trials: Iterator[Trial]) -> Spread:
    """The table with rank and ratio from pictures that it was not made with, in blocks of 8x8 pixels."""
    pairs = [(_blocks(expected_error(t.spread, spread)), _blocks(t.error)) for t in trials]
    expected, true = (torch.cat(side) for side in zip(*pairs, strict=True))
    rank = float(torch.corrcoef(torch.stack([_ranks(expected), _ranks(true)]))[0, 1])
    return replace(spread, rank=round(rank, DIGITS), ratio=round(float(expected.mean() / true.mean()), DIGITS))


def _trials(engine: Engine, model: Model, files: Sequence[Path], damage: str) -> Iterator[Trial]:
    source = torch.Generator().manual_seed(SEED)
    for n, file in enumerate(files, start=1):
        sharp = read_rgb(file) / 255.0
        height, width = (side - side % model.scale for side in sharp.shape[1:])
        sample = _damaged(sharp[None, :, :height, :width], model.scale, damage, source)
        found = ensemble(engine, model, sample.small[0], Progress())
        log.info("%s: %d of %d", file.name, n, len(files))
        yield Trial(found.spread, (found.mean - sample.sharp[0]).abs_().mean(0, keepdim=True) * LEVELS)


def _damaged(sharp: Tensor, scale: int, damage: str, source: torch.Generator) -> Sample:
    make = DAMAGES[damage]
    return Sample(bicubic(sharp, scale), sharp) if make is None else make(scale)(sharp, source)


def _mean(values: Tensor) -> float:
    return round(float(values.mean(dtype=torch.float64)), DIGITS)


def _blocks(x: Tensor) -> Tensor:
    """Means of whole blocks: (1, H, W) → (blocks,)."""
    return F.avg_pool2d(x[None], BLOCK).flatten().double()


def _ranks(values: Tensor) -> Tensor:
    """Places in rising order, equal values sharing the mean of theirs."""
    _, place, count = np.unique(values.numpy(), return_inverse=True, return_counts=True)
    return torch.from_numpy((count.cumsum() - (count - 1) / 2)[place])


def run_calibrate(a: argparse.Namespace) -> None:
    """Measure which error goes with how much spread of the eight flips and turns, and write it into the entry."""
    for model_id in a.models:
        found = calibrate(model_id, a.weights, a.data, a.bench, a.hold_out, a.pictures)
        sys.stdout.write(
            f"{model_id}: on {OTHERS} rank correlation {found.rank:.3f}, expected / true error {found.ratio:.3f}\n"
        )


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `calibrate` to the command line of this room."""
    parser = commands.add_parser("calibrate", help=run_calibrate.__doc__, description=run_calibrate.__doc__)
    parser.add_argument("models", nargs="+", help="bundled models, by name")
    parser.add_argument("--data", type=Path, default=TILES, help="folder of tiles that training holds some of out")
    parser.add_argument("--hold-out", type=int, default=Recipe.hold_out, help="every n-th tile is held out")
    parser.add_argument("--weights", type=Path, default=Settings.weights, help="folder of the bundled models")
    parser.add_argument("--bench", type=Path, default=BENCH, help=f"folder that holds {OTHERS}/HR")
    parser.add_argument("--pictures", type=int, help=f"only the first so many of {OTHERS}, for a quick look")
    parser.set_defaults(call=run_calibrate)
