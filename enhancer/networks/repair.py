"""The network that fills holes: the restoration U-Net with gated convolutions, told where something is missing."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from enhancer.networks.block import ActiveConv2d
from enhancer.networks.rim import NO_RIM, Rim
from enhancer.networks.unet import RestorationUNet


class GatedBlock(nn.Module):
    """x + σ(g) · f, where f and g are convolutions of leaky(conv(x)): a gate tells at each place how much to change.

    Gated convolution is that of Yu et al., "Free-Form Image Inpainting with Gated Convolution", ICCV 2019, eq. 2.
    Shape: (B, C, H, W) → (B, C, H, W).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = ActiveConv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, 2 * channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        change, gate = self.second(self.first(x)).chunk(2, 1)
        changed: Tensor = x + change * gate.sigmoid()
        return changed


class GatedChain(nn.Sequential):
    """Gated blocks one after another, all of one width.

    Shape: (B, C, H, W) → (B, C, H, W).
    """

    def __init__(self, channels: int, count: int) -> None:
        super().__init__(*(GatedBlock(channels) for _ in range(count)))


class RepairUNet(RestorationUNet):
    """Redraw what is missing: a `RestorationUNet` of `GatedBlock`s whose extra plane is 1 in holes and 0 elsewhere.

    The holes of its input hold the first guess of `fill`. Pixels outside come back as they went in, bit by bit. Without
    a plane everything counts as missing.

    Shape: (B, 3, H, W) in [0, 1] and (B, 1, H, W), H and W multiples of `multiple_of` → (B, 3, H, W), float32, not
    clamped. Raises ValueError for widths or blocks that make no network.
    """

    chain = GatedChain
    needs_plane = True

    def __init__(self, *, widths: Sequence[int] = (32, 64, 96, 128), blocks: Sequence[int] = (1, 1, 2, 3)) -> None:
        super().__init__(widths=widths, blocks=blocks, planes=1)

    def forward(self, x: Tensor, plane: Tensor | None = None, rim: Rim | None = None) -> Tensor:
        """(B, 3, H, W), and a map (B, 1, H, W) → (B, 3, H, W) without the `rim`, float32."""
        rim = rim or NO_RIM
        hole = torch.ones_like(x[:, :1]) if plane is None else plane
        return torch.where(rim.off(hole) > 0, super().forward(x, hole, rim), rim.off(x).float())

    def _stacked(self, x: Tensor, plane: Tensor | None) -> Tensor:
        return x if plane is None else torch.cat([x, plane], 1)
