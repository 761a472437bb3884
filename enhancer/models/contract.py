"""A network with weights, and the one place that checks, pads, runs, clamps and crops."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

BOTH = (torch.bfloat16, torch.float32)


@dataclass(frozen=True)
class Model:
    """What callers may know about a network.

    `scale` output pixels for each input pixel and side; `channels` 3, or 1 for networks that see luminance only;
    `multiple_of` and `minimum` the sides the network accepts; `halo` input pixels that an output pixel may depend on
    at each side; `precisions` the number formats it survives.
    """

    id: str
    network: nn.Module
    scale: int
    channels: int = 3
    multiple_of: int = 1
    minimum: int = 1
    halo: int = 16
    precisions: tuple[torch.dtype, ...] = BOTH

    def __call__(self, x: Tensor, precision: torch.dtype = torch.float32) -> Tensor:
        """Run: (B, channels, H, W) float32 in [0, 1] → (B, channels, scale·H, scale·W) float32 in [0, 1].

        Convolutions and products are computed in `precision`, sums with the input in float32 (autocast).
        Raises ValueError for another shape or for a precision that the network does not survive.
        """
        if x.ndim != 4 or x.shape[1] != self.channels or 0 in x.shape:
            raise ValueError(f"{self.id} takes (B, {self.channels}, H, W), not {tuple(x.shape)}")
        if precision not in self.precisions:
            raise ValueError(f"{self.id} does not run in {precision}, only in {self.precisions}")
        height, width = x.shape[-2:]
        down, right = (self._missing(side) for side in (height, width))
        padded = F.pad(x, (0, right, 0, down), mode="replicate")
        lower = precision != torch.float32
        with torch.inference_mode(), torch.autocast(x.device.type, precision if lower else None, enabled=lower):
            y: Tensor = self.network(padded)
        return y.float().clamp(0, 1)[..., : height * self.scale, : width * self.scale]

    def _missing(self, side: int) -> int:
        return max(self.minimum, -(-side // self.multiple_of) * self.multiple_of) - side
