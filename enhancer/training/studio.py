"""python -m enhancer.training studio FOLDER OUT: a studio's own photographs, from folder to figures in one command."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from enhancer.engine import Engine
from enhancer.errors import BadPicture, TrainingError
from enhancer.models.catalog import entry
from enhancer.models.contract import Model
from enhancer.models.entry import Bundled
from enhancer.models.store import open_model
from enhancer.progress import Progress
from enhancer.training.checkpoint import replace_file
from enhancer.training.data import picture_files
from enhancer.training.evaluate import PROTOCOLS, bench_engine, lines, run_protocol
from enhancer.training.evaluate.protocol import Case
from enhancer.training.loop import Budget, train
from enhancer.training.prepare import Plan, prepare
from enhancer.training.prepare.read import read_picture
from enhancer.training.recipes import RECIPES, changed

HELD_OUT = "held-out"
CROP = 256  # pixels a side of the pictures in the sheet
SHOWN = 4


@dataclass(frozen=True)
class Order:
    """What a studio asks for: `every` n-th photograph is kept aside to judge by, and never trained on."""

    model: str = "x2-fast"
    every: int = 8
    plan: Plan = Plan(shrink=0.5)  # noqa: RUF009  # frozen
    budget: Budget = Budget(minutes=20)  # noqa: RUF009  # frozen


def studio(folder: Path, out: Path, order: Order, weights: Path) -> list[str]:
    """Keep some photographs aside, prepare the rest, fine-tune, and measure before and after on those kept aside.

    Writes into `out` the tiles with their report, which names photographs that cannot be learned from, the run with its
    weights, before-after.png and studio.txt, whose lines are returned. Photographs that look like one kept aside are
    not trained on either.
    Raises TrainingError where there are too few photographs and for a model that does not enlarge clean ones, and what
    `prepare` and `train` raise.
    """
    before = _weights_of(order.model, weights)
    scale = open_model(before, order.model).scale
    if scale == 1 or _mends(order.model):
        raise TrainingError(
            f"A studio fine-tunes networks that enlarge clean photographs, and {order.model} mends damaged ones. Train "
            "it on by its own recipe: see `train --help`."
        )
    photographs = [file for file in picture_files(folder) if _readable(file)]
    if len(photographs) < 2 * order.every:
        raise TrainingError(
            f"{folder} holds {len(photographs)} photographs; with every {order.every}th kept aside to judge by, at "
            f"least {2 * order.every} are needed. Add some, or lower --every."
        )
    aside = _keep_aside(photographs[:: order.every], out / HELD_OUT / "HR")
    prepare([folder], out / "prepared", order.plan, refuse=[aside])
    recipe = changed(RECIPES["finetune"], {"scale": scale, "report_every": 100})
    after = train(recipe, out / "prepared" / "tiles", out / "run", order.budget, before)
    return _judge(out, before, after, scale)


def _keep_aside(files: Sequence[Path], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy2(file, folder / file.name)
    return folder


def _readable(file: Path) -> bool:
    try:
        read_picture(file)
    except BadPicture:
        return False
    return True


def _mends(model: str) -> bool:
    """Whether a bundled model is for damaged pictures; a file does not tell."""
    return not Path(model).is_file() and (entry(model).purpose != "upscale" or entry(model).blind)


def _weights_of(model: str, weights: Path) -> Path:
    """The file of a bundled model, or the file itself."""
    if Path(model).is_file():
        return Path(model)
    source = entry(model).source
    if not isinstance(source, Bundled):
        raise TrainingError(f"{model} is not bundled: fetch it, and give its file.")
    return weights / source.file


def _judge(out: Path, before: Path, after: Path, scale: int) -> list[str]:
    """The table of the photographs kept aside, and a sheet of crops."""
    engine = bench_engine()
    models = [("before", open_model(before, "before")), ("after", open_model(after, "after"))]
    protocol = PROTOCOLS["sr"]
    text = lines(protocol, run_protocol(protocol, models, engine, out, [HELD_OUT], [scale]))
    replace_file(out / "studio.txt", lambda partial: partial.write_text("\n".join(text) + "\n"))
    cases = [case for _, case in zip(range(SHOWN), protocol.cases(out / HELD_OUT, scale), strict=False)]
    rows = [torch.cat([_middle(x) for x in _views(case, engine, models)], 2) for case in cases]
    sheet = (torch.cat(rows, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(sheet).save(out / "before-after.png")
    return text


def _views(case: Case, engine: Engine, models: Sequence[tuple[str, Model]]) -> list[Tensor]:
    """Plain resize, before, after, truth."""
    plain = PROTOCOLS["sr"].plain(case).clamp(0, 1)
    made = [engine.run(model, case.given, Progress()) for _, model in models]
    return [plain, *made, case.truth]


def _middle(x: Tensor) -> Tensor:
    """(3, H, W) → its middle, (3, CROP, CROP), black beyond the picture."""
    canvas = torch.zeros(3, CROP, CROP)
    top, left = (max(0, (side - CROP) // 2) for side in x.shape[1:])
    part = x[:, top : top + CROP, left : left + CROP]
    canvas[:, : part.shape[1], : part.shape[2]] = part
    return canvas


def run_studio(a: argparse.Namespace) -> None:
    """From a folder of a studio's photographs to a fine-tuned model, with figures before and after."""
    plan = Plan(tile=a.tile, shrink=a.shrink)
    order = Order(a.model, a.every, plan, Budget(a.minutes, a.steps))
    sys.stdout.write("\n".join(studio(a.folder, a.out, order, a.weights)) + "\n")


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`studio`."""
    usual = Order()
    one = commands.add_parser("studio", help=run_studio.__doc__, description=run_studio.__doc__)
    one.add_argument("folder", type=Path, help="photographs, at least twice as many as --every")
    one.add_argument("out", type=Path, help="folder for tiles, run, figures and pictures")
    one.add_argument("--model", default=usual.model, help="bundled model or weight file to start from, default x2-fast")
    one.add_argument("--weights", type=Path, default=Path("weights"), help="folder of the bundled weights")
    one.add_argument("--every", type=int, default=usual.every, help="every n-th photograph is kept aside, default 8")
    one.add_argument("--shrink", type=float, default=usual.plan.shrink, help="see `prepare`, default 0.5")
    one.add_argument("--tile", type=int, default=usual.plan.tile, help="see `prepare`, default 384")
    one.add_argument("--minutes", type=float, default=usual.budget.minutes, help="of training, default 20")
    one.add_argument("--steps", type=int, help="of training")
    one.set_defaults(call=run_studio)
