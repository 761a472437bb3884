"""The judges of adversarial training: one scores patches, one every pixel."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

SLOPE = 0.2  # steeper than the generators', as in the papers below


class PatchDiscriminator(nn.Module):
    """One realness score a patch (Isola et al., "pix2pix", CVPR 2017), with spectral norm (Miyato et al., ICLR 2018).

    Shape: (B, 3, H, W) in [0, 1], H and W at least 16 → (B, 1, H/8 rounded down, W/8 rounded down), raw scores.
    """

    def __init__(self, *, channels: int = 64) -> None:
        super().__init__()
        widths = [3, channels, 2 * channels, 4 * channels]
        self.down = nn.ModuleList(spectral_norm(nn.Conv2d(a, b, 4, stride=2, padding=1)) for a, b in pairwise(widths))
        self.score = spectral_norm(nn.Conv2d(widths[-1], 1, 3, padding=1))

    def features(self, x: Tensor) -> list[Tensor]:
        """(B, 3, H, W) → what each layer sees, (B, C, H/2, W/2), (B, 2C, H/4, W/4), (B, 4C, H/8, W/8)."""
        return _descend(self.down, x - 0.5)

    def scores(self, features: Sequence[Tensor]) -> Tensor:
        """The result of `features` → (B, 1, H/8, W/8)."""
        scores: Tensor = self.score(features[-1])
        return scores

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) → (B, 1, H/8, W/8)."""
        return self.scores(self.features(x))


class UNetDiscriminator(nn.Module):
    """One realness score a pixel (Schönfeld et al., CVPR 2020), spectral norm inside as in Real-ESRGAN.

    Real-ESRGAN: Wang et al., ICCV workshops 2021, section 3.3: additive skips, bilinear enlargement, no class.

    Shape: (B, 3, H, W) in [0, 1], H and W at least 8 → (B, 1, H, W), raw scores.
    """

    def __init__(self, *, channels: int = 64) -> None:
        super().__init__()
        widths = [channels, 2 * channels, 4 * channels, 8 * channels]
        self.head = nn.Conv2d(3, channels, 3, padding=1)
        self.down = nn.ModuleList(_normed(a, b, 4, stride=2) for a, b in pairwise(widths))
        self.up = nn.ModuleList(_normed(a, b, 3) for a, b in pairwise(reversed(widths)))
        self.last = nn.ModuleList(_normed(channels, channels, 3) for _ in range(2))
        self.score = nn.Conv2d(channels, 1, 3, padding=1)

    def features(self, x: Tensor) -> list[Tensor]:
        """(B, 3, H, W) → what each layer of the encoder sees, (B, C, H, W) to (B, 8C, H/8, W/8)."""
        first = F.leaky_relu(self.head(x - 0.5), SLOPE)
        return [first, *_descend(self.down, first)]

    def scores(self, features: Sequence[Tensor]) -> Tensor:
        """The result of `features` → (B, 1, H, W)."""
        f = features[-1]
        for layer, skip in zip(self.up, reversed(features[:-1]), strict=True):
            f = F.interpolate(f, skip.shape[-2:], mode="bilinear", align_corners=False)
            f = F.leaky_relu(layer(f), SLOPE) + skip
        for layer in self.last:
            f = F.leaky_relu(layer(f), SLOPE)
        scores: Tensor = self.score(f)
        return scores

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) → (B, 1, H, W)."""
        return self.scores(self.features(x))


def _normed(before: int, after: int, kernel: int, stride: int = 1) -> nn.Module:
    return spectral_norm(nn.Conv2d(before, after, kernel, stride=stride, padding=1, bias=False))


def _descend(layers: nn.ModuleList, x: Tensor) -> list[Tensor]:
    seen: list[Tensor] = []
    for layer in layers:
        x = F.leaky_relu(layer(x), SLOPE)
        seen.append(x)
    return seen
