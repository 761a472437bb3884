"""What a run leaves for people to read: a log, a table, sample pictures, curves and a progress bar."""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from PIL import Image
from tqdm import tqdm

from enhancer.errors import TrainingError
from enhancer.training.watchdog import Told

log = logging.getLogger(__name__)
BAR = "{percentage:5.1f} % |{bar}| {elapsed} gone, {remaining} to go"


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

    def write(self, report: Told, sheet: Callable[[], Image.Image]) -> None:
        """A line, a row, a point of each curve and a sheet of samples, which is drawn where one writes.

        Raises TrainingError when the disk is full or read-only.
        """
        if not self.writing:
            return
        log.info("%s", report.line())
        try:
            self._write(report, sheet)
        except OSError as error:
            raise TrainingError(
                f"The report cannot be written to {self.out} ({error}). Make room; the last checkpoint is whole."
            ) from error

    def _write(self, report: Told, sheet: Callable[[], Image.Image]) -> None:
        with (self.out / "reports.jsonl").open("a") as stream:
            stream.write(json.dumps(report.data()) + "\n")
        if self.curves is not None:
            for name, value in report.data().items():
                if isinstance(value, float):
                    self.curves.add_scalar(name, value, report.step)
        folder = self.out / "samples"
        folder.mkdir(exist_ok=True)
        sheet().save(folder / f"{report.step:07d}.png")


def _curves(folder: Path) -> Any:
    """A TensorBoard writer, or None where it is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        log.info("no curves: TensorBoard is not installed")
        return None
    return SummaryWriter(str(folder))
