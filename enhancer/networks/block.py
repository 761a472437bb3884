"""What the networks are built from: one activation, one convolution with it, one residual block, one last step."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks.fused import fused, fuses
from enhancer.networks.trials import Trials
from enhancer.networks.winograd import Step, convolved, suits

SLOPE = 0.1  # leaky, because plain ReLU stacks lose most of their channels within minutes of training


class ActiveConv2d(nn.Conv2d):
    """A convolution and the leaky ReLU after it.

    Shape: as `nn.Conv2d`.
    """

    @property
    def step(self) -> Step:
        """It, told to others."""
        return Step(self, SLOPE)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C', H', W')."""
        if fuses(x):
            return fused(self, x, slope=SLOPE)
        return F.leaky_relu(super().forward(x), SLOPE)


class ResidualBlock(nn.Module):
    """x + conv(leaky(conv(x))), without normalisation (Lim et al., "EDSR", CVPR workshops 2017, fig. 2c).

    Shape: (B, C, H, W) → (B, C, H, W).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = ActiveConv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    @property
    def steps(self) -> tuple[Step, Step]:
        """It, told to others."""
        return self.first.step, Step(self.second, adds=True)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        refined = self.first(x)
        return fused(self.second, refined, plus=x) if fuses(x) else x + self.second(refined)


class ResidualChain(nn.Sequential):
    """Residual blocks one after another, all of one width.

    Shape: (B, C, H, W) → (B, C, H, W).
    """

    trials: Trials | None = None  # of who is faster; for networks whose weights will not change any more

    def __init__(self, channels: int, count: int) -> None:
        super().__init__(*(ResidualBlock(channels) for _ in range(count)))

    @property
    def steps(self) -> list[Step]:
        """All of them, told to others."""
        return [step for block in self if isinstance(block, ResidualBlock) for step in block.steps]

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        steps = self.steps
        if steps and self.trials and suits(x, steps) and self.trials.prefer_ncnn(x.shape[1]):
            return convolved(x, steps, self)
        for block in self:
            x = block(x)
        return x


def unfolded_sum(detail: Tensor, x: Tensor, scale: int) -> Tensor:
    """The pixels folded into the channels of `detail`, plus the enlarged input, in float32.

    `detail` (B, C·r², H/u, W/u), with r = scale·u, and `x` (B, C, H, W) → (B, C, scale·H, scale·W): pixel shuffle and
    nearest neighbour in one pass, because with three passes over the enlarged picture this is a tenth of the time.
    """
    batch, channels, height, width = x.shape
    rows, columns = detail.shape[-2:]
    fold = height // rows
    cells = detail.view(batch, channels, fold, scale, fold, scale, rows, columns).permute(0, 1, 6, 2, 3, 7, 4, 5)
    pixels = x.float().contiguous().view(batch, channels, rows, fold, 1, columns, fold, 1)
    shape = (batch, channels, scale * height, scale * width)
    if torch.is_grad_enabled():
        return (cells + pixels).reshape(shape)
    total = torch.empty(shape, device=x.device)  # laid out row by row, which the sum alone would not choose
    torch.add(cells, pixels, out=total.view(batch, channels, rows, fold, scale, columns, fold, scale))
    return total
