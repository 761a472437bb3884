"""python -m enhancer.training teach: tiles as a stronger network sees them, for a smaller one to learn from."""

import argparse
import logging
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.training.checkpoint import replace_file
from enhancer.training.data import hold_out, picture_files, read_rgb
from enhancer.training.degradations import bicubic
from enhancer.training.evaluate import bench_engine
from enhancer.training.recipes import SR

log = logging.getLogger(__name__)
NEWS_EVERY = 50  # tiles


def teach(engine: Engine, teacher: Model, source: Path, out: Path, every: int) -> None:
    """Write the tiles of `source` to `out` as PNG, shrunk by MATLAB's bicubic and enlarged again by `teacher`.

    A picture's finest detail cannot be told from its small version; what a strong network makes of that is, for a
    small one, a target without chance in it (Hinton, Vinyals, Dean, "Distilling the knowledge in a neural network",
    2015). Train with `--data` the tiles and `--taught` these, so that the small version is that of the truth: made of
    the teacher's picture, it would lack the aliasing of real ones. The tiles that a run holds out, every `every`-th,
    are left out, as nobody learns from them. Finished tiles are skipped. Raises BadOptions for a teacher that does not
    enlarge, FileNotFoundError for a folder without pictures.
    """
    if teacher.scale == 1:
        raise BadOptions(f"{teacher.id} does not enlarge; a teacher of scale 2, 3 or 4 is needed.")
    files, _ = hold_out(picture_files(source), every)
    out.mkdir(parents=True, exist_ok=True)
    for done, file in enumerate(files):
        place = out / f"{file.stem}.png"
        if place.exists():
            continue
        shown = _as_seen(engine, teacher, read_rgb(file))
        replace_file(place, lambda partial, shown=shown: _write(shown, partial))
        if done % NEWS_EVERY == 0:
            log.info("%d of %d tiles taught by %s", done, len(files), teacher.id)


def _as_seen(engine: Engine, teacher: Model, tile: Tensor) -> Tensor:
    """(3, H, W) uint8 → the same, without the border that does not fill a small pixel."""
    height, width = (side - side % teacher.scale for side in tile.shape[1:])
    small = bicubic(tile[None, :, :height, :width] / 255.0, teacher.scale)[0]
    return engine.run(teacher, small, Progress()).mul(255).round().byte()


def _write(tile: Tensor, file: Path) -> None:
    Image.fromarray(np.ascontiguousarray(tile.permute(1, 2, 0).numpy())).save(file, "PNG")


def run_teach(a: argparse.Namespace) -> None:
    """Make training tiles out of what a stronger network makes of them (distillation)."""
    engine = bench_engine()
    teach(engine, engine.model(a.teacher), a.source, a.out, a.hold_out)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`teach`."""
    one = commands.add_parser("teach", help=run_teach.__doc__, description=run_teach.__doc__)
    one.add_argument("teacher", help="a model that enlarges: catalogue id or weight file")
    one.add_argument("source", type=Path, help="folder of tiles")
    one.add_argument("out", type=Path, help="folder for the tiles as the teacher sees them")
    one.add_argument("--hold-out", type=int, default=SR.hold_out, help="as the later training has it")
    one.set_defaults(call=run_teach)
