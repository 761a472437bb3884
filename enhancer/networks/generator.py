"""The generator family: plain 3x3 convolutions at low resolution, pixel-shuffle, and a skip from the enlarged input."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOPE = 0.1  # leaky, because plain ReLU stacks lose most of their channels within minutes of training


class ResidualBlock(nn.Module):
    """x + conv(leaky(conv(x))), without normalisation (Lim et al., "EDSR", CVPR workshops 2017, fig. 2c).

    Shape: (B, C, H, W) → (B, C, H, W).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        refined: Tensor = self.second(F.leaky_relu(self.first(x), SLOPE))
        return x + refined


class Generator(nn.Module):
    """Enlarge a picture by `scale` (1, 2, 3 or 4) with sub-pixel convolution (Shi et al., "ESPCN", CVPR 2016, eq. 3-4).

    `channels` is the width, `depth` the number of hidden convolutions (of residual blocks when `residual`),
    `unshuffle` folds that many pixels a side into channels first, for tasks at scale 1.

    Shape: (B, 3, H, W) in [0, 1], H and W multiples of `unshuffle` → (B, 3, scale·H, scale·W), float32, not clamped.
    Raises ValueError for a scale outside 1-4 or a size that is not positive.
    """

    def __init__(
        self, *, scale: int, channels: int = 64, depth: int = 12, unshuffle: int = 1, residual: bool = False
    ) -> None:
        super().__init__()
        if scale not in (1, 2, 3, 4):
            raise ValueError(f"scale must be 1, 2, 3 or 4, not {scale}")
        if min(channels, depth, unshuffle) < 1:
            raise ValueError(f"channels, depth and unshuffle must be positive, not {channels}, {depth}, {unshuffle}")
        self.scale, self.unshuffle, self.residual = scale, unshuffle, residual
        self.head = nn.Conv2d(3 * unshuffle**2, channels, 3, padding=1)
        self.body = nn.ModuleList(
            ResidualBlock(channels) if residual else nn.Conv2d(channels, channels, 3, padding=1) for _ in range(depth)
        )
        self.tail = nn.Conv2d(channels, 3 * (scale * unshuffle) ** 2, 3, padding=1)

    @property
    def halo(self) -> int:
        """Radius of the receptive field in input pixels: one folded pixel for each 3x3 convolution."""
        convolutions = 2 + len(self.body) * (2 if self.residual else 1)
        return convolutions * self.unshuffle

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) → (B, 3, scale·H, scale·W), float32."""
        f = self.head(F.pixel_unshuffle(x - 0.5, self.unshuffle))
        if not self.residual:
            f = F.leaky_relu(f, SLOPE)
        for layer in self.body:
            f = layer(f) if self.residual else F.leaky_relu(layer(f), SLOPE)
        detail = F.pixel_shuffle(self.tail(f), self.scale * self.unshuffle)
        return detail.float() + F.interpolate(x.float(), scale_factor=self.scale, mode="nearest")


def initialise(generator: Generator, seed: int) -> None:
    """Dirac plus 0.3 He for plain bodies, He with a small second kernel for residual ones, and a small tail.

    With PyTorch's default start a plain stack stays at the nearest-neighbour picture for thousands of steps.
    """
    source = torch.Generator().manual_seed(seed)

    def he(weight: Tensor, gain: float) -> None:
        fan_in = weight[0].numel()
        with torch.no_grad():
            weight.copy_(torch.randn(weight.shape, generator=source) * gain * (2.0 / (1 + SLOPE**2) / fan_in) ** 0.5)

    for convolution in (m for m in generator.modules() if isinstance(m, nn.Conv2d)):
        nn.init.zeros_(convolution.bias if convolution.bias is not None else torch.empty(0))
    he(generator.head.weight, 1.0)
    he(generator.tail.weight, 0.1)
    for layer in generator.body:
        if isinstance(layer, ResidualBlock):
            he(layer.first.weight, 1.0)
            he(layer.second.weight, 0.1)
        elif isinstance(layer, nn.Conv2d):
            he(layer.weight, 0.3)
            with torch.no_grad():
                layer.weight += nn.init.dirac_(torch.empty_like(layer.weight))
