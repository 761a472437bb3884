"""What every training run is told, whatever it teaches: how the rates move, what is kept, and how often it reports."""

from dataclasses import dataclass, field, fields
from typing import Any

import torch

from enhancer.engine.device import PRECISIONS, choose_device, choose_precision
from enhancer.options import option


@dataclass(frozen=True)
class Schedule:
    """Rates rise over `warmup` steps, stay, and fall linearly to zero over the last `decay` share of the budget."""

    warmup: int = option(200, "steps over which the rates rise", minimum=1, maximum=100_000)
    decay: float = option(0.9, "share of the run over which they fall to zero", minimum=0.01, maximum=1)
    clip: float = option(1.0, "largest norm of a gradient", minimum=1e-3, maximum=1e3)
    ema: float = option(0.999, "how much of the averaged weights each step keeps", minimum=0, maximum=0.99999)
    hold_out: int = option(30, "every n-th picture by name is never trained on", minimum=2, maximum=10_000)
    slack: float = option(0.0, "dB below the untouched input that the watch-dog allows", minimum=0, maximum=20)
    precision: str = option(
        "auto",
        "number format of the convolutions; auto is bfloat16 where the hardware multiplies it, else float32",
        choices=("auto", *PRECISIONS),
    )
    report_every: int = option(500, "steps between reports and checkpoints", minimum=1, maximum=100_000)
    seed: int = option(0, "of first weights, batches and whatever else is drawn", minimum=0, maximum=2**31 - 1)

    @property
    def bfloat16(self) -> bool:
        """Whether convolutions run in bfloat16 on this machine."""
        return choose_precision(self.precision, choose_device("auto")) is torch.bfloat16

    def rate(self, step: int, spent: float) -> float:
        """Factor on the learning rates at `step`, with the share `spent` of the budget used up."""
        return min(1.0, (step + 1) / self.warmup) * min(1.0, max(0.0, (1.0 - spent) / self.decay))


def otherwise(name: str, default: Any) -> Any:
    """The option `name` of `Schedule` with another default, for a subclass."""
    inherited = next(f for f in fields(Schedule) if f.name == name)
    return field(default=default, metadata=inherited.metadata)
