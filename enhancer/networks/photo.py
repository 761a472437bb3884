"""The network for photographs as people have them: mend at the picture's own size, then enlarge."""

from collections.abc import Sequence

from torch import Tensor, nn

from enhancer.networks.generator import Generator
from enhancer.networks.rim import NO_RIM, Rim
from enhancer.networks.unet import RestorationUNet


class PhotoNetwork(nn.Module):
    """A `RestorationUNet` whose result a `Generator` enlarges, in one network that is trained as a whole.

    The generator alone sees 14 pixels around, too few to tell blotchy noise from texture; the U-Net sees over a hundred
    for an eighth of the work, because it works on folded pixels. Both can start from weights of their own.
    `widths` and `blocks` are those of the U-Net, `scale`, `channels` and `depth` those of the generator.

    Shape: (B, 3, H, W) in [0, 1], H and W multiples of `multiple_of` → (B, 3, scale·H, scale·W), float32, not clamped.
    Raises ValueError for sizes that make no network.
    """

    trims = True

    def __init__(
        self,
        *,
        scale: int,
        channels: int = 64,
        depth: int = 12,
        widths: Sequence[int] = (32, 64, 128),
        blocks: Sequence[int] = (2, 2, 4),
    ) -> None:
        super().__init__()
        self.scale = scale
        self.mend = RestorationUNet(widths=widths, blocks=blocks, planes=1)  # as denoising and deblocking have it
        self.enlarge = Generator(scale=scale, channels=channels, depth=depth)

    @property
    def multiple_of(self) -> int:
        """Sides must be multiples of this."""
        return self.mend.multiple_of

    @property
    def halo(self) -> int:
        """Input pixels at each side that an output pixel may depend on, rounded up to `multiple_of`."""
        return self.mend.halo - (-self.enlarge.halo // self.multiple_of) * self.multiple_of

    def forward(self, x: Tensor, rim: Rim | None = None) -> Tensor:
        """(B, 3, H, W) → (B, 3, scale·H, scale·W), float32, without the part of it that the `rim` of the input became.

        The generator, which does most of the work, sees no more of the rim than it looks at.
        """
        rim = rim or NO_RIM
        far = rim.beyond(self.enlarge.halo)
        return rim.less(far).times(self.scale).off(self.enlarge(self.mend(x, rim=far)))
