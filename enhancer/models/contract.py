"""A network with weights, and the one place that checks, pads, runs, clamps and crops."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks.fill import fill
from enhancer.networks.rim import NO_RIM
from enhancer.networks.rim import Rim as Rim  # part of the contract
from enhancer.networks.tone import shrink

BOTH = (torch.bfloat16, torch.float32)


@contextmanager
def computing(device: torch.device, precision: torch.dtype) -> Iterator[None]:
    """Networks inside compute in this number format, and remember nothing for training."""
    lower = precision != torch.float32
    with torch.inference_mode(), torch.autocast(device.type, precision if lower else None, enabled=lower):
        yield


@dataclass(frozen=True)
class Origin:
    """One file that weights came from: its id (of a local file its name), its sha256, and its share in a blend."""

    id: str
    sha256: str
    share: float = 1.0


@dataclass(frozen=True)
class Model:
    """What callers may know about a network.

    `scale` output pixels for each input pixel and side; `channels` 3, or 1 for networks that see luminance only;
    `multiple_of` and `minimum` the sides the network accepts; `halo` input pixels that an output pixel may depend on
    at each side; `precisions` the number formats it survives; `planes` 1 for networks that can be told how strong the
    damage is at each pixel; `fills` whether that plane says instead which pixels are missing; `state` the channels that
    a network for video gives out behind the colours, to have all that it gave back with the next frame, folded into as
    many `planes`; `thumbnail` the side of the small whole picture that a network wants to glance at first, 0 for those
    that need none; `trims` whether the network itself leaves out what a rim became, and the work for it;
    `workspace` how many times the input and output of its largest layer it needs at most while it runs in float32 on
    the processor; `origins` the files that the weights came from, two of them for a blend.
    """

    id: str
    network: nn.Module
    scale: int
    channels: int = 3
    multiple_of: int = 1
    minimum: int = 1
    halo: int = 16
    precisions: tuple[torch.dtype, ...] = BOTH
    planes: int = 0
    fills: bool = False
    thumbnail: int = 0
    state: int = 0
    trims: bool = False
    workspace: int = 3
    origins: tuple[Origin, ...] = ()

    def __call__(
        self,
        x: Tensor,
        precision: torch.dtype = torch.float32,
        plane: Tensor | None = None,
        context: Tensor | None = None,
        rim: Rim = NO_RIM,
    ) -> Tensor:
        """Run: (B, channels, H, W) float32 in [0, 1] → (B, channels + state, scale·H, scale·W) float32 in [0, 1].

        `plane` (B, planes, H, W) is the extra map of a network that takes one, `context` (B, n) what `glance` found;
        without them the network does what it can. What the `rim` of the input became is left out of the result.
        Convolutions and products are computed in `precision`, sums with the input in float32 (autocast). Raises
        ValueError for another shape, for a plane or context that the network does not take, for a rim that leaves
        nothing, or for a precision that it does not survive.
        """
        self._check(x, precision, plane, context, rim)
        extra: dict[str, Any] = {} if context is None else {"context": context}
        if plane is not None:
            extra["plane"] = self._padded(plane)
        padded = self._padded(x)
        down, right = (after - before for after, before in zip(padded.shape[-2:], x.shape[-2:], strict=True))
        rim = Rim(rim.top, rim.bottom + down, rim.left, rim.right + right)
        if self.trims and rim != NO_RIM:
            extra["rim"] = rim
        with computing(x.device, precision):
            y: Tensor = self.network(padded, **extra)
        return (y if "rim" in extra else rim.times(self.scale).off(y)).float().clamp(0, 1)

    def glance(self, pictures: Tensor) -> Tensor | None:
        """Look at whole pictures, (B, channels, H, W) on the host → `context`, (B, n) on the device of the network.

        They are shrunk on the host. None for networks that do not glance.
        """
        if not self.thumbnail:
            return None
        network: Any = self.network
        device = next(network.parameters(), pictures).device
        with torch.inference_mode():
            context: Tensor = network.glance(shrink(pictures, self.thumbnail).to(device))
        return context

    def guess(self, x: Tensor, hole: Tensor) -> Tensor:
        """What a network that fills holes begins with: (B, channels, H, W) and the plane (B, 1, H, W) → alike.

        Raises ValueError for other networks.
        """
        if not self.fills:
            raise ValueError(f"{self.id} fills no holes")
        return fill(x, hole)

    def _check(self, x: Tensor, precision: torch.dtype, plane: Tensor | None, context: Tensor | None, rim: Rim) -> None:
        if x.ndim != 4 or x.shape[1] != self.channels or 0 in x.shape:
            raise ValueError(f"{self.id} takes (B, {self.channels}, H, W), not {tuple(x.shape)}")
        if precision not in self.precisions:
            raise ValueError(f"{self.id} does not run in {precision}, only in {self.precisions}")
        if plane is not None and (not self.planes or plane.shape != (len(x), self.planes, *x.shape[-2:])):
            takes = f"a plane (B, {self.planes}, H, W)" if self.planes else "no plane"
            raise ValueError(f"{self.id} takes {takes} with {tuple(x.shape)}, not {tuple(plane.shape)}")
        if context is not None and (not self.thumbnail or context.ndim != 2 or len(context) != len(x)):
            takes = "one row of context a picture" if self.thumbnail else "no context"
            raise ValueError(f"{self.id} takes {takes} with {tuple(x.shape)}, not {tuple(context.shape)}")
        if min(rim) < 0 or rim.top + rim.bottom >= x.shape[2] or rim.left + rim.right >= x.shape[3]:
            raise ValueError(f"a rim of {tuple(rim)} leaves nothing of {tuple(x.shape)}")

    def _padded(self, x: Tensor) -> Tensor:
        down, right = (self._missing(side) for side in x.shape[-2:])
        return F.pad(x, (0, right, 0, down), mode="replicate")

    def _missing(self, side: int) -> int:
        return max(self.minimum, -(-side // self.multiple_of) * self.multiple_of) - side
