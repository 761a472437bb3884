"""The generator family: plain 3x3 convolutions at low resolution, pixel-shuffle, and a skip from the enlarged input."""

from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks.block import SLOPE, ActiveConv2d, ResidualChain, unfolded_sum
from enhancer.networks.trials import Trials
from enhancer.networks.winograd import Step, convolved, suits

__all__ = ["SLOPE", "Generator"]


class Generator(nn.Module):
    """Enlarge a picture by `scale` (1, 2, 3 or 4) with sub-pixel convolution (Shi et al., "ESPCN", CVPR 2016, eq. 3-4).

    `channels` is the width, `depth` the number of hidden convolutions, `blocks` that of the residual blocks after them;
    `unshuffle` folds that many pixels a side into channels first, for tasks at scale 1.

    Shape: (B, 3, H, W) in [0, 1], H and W multiples of `unshuffle` → (B, 3, scale·H, scale·W), float32, not clamped.
    Raises ValueError for a scale outside 1-4 or a size that is not positive (`blocks`: negative).
    """

    trials: Trials | None = None  # of who is faster; for networks whose weights will not change any more

    def __init__(self, *, scale: int, channels: int = 64, depth: int = 12, unshuffle: int = 1, blocks: int = 0) -> None:
        super().__init__()
        if scale not in (1, 2, 3, 4):
            raise ValueError(f"scale must be 1, 2, 3 or 4, not {scale}")
        if min(channels, depth, unshuffle) < 1 or blocks < 0:
            raise ValueError(
                f"channels, depth and unshuffle must be positive and blocks not negative, not {channels}, {depth}, "
                f"{unshuffle}, {blocks}"
            )
        self.scale, self.unshuffle = scale, unshuffle
        self.head = ActiveConv2d(3 * unshuffle**2, channels, 3, padding=1)
        self.body = nn.ModuleList(ActiveConv2d(channels, channels, 3, padding=1) for _ in range(depth))
        self.blocks = ResidualChain(channels, blocks)
        self.tail = nn.Conv2d(channels, 3 * (scale * unshuffle) ** 2, 3, padding=1)

    @property
    def multiple_of(self) -> int:
        """Sides must be multiples of this."""
        return self.unshuffle

    @property
    def halo(self) -> int:
        """Radius of the receptive field in input pixels: one folded pixel for each 3x3 convolution."""
        return (2 + len(self.body) + 2 * len(self.blocks)) * self.unshuffle

    @property
    def steps(self) -> list[Step]:
        """All its convolutions, told to others: from the folded picture, around 0, to the channels to be shuffled."""
        return [*(layer.step for layer in self._plain()), *self.blocks.steps, Step(self.tail)]

    def _plain(self) -> list[ActiveConv2d]:
        return [self.head, *self.body]

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) → (B, 3, scale·H, scale·W), float32."""
        return unfolded_sum(self._detail(F.pixel_unshuffle(x - 0.5, self.unshuffle)), x, self.scale)

    def _detail(self, f: Tensor) -> Tensor:
        steps = self.steps
        if self.trials and suits(f, steps) and self.trials.prefer_ncnn(self.head.out_channels):
            return convolved(f, steps, self)
        for layer in self._plain():
            f = layer(f)
        detail: Tensor = self.tail(self.blocks(f))
        return detail
