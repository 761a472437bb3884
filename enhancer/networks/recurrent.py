"""The network for video: a restoration U-Net that remembers, frame after frame."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks.block import unfolded_sum
from enhancer.networks.motion import carried, motion
from enhancer.networks.unet import FOLD, RestorationUNet

State = tuple[Tensor, Tensor]


class RecurrentUNet(RestorationUNet):
    """Clean, and perhaps enlarge, a frame with the help of what was drawn for the one before and of a memory.

    The memory, `memory` channels at half resolution, and the last output go in with the frame, both carried to where
    things are now by `followed` (as the last output is in Sajjadi et al., "Frame-Recurrent Video Super-Resolution",
    CVPR 2018); a new memory comes out beside the picture. Without a state it does what it can with one frame.

    Shape: (B, 3, H, W) in [0, 1], H and W multiples of `multiple_of` → (B, 3, scale·H, scale·W), float32, not clamped,
    and the state for the next frame. Raises ValueError for sizes that make no network.
    """

    def __init__(
        self,
        *,
        scale: int = 1,
        widths: Sequence[int] = (32, 64, 128),
        blocks: Sequence[int] = (1, 1, 2),
        memory: int = 16,
    ) -> None:
        super().__init__(widths=widths, blocks=blocks)
        if scale not in (1, 2, 4) or memory < 1:
            raise ValueError(f"scale must be 1, 2 or 4 and memory positive, not {scale} and {memory}")
        self.scale, self.memory = scale, memory
        before, drawn = 3 * FOLD**2, 3 * (FOLD * scale) ** 2
        self.head = nn.Conv2d(before + drawn + memory, widths[0], 3, padding=1)
        self.tail = nn.Conv2d(widths[0], drawn + memory, 3, padding=1)

    def forward(  # type: ignore[override]  # a state goes along instead of a map
        self, x: Tensor, state: State | None = None
    ) -> tuple[Tensor, State]:
        """One frame, and the state that the frame before left, `followed` → its picture, and the state for the next."""
        last, remembered = self.blank(x) if state is None else state
        folded = [F.pixel_unshuffle(x - 0.5, FOLD), F.pixel_unshuffle(last - 0.5, FOLD * self.scale), remembered]
        out = self._body(self.head(torch.cat(folded, 1)))
        detail, memory = torch.split(out, [out.shape[1] - self.memory, self.memory], 1)
        picture = unfolded_sum(detail, x, self.scale)
        return picture, (picture.clamp(0, 1), memory.float().tanh())

    def blank(self, x: Tensor) -> State:
        """The state before the first frame: what was drawn is the frame itself, enlarged, and nothing is remembered."""
        last = x.float() if self.scale == 1 else F.interpolate(x.float(), scale_factor=self.scale)
        return last, x.new_zeros(len(x), self.memory, x.shape[-2] // FOLD, x.shape[-1] // FOLD, dtype=torch.float32)


def followed(state: State, x: Tensor) -> State:
    """What the frame before left, moved to where things are in frame `x` (B, 3, H, W), both sides even."""
    last, memory = state
    small = last if last.shape == x.shape else F.interpolate(last, x.shape[-2:], mode="area")
    way = motion(small, x)
    return carried(last, way).clamp(0, 1), carried(memory, way).clamp(-1, 1)
