"""Teaching a network to remember: clips run through it frame by frame, and the error of all frames goes back."""

import copy
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.metrics import psnr
from enhancer.networks import followed
from enhancer.training.checkpoint import State, export
from enhancer.training.data import hold_out, picture_files
from enhancer.training.feed import read_tiles
from enhancer.training.lesson import Figures, Lesson
from enhancer.training.losses import charbonnier
from enhancer.training.moving.clips import Clip, clips
from enhancer.training.moving.recipe import Reel
from enhancer.training.optim import optimisers
from enhancer.training.start import placed, seeded, warm_start
from enhancer.training.update import descend, keep_average
from enhancer.training.watchdog import Rule

JUDGED, LENGTH, SEED = 12, 10, 60_000  # held-out clips, their frames, and the seed of their motion and damage
WARM = 3  # frames after which a memory is filled


@dataclass(frozen=True)
class Moving:
    """Over held-out clips: `psnr` in dB from the fourth frame on, that of the `first` frame and of the `untouched`
    input; `flicker` the mean change between frames that is not in the truth, in grey levels, beside the input's."""

    step: int
    minutes: float
    loss: float
    psnr: float
    first: float
    untouched: float
    flicker: float
    input_flicker: float

    def line(self) -> str:
        """For the log."""
        return (
            f"step {self.step}  {self.minutes:.1f} min  loss {self.loss:.5f}  held-out {self.psnr:.3f} dB "
            f"(first frame {self.first:.3f}, untouched {self.untouched:.3f})  flicker {self.flicker:.2f} "
            f"(input {self.input_flicker:.2f})"
        )

    def data(self) -> dict[str, object]:
        """For files."""
        return asdict(self)


RULES: tuple[Rule[Moving], ...] = (
    Rule("the loss is not a number", 1, lambda r, _: not (isfinite(r.loss) and isfinite(r.psnr))),
    Rule("worse than the untouched input", 4, lambda r, slack: r.psnr < r.untouched - slack),
)


class Video(Lesson):
    """Teaches `recipe` on clips made of the tiles in `data`, from the weights in `start` if given.

    Raises FileNotFoundError for a folder without pictures, ValueError for tiles of several sizes, WeightsRefused for
    weights that do not fit.
    """

    rules = RULES

    def __init__(self, recipe: Reel, data: Path, start: Path | None, device: torch.device) -> None:
        self.recipe: Reel = recipe
        self.data, self.start = data, start
        training, validation = hold_out(picture_files(data), recipe.hold_out)
        self.tiles = read_tiles(training, recipe.scale).to(device)
        unseen = read_tiles(validation, recipe.scale).to(device)
        source = torch.Generator(device).manual_seed(SEED)
        self.unseen = [clips(unseen, 1, recipe, source, LENGTH) for _ in range(JUDGED)]

    def told(self) -> dict[str, str]:
        """The name of what it started from."""
        return {"start": self.start.name} if self.start else {}

    def begin(self, accelerator: Accelerator) -> State:
        """Network, average and optimisers."""
        name, shape = self.recipe.architecture()
        network = seeded(name, shape, self.recipe.seed)
        if self.start is not None:
            warm_start(network, self.start)
        network = placed(network, accelerator)
        source = torch.Generator(accelerator.device).manual_seed(
            self.recipe.seed + 1_000_003 * accelerator.process_index
        )
        rates = optimisers(network, self.recipe.muon_lr, self.recipe.adamw_lr)
        average = copy.deepcopy(network).requires_grad_(False)
        return State(network, average, lambda trained, file: export(trained, name, shape, file), rates, source)

    def step(self, state: State, spent: float, accelerator: Accelerator) -> Figures:
        """One batch of clips, the gradient through all of their frames."""
        clip = clips(self.tiles, self.recipe.batch, self.recipe, state.source)
        loss = charbonnier(self.run(state.network, clip.small), clip.sharp)
        descend(loss, state.network, state.optimisers, self.recipe.clip, accelerator)
        keep_average(state, self.recipe.ema)
        state.step += 1
        return {"loss": loss.detach()}

    def run(self, network: nn.Module, frames: Tensor) -> Tensor:
        """(T, B, 3, H, W) → (T, B, 3, scale·H, scale·W), float32."""
        drawn, kept = list[Tensor](), None
        for frame in frames:
            x = frame.contiguous(memory_format=torch.channels_last)
            before = None if kept is None else followed(kept, frame)
            with torch.autocast(x.device.type, torch.bfloat16, enabled=self.recipe.bfloat16):
                picture, after = network(x, before)
            drawn.append(picture.float())
            kept = after if self.recipe.recurrent else None
        return torch.stack(drawn)

    @torch.inference_mode()
    def report(self, state: State, means: dict[str, float]) -> Moving:
        """Means over the held-out clips."""
        rows = torch.tensor([self._judged(state.average, clip) for clip in self.unseen], dtype=torch.float64)
        names = ("psnr", "first", "untouched", "flicker", "input_flicker")
        found = dict(zip(names, rows.mean(0).tolist(), strict=True))
        return Moving(step=state.step, minutes=state.seconds / 60, **found, **means)

    def quality(self, report: Moving) -> float:
        """PSNR once the memory is filled."""
        return report.psnr

    @torch.inference_mode()
    def sheet(self, state: State) -> Image.Image:
        """The last frame of some held-out clips: the input enlarged by nearest neighbour, the output, the truth."""
        rows = []
        for clip in self.unseen[:4]:
            output = self.run(state.average, clip.small)[-1, 0]
            enlarged = F.interpolate(clip.small[-1], scale_factor=self.recipe.scale)[0]
            rows.append(torch.cat([enlarged, output.clamp(0, 1), clip.sharp[-1, 0]], 2))
        sheet = (torch.cat(rows, 1) * 255).round().byte()
        return Image.fromarray(sheet.permute(1, 2, 0).cpu().numpy())

    def _judged(self, network: nn.Module, clip: Clip) -> tuple[float, ...]:
        output = self.run(network, clip.small).clamp(0, 1)
        plain = F.interpolate(clip.small[:, 0], scale_factor=self.recipe.scale, mode="bicubic").clamp(0, 1)
        figures = [psnr(x, truth) for x, truth in zip(output[:, 0], clip.sharp[:, 0], strict=True)]
        poor = [psnr(x, truth) for x, truth in zip(plain, clip.sharp[:, 0], strict=True)]
        filled = slice(min(WARM, len(figures) - 1), None)
        return (
            _mean(figures[filled]),
            figures[0],
            _mean(poor[filled]),
            flicker(output[filled, 0], clip.sharp[filled, 0]),
            flicker(plain[filled], clip.sharp[filled, 0]),
        )


def flicker(frames: Tensor, truth: Tensor) -> float:
    """Mean absolute change from frame to frame that the truth does not have, in grey levels; both (T, 3, H, W)."""
    changes: list[Any] = [(x[1:] - x[:-1]) for x in (frames, truth)]
    return float((changes[0] - changes[1]).abs().mean() * 255)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
