"""The patch discriminator that judges local texture during adversarial training."""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


class PatchDiscriminator(nn.Module):
    """One realness score a patch (Isola et al., "pix2pix", CVPR 2017), with spectral norm (Miyato et al., ICLR 2018).

    Shape: (B, 3, H, W) in [0, 1], H and W at least 16 → (B, 1, H/8 rounded down, W/8 rounded down), raw scores.
    """

    def __init__(self, *, channels: int = 64) -> None:
        super().__init__()
        widths = [3, channels, 2 * channels, 4 * channels]
        self.down = nn.ModuleList(spectral_norm(nn.Conv2d(a, b, 4, stride=2, padding=1)) for a, b in pairwise(widths))
        self.score = spectral_norm(nn.Conv2d(widths[-1], 1, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) → (B, 1, H/8, W/8)."""
        f = x - 0.5
        for layer in self.down:
            f = F.leaky_relu(layer(f), 0.2)
        scores: Tensor = self.score(f)
        return scores
