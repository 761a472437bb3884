"""Networks that say what a picture shows: a compact residual one, and the plain one of the text books."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F


class NormedConv2d(nn.Sequential):
    """A 3x3 convolution, batch normalisation (Ioffe and Szegedy, ICML 2015) and, unless it ends a sum, ReLU.

    Shape: (B, C, H, W) → (B, C', H/stride, W/stride).
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, active: bool = True) -> None:
        parts = [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)]
        super().__init__(*parts, *([nn.ReLU()] if active else []))


class NormedBlock(nn.Module):
    """ReLU(x + conv(conv(x))), the basic block of He et al., "Deep Residual Learning", CVPR 2016, fig. 2.

    Shape: (B, C, H, W) → (B, C, H, W).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(NormedConv2d(channels, channels), NormedConv2d(channels, channels, active=False))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        total: Tensor = (x + self.body(x)).relu()
        return total


class Classifier(nn.Module):
    """Compact residual recogniser: `blocks` at each of `widths`, halving the sides in between, then the mean.

    Squares of `fold` pixels a side are one cell from the start: no pixel is lost, and the costly full size is left out.

    Shape: (B, channels, side, side) in [0, 1] → (B, classes) logits; other sizes go as well, and what does not fill a
    cell at the right and at the bottom is left out. Raises ValueError for sizes that make no network.
    """

    def __init__(
        self,
        *,
        classes: int,
        side: int,
        channels: int = 3,
        widths: Sequence[int] = (32, 64, 128),
        blocks: int = 1,
        fold: int = 1,
    ) -> None:
        super().__init__()
        if min(classes, channels, blocks, fold, *widths) < 1 or side < fold << (len(widths) - 1) or side % fold:
            raise ValueError(
                f"{classes} classes, widths {widths}, {blocks} blocks and fold {fold} at side {side} make no network"
            )
        self.side, self.channels, self.classes, self.fold = side, channels, classes, fold
        layers: list[nn.Module] = [NormedConv2d(channels * fold**2, widths[0])]
        layers += [NormedBlock(widths[0]) for _ in range(blocks)]
        for narrow, wide in pairwise(widths):
            layers += [NormedConv2d(narrow, wide, stride=2), *(NormedBlock(wide) for _ in range(blocks))]
        self.features = nn.Sequential(*layers)
        self.judge = nn.Linear(widths[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, side, side) → (B, classes)."""
        height, width = (side // self.fold * self.fold for side in x.shape[2:])
        cells = F.pixel_unshuffle(x[..., :height, :width] - 0.5, self.fold)
        logits: Tensor = self.judge(self.features(cells).mean((2, 3)))
        return logits


class PlainClassifier(nn.Module):
    """Three convolutions with two poolings and two dense layers: the network of the text books for CIFAR-10.

    Shape: (B, channels, side, side) in [0, 1] → (B, classes) logits. Raises ValueError for sizes that make no network.
    """

    def __init__(self, *, classes: int, side: int, channels: int = 3, width: int = 32, dense: int = 64) -> None:
        super().__init__()
        if min(classes, channels, width, dense) < 1 or side < 4:
            raise ValueError(f"{classes} classes and {width} channels at side {side} make no network")
        self.side, self.channels, self.classes = side, channels, classes
        self.features = nn.Sequential(
            *(nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(2 * width, 2 * width, 3, padding=1), nn.ReLU()),
        )
        cells = (side // 4) ** 2
        self.judge = nn.Sequential(nn.Linear(2 * width * cells, dense), nn.ReLU(), nn.Linear(dense, classes))

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, side, side) → (B, classes)."""
        logits: Tensor = self.judge(self.features(x - 0.5).flatten(1))
        return logits
