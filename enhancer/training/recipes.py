"""What varies between training runs, as small typed data."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """One training run: rates rise over `warmup` steps, stay, and fall linearly to zero over the last `decay` share.

    Patches have `patch` low-resolution pixels a side, and `final_patch` in the last `finish` share.
    """

    scale: int
    network: dict[str, Any] = field(default_factory=lambda: {"channels": 64, "depth": 12})
    batch: int = 16
    patch: int = 32
    final_patch: int = 48
    muon_lr: float = 0.005
    adamw_lr: float = 1e-3
    warmup: int = 200
    decay: float = 0.9
    finish: float = 0.35
    ema: float = 0.999
    fft_weight: float = 0.05
    clip: float = 1.0
    hold_out: int = 30
    seed: int = 0

    def rate(self, step: int, spent: float) -> float:
        """Factor on both learning rates at `step`, with the share `spent` of the budget used up."""
        warm = min(1.0, (step + 1) / self.warmup)
        return warm * min(1.0, max(0.0, (1.0 - spent) / self.decay))


RECIPES: dict[str, Recipe] = {
    "x2-fast": Recipe(scale=2),
    "x4-fast": Recipe(scale=4),
}
