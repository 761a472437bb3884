"""The restoration network for scale 1: a plain U-Net at half resolution, for noise, blocks and blur."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks.block import ResidualChain, unfolded_sum
from enhancer.networks.rim import NO_RIM, Rim

FOLD = 2  # pixels a side that one cell of the first level holds
UNKNOWN = -1.0  # value of the extra plane where its strength is not known


class RestorationUNet(nn.Module):
    """Clean a picture with residual blocks at one half, one quarter, one eighth ... of its resolution.

    The form is that of Ronneberger et al. (MICCAI 2015) with the additive skips of DRUNet (Zhang et al., TPAMI 2021),
    and half resolution and the extra plane of FFDNet (Zhang et al., TIP 2018). `widths` are the channels of each
    level, `blocks` the residual blocks on each side of it (the last level has one side). With `planes=1` a map says
    how strong the damage is at each pixel: for noise its standard deviation on the scale of the picture, for JPEG
    1 - quality/100. Without the map, or where it is negative, a learned constant stands in.

    Shape: (B, 3, H, W) in [0, 1], H and W multiples of `multiple_of` → the same, float32, not clamped.
    Raises ValueError for widths, blocks or planes that make no network.
    """

    scale = 1
    chain: type[nn.Module] = ResidualChain  # of so many channels and blocks
    trims = True
    needs_plane = False  # whether it is of no use without the map

    def __init__(
        self, *, widths: Sequence[int] = (32, 64, 128), blocks: Sequence[int] = (2, 2, 4), planes: int = 0
    ) -> None:
        super().__init__()
        if len(widths) != len(blocks) or not widths or min(*widths, *blocks) < 1:
            raise ValueError(f"widths and blocks must be positive and equally many, not {widths} and {blocks}")
        if planes not in (0, 1):
            raise ValueError(f"planes must be 0 or 1, not {planes}")
        self.planes, self.blocks = planes, tuple(blocks)
        steps = list(pairwise(widths))
        self.head = nn.Conv2d((3 + planes) * FOLD**2, widths[0], 3, padding=1)
        self.before = nn.ModuleList(self.chain(w, n) for w, n in zip(widths[:-1], blocks[:-1], strict=True))
        self.down = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.middle = self.chain(widths[-1], blocks[-1])
        self.up = nn.ModuleList(nn.Conv2d(coarse, 4 * fine, 1) for fine, coarse in steps)
        self.after = nn.ModuleList(self.chain(w, n) for w, n in zip(widths[:-1], blocks[:-1], strict=True))
        self.tail = nn.Conv2d(widths[0], 3 * FOLD**2, 3, padding=1)
        if planes and not self.needs_plane:
            self.blind = nn.Parameter(torch.full((1, 1, 1, 1), 0.1))

    @property
    def multiple_of(self) -> int:
        """Sides must be multiples of this: one cell of the coarsest level."""
        return FOLD << len(self.down)

    @property
    def halo(self) -> int:
        """Input pixels at each side that an output pixel may depend on, rounded up to `multiple_of`."""
        reach = max(max(pixel - low, high - pixel) for pixel, low, high in map(self._seen, range(self.multiple_of)))
        return -(-reach // self.multiple_of) * self.multiple_of

    def _seen(self, pixel: int) -> tuple[int, int, int]:
        """An output pixel, and the first and last input pixel that it sees: back through the network, cell by cell."""
        low, high = pixel // FOLD - 1, pixel // FOLD + 1  # the tail
        for blocks in self.blocks[:-1]:
            low, high = (low - 2 * blocks) // 2, (high + 2 * blocks) // 2
        low, high = low - 2 * self.blocks[-1], high + 2 * self.blocks[-1]
        for blocks in reversed(self.blocks[:-1]):
            low, high = 2 * low - 2 * blocks, 2 * high + 1 + 2 * blocks
        return pixel, FOLD * (low - 1), FOLD * (high + 1) + FOLD - 1

    def forward(self, x: Tensor, plane: Tensor | None = None, rim: Rim | None = None) -> Tensor:
        """(B, 3, H, W), and perhaps a map (B, 1, H, W) → (B, 3, H, W) without the `rim`, float32.

        On the way back to half resolution, no more of the rim is drawn than the layers after it look at. Raises
        ValueError for a useless map.
        """
        if plane is not None and not self.planes:
            raise ValueError("this network takes no extra plane")
        rim = rim or NO_RIM
        f = self.head(F.pixel_unshuffle(self._stacked(x - 0.5, plane), FOLD))
        gone = self._idle(0, rim).times(FOLD)
        return rim.less(gone).off(unfolded_sum(self._body(f, rim), gone.off(x), self.scale))

    def _body(self, f: Tensor, rim: Rim = NO_RIM) -> Tensor:
        """Everything between head and the last sum: features at half resolution → what the tail makes of them."""
        kept = []
        for blocks, down in zip(self.before, self.down, strict=True):
            f = blocks(f)
            kept.append(f)
            f = down(f)
        f = self.middle(f)
        gone = NO_RIM
        for level in reversed(range(len(kept))):
            before, gone = gone.times(2), self._idle(level, rim)
            f = gone.less(before).off(F.pixel_shuffle(self.up[level](f), 2))
            f = self.after[level](f + gone.off(kept[level]))
        out: Tensor = self.tail(f)
        return out

    def _idle(self, level: int, rim: Rim) -> Rim:
        """The part of the rim that nothing inside needs once this level is reached again, in cells of the level."""
        if not self.down:  # nowhere is there a way back
            return NO_RIM
        needed = 1  # cells, for the tail
        for blocks in self.blocks[: level + 1]:
            needed = -(-needed // 2) + 2 * blocks
        return Rim(*(side // (FOLD << level) for side in rim)).beyond(needed)

    def _stacked(self, x: Tensor, plane: Tensor | None) -> Tensor:
        """(B, 3, H, W) → (B, 3 + planes, H, W). The constant always takes part, as data-parallel training wants it."""
        if not self.planes:
            return x
        known = torch.full_like(x[:, :1], UNKNOWN) if plane is None else plane
        return torch.cat([x, torch.where(known < 0, self.blind.to(known.dtype), known)], 1)
