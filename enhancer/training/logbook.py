"""What a run leaves for people to read: a log, a table, sample pictures, curves and a progress bar."""

import json
import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from enhancer.training.damage import Sample
from enhancer.training.feed import Feed
from enhancer.training.judge import SEED, run
from enhancer.training.watchdog import Report

log = logging.getLogger(__name__)
SAMPLES = 4  # held-out pictures in a sample sheet
BAR = "{percentage:5.1f} % |{bar}| {elapsed} gone, {remaining} to go"
SIDE = 256  # output pixels a side of each


class Logbook:
    """Files in `out`: reports.jsonl, samples/ and, where TensorBoard is installed, curves/. One process writes."""

    def __init__(self, out: Path, writing: bool) -> None:
        self.out, self.writing = out, writing
        shown = writing and sys.stderr.isatty()
        self.bar: tqdm[Any] = tqdm(total=100, bar_format=BAR, disable=not shown, leave=False)
        self.curves = _curves(out / "curves") if writing else None

    def __enter__(self) -> "Logbook":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.close()
        if self.curves is not None:
            self.curves.close()

    def reached(self, spent: float) -> None:
        """Move the bar to this share of the budget."""
        self.bar.update(min(100.0, 100 * spent) - self.bar.n)

    def write(self, report: Report, network: nn.Module, unseen: Feed, bfloat16: bool) -> None:
        """A line, a row, a point of each curve and a sheet of samples."""
        if not self.writing:
            return
        log.info("%s", report.line())
        with (self.out / "reports.jsonl").open("a") as stream:
            stream.write(json.dumps(report.data()) + "\n")
        if self.curves is not None:
            for name, value in report.data().items():
                if isinstance(value, float):
                    self.curves.add_scalar(name, value, report.step)
        folder = self.out / "samples"
        folder.mkdir(exist_ok=True)
        sample_sheet(network, unseen, bfloat16).save(folder / f"{report.step:07d}.png")


def _curves(folder: Path) -> Any:
    """A TensorBoard writer, or None where it is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        log.info("no curves: TensorBoard is not installed")
        return None
    return SummaryWriter(str(folder))


@torch.inference_mode()
def sample_sheet(network: nn.Module, unseen: Feed, bfloat16: bool) -> Image.Image:
    """Rows of held-out pictures: the input enlarged by nearest neighbour, the output, the truth."""
    rows: list[Tensor] = []
    for _, sample in zip(range(SAMPLES), unseen.whole(SEED), strict=False):
        output = run(network, Sample(sample.small, sample.sharp), bfloat16)
        enlarged = F.interpolate(sample.small, scale_factor=unseen.scale)
        rows.append(torch.cat([_middle(x[0]) for x in (enlarged, output, sample.sharp)], 2))
    sheet = (torch.cat(rows, 1).clamp(0, 1) * 255).round().byte()
    return Image.fromarray(sheet.permute(1, 2, 0).cpu().numpy())


def _middle(x: Tensor) -> Tensor:
    top, left = (max(0, (side - SIDE) // 2) for side in x.shape[1:])
    return x[:, top : top + SIDE, left : left + SIDE].float()
