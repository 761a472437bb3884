"""The lesson of pictures: a network that restores or enlarges, taught by pairs of damaged and sharp ones."""

from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import torch
from accelerate import Accelerator
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.training.checkpoint import State
from enhancer.training.data import hold_out, picture_files
from enhancer.training.feed import Feed, feed, taught_feed
from enhancer.training.fitting import check_patches, wanted, without_map
from enhancer.training.judge import SEED, judge, judged, silent_channels
from enhancer.training.lesson import Figures, Lesson
from enhancer.training.recipes import Recipe
from enhancer.training.start import begin
from enhancer.training.update import step
from enhancer.training.watchdog import RULES, Report

SAMPLES = 4  # held-out pictures in a sample sheet
SIDE = 256  # output pixels a side of each


class Restoration(Lesson):
    """Teaches `recipe` on the tiles in `data`, from the weights in `start` if given, towards a teacher's `taught`.

    The held-out tiles judge by the truth in any case. Raises FileNotFoundError for a folder without pictures,
    ValueError for tiles of several sizes, TrainingError as `taught_feed` does and where recipe, network and tiles do
    not go together.
    """

    rules = RULES

    def __init__(
        self, recipe: Recipe, data: Path, start: Path | None, device: torch.device, taught: Path | None = None
    ) -> None:
        self.recipe: Recipe = recipe
        self.data, self.start, self.taught = data, start, taught
        multiple, mapped = wanted(recipe, start)
        training, validation = hold_out(picture_files(data), recipe.hold_out)
        self.judges = [file.name for file in validation]
        self.unseen = feed(validation, recipe, device, multiple)
        if taught:
            self.pairs = taught_feed(training, taught, recipe, device, multiple)
        else:
            self.pairs = feed(training, recipe, device, multiple)
        check_patches(recipe, self.pairs, multiple)
        if not mapped:
            self.unseen, self.pairs = without_map(self.unseen), without_map(self.pairs)

    def subject(self) -> dict[str, object]:
        """Also the tiles that judge, which must not have been trained on."""
        return super().subject() | {"judges": sha256("\n".join(self.judges).encode()).hexdigest()}

    def told(self) -> dict[str, str]:
        """The names of what it started from and was taught by."""
        return {name: file.name for name, file in (("start", self.start), ("taught", self.taught)) if file}

    def begin(self, accelerator: Accelerator) -> State:
        """Network, average, optimisers and, where the recipe wants one, a discriminator."""
        return begin(self.recipe, self.start, accelerator)

    def step(self, state: State, spent: float, accelerator: Accelerator) -> Figures:
        """One batch."""
        return step(state, self.recipe, self.pairs, spent, accelerator)

    def report(self, state: State, means: dict[str, float]) -> Report:
        """Figures over the held-out pictures."""
        found = judge(state.average, self.unseen, self.recipe.bfloat16)
        silent = silent_channels(state.network, self.unseen)
        return Report(step=state.step, minutes=state.seconds / 60, **asdict(found), silent=silent, **means)

    def quality(self, report: Report) -> float:
        """PSNR or HaarPSI, as the recipe selects."""
        return {"psnr": report.psnr, "haarpsi": report.haarpsi}[self.recipe.select]

    def sheet(self, state: State) -> Image.Image:
        """Held-out pictures before and after, beside the truth."""
        return sample_sheet(state.average, self.unseen, self.recipe.bfloat16)


@torch.inference_mode()
def sample_sheet(network: nn.Module, unseen: Feed, bfloat16: bool) -> Image.Image:
    """Rows of held-out pictures: the input enlarged by nearest neighbour, the output, the truth."""
    rows: list[Tensor] = []
    for _, sample in zip(range(SAMPLES), unseen.whole(SEED), strict=False):
        output = judged(network, sample, bfloat16)
        enlarged = F.interpolate(sample.small, scale_factor=unseen.scale)
        rows.append(torch.cat([_middle(x[0]) for x in (enlarged, output, sample.sharp)], 2))
    sheet = (torch.cat(rows, 1).clamp(0, 1) * 255).round().byte()
    return Image.fromarray(sheet.permute(1, 2, 0).cpu().numpy())


def _middle(x: Tensor) -> Tensor:
    top, left = (max(0, (side - SIDE) // 2) for side in x.shape[1:])
    return x[:, top : top + SIDE, left : left + SIDE].float()
