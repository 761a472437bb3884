"""What the networks are built from: one residual block and one activation."""

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
