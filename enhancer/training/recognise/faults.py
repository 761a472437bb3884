"""Teaching a network to see what ails a picture: any of five faults, alone or together, at the pixels' own size."""

import copy
import json
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path

import torch
from accelerate import Accelerator
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.models.recogniser import ANSWERS, SEVERAL
from enhancer.models.weights import write_weights
from enhancer.training.augment import crops, places, to_unit
from enhancer.training.checkpoint import State, replace_file
from enhancer.training.data import hold_out, picture_files
from enhancer.training.degradations import quantise
from enhancer.training.degradations.faults import FAULTS, Faults
from enhancer.training.feed import read_tiles
from enhancer.training.lesson import Figures, Lesson
from enhancer.training.recognise.lesson import half
from enhancer.training.recognise.recipe import Inspection
from enhancer.training.start import placed, seeded
from enhancer.training.update import descend, keep_average
from enhancer.training.watchdog import Rule

SEED = 70_000  # of the damage of held-out pictures
ROW = len(FAULTS) + 1
CHANCE = 1 / ROW
SHOWN, EDGE, FRAME = 6, 128, 2  # rows of the sample sheet, the side of its pictures, and that of their frames
RED = torch.tensor([220, 30, 30], dtype=torch.uint8)[:, None, None]


@dataclass(frozen=True)
class Seen:
    """Over held-out pictures, each once as it is and once with each fault alone: `macro`, the mean over the six kinds
    of the share that is named rightly, and the share for each kind, the clean ones first."""

    step: int
    minutes: float
    loss: float
    macro: float
    shares: tuple[float, ...]

    def line(self) -> str:
        """For the log."""
        each = "  ".join(f"{n} {s:.0%}" for n, s in zip(("clean", *FAULTS), self.shares, strict=True))
        return f"step {self.step}  {self.minutes:.1f} min  loss {self.loss:.4f}  right {self.macro:.2%} ({each})"

    def data(self) -> dict[str, object]:
        """For files."""
        return asdict(self)


RULES: tuple[Rule[Seen], ...] = (
    Rule("the loss is not a number", 1, lambda r, _: not isfinite(r.loss)),
    Rule("no better than chance", 5, lambda r, slack: r.macro <= CHANCE - slack),
)


class Inspecting(Lesson):
    """Teaches `recipe` on the tiles in `data`.

    Raises FileNotFoundError for a folder without pictures, ValueError for tiles of several sizes.
    """

    rules = RULES

    def __init__(self, recipe: Inspection, data: Path, device: torch.device) -> None:
        self.recipe: Inspection = recipe
        self.data, self.damage = data, Faults()
        training, validation = hold_out(picture_files(data), recipe.hold_out)
        self.tiles = read_tiles(training, 8).to(device)
        self.unseen = one_by_one(read_tiles(validation, 8), recipe.patch)

    def begin(self, accelerator: Accelerator) -> State:
        """Network, average and optimiser."""
        name, shape = self.recipe.architecture()
        network = placed(seeded(name, shape, self.recipe.seed), accelerator)
        source = torch.Generator(accelerator.device).manual_seed(self.recipe.seed)
        adam = torch.optim.AdamW(network.parameters(), self.recipe.lr, weight_decay=self.recipe.weight_decay)

        def save(trained: nn.Module, file: Path) -> None:
            header = {"architecture": name, "hyperparameters": json.dumps(shape, sort_keys=True)}
            header |= {"labels": json.dumps(FAULTS), "temperature": "1", ANSWERS: SEVERAL}
            weights = {key: half(tensor) for key, tensor in trained.state_dict().items()}
            replace_file(file, lambda partial: write_weights(weights, partial, header))

        return State(network, copy.deepcopy(network).requires_grad_(False), save, [adam], source)

    def step(self, state: State, spent: float, accelerator: Accelerator) -> Figures:
        """One batch of damaged patches; each fault is a question of its own (binary cross-entropy)."""
        x, params = self.damage(self._patches(state.source), state.source)
        state.network.train()
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.recipe.bfloat16):
            logits = state.network(x.contiguous(memory_format=torch.channels_last))
        loss = F.binary_cross_entropy_with_logits(logits.float(), params.present.to(x))
        descend(loss, state.network, state.optimisers, self.recipe.clip, accelerator)
        keep_average(state, self.recipe.ema)
        state.step += 1
        return {"loss": loss.detach()}

    def _patches(self, source: torch.Generator) -> Tensor:
        """(B, 3, patch, patch) in [0, 1]; half of the batches come from pictures shrunk by up to `zoom`."""
        side, (shrinks, factor) = self.recipe.patch, torch.rand(2, generator=source, device=source.device).tolist()
        wanted = side / (self.recipe.zoom + factor * (1 - self.recipe.zoom)) if shrinks < 0.5 else side
        cut = min(round(wanted), min(self.tiles.shape[-2:]))
        squares = crops(self.tiles, places(self.tiles, self.recipe.batch, cut, source), cut)
        if cut <= side:
            return squares
        return quantise(F.interpolate(squares, (side, side), mode="bicubic", antialias=True))

    def report(self, state: State, means: dict[str, float]) -> Seen:
        """Each held-out picture as it is and with each fault alone."""
        found = named(state.average, self.unseen).view(-1, ROW)
        shares = (found == torch.arange(ROW)).float().mean(0)
        return Seen(state.step, state.seconds / 60, macro=float(shares.mean()), shares=tuple(shares.tolist()), **means)

    def quality(self, report: Seen) -> float:
        """The mean over the kinds."""
        return report.macro

    def sheet(self, state: State) -> Image.Image:
        """Held-out pictures, a row each, as they are and with each fault; wrongly named ones in a red frame."""
        wrong = named(state.average, self.unseen).view(-1, ROW)[:SHOWN] != torch.arange(ROW)
        inner = self.unseen.view(-1, ROW, *self.unseen.shape[1:])[:SHOWN, ..., :EDGE, :EDGE]
        shown = torch.where(wrong[..., None, None, None], RED, 0).expand(*inner.shape[:3], 1, 1)
        shown = shown.repeat(1, 1, 1, *(side + 2 * FRAME for side in inner.shape[-2:]))
        shown[..., FRAME:-FRAME, FRAME:-FRAME] = inner
        sheet = torch.cat([torch.cat(list(row), 2) for row in shown], 1)
        return Image.fromarray(sheet.permute(1, 2, 0).contiguous().numpy())


def one_by_one(tiles: Tensor, side: int) -> Tensor:
    """The middle of each tile (N, 3, H, W), as it is and with each of `FAULTS` alone: (N·6, 3, side, side) uint8."""
    top, left = ((length - side) // 2 for length in tiles.shape[-2:])
    middles = to_unit(tiles[..., top : top + side, left : left + side])
    source = torch.Generator().manual_seed(SEED)
    kind = Faults(traces=0)
    params = kind.draw(ROW * len(tiles), source)
    alone = torch.cat([torch.zeros(1, len(FAULTS)), torch.eye(len(FAULTS))]).bool().repeat(len(tiles), 1)
    damaged = kind.apply(middles.repeat_interleave(ROW, 0), replace(params, present=alone))
    return (damaged * 255).round().byte()


@torch.inference_mode()
def named(network: nn.Module, pictures: Tensor) -> Tensor:
    """For each picture (N, 3, H, W) uint8 0 where no fault is likely, else 1 + the index of the likeliest: (N,)."""
    network.eval()
    device = next(network.parameters()).device
    logits = torch.cat([network(to_unit(part.to(device))).float().cpu() for part in torch.split(pictures, 48)])
    best, place = logits.max(1)
    return torch.where(best > 0, place + 1, 0)
