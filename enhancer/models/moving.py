"""Networks that remember from frame to frame, as the engine sees them: a picture and a plane in, a thicker one out."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks import RecurrentUNet, followed

COLOURS = 3


class Carried(nn.Module):
    """A `RecurrentUNet` whose state travels as channels of pictures, so that it is cut into tiles as they are.

    Shape: (B, 3, H, W), and from the second frame on a `plane` (B, planes, H, W) → (B, 3 + state, scale·H, scale·W):
    the picture, and behind it the memory, both in [0, 1]. All of it, `carried_on`, is the plane of the next frame.
    """

    def __init__(self, network: RecurrentUNet) -> None:
        super().__init__()
        self.network = network
        self.scale, self.multiple_of, self.halo = network.scale, network.multiple_of, network.halo
        self._fold = 2 * network.scale
        self.state = -(-network.memory // self._fold**2)
        self.planes = (COLOURS + self.state) * network.scale**2

    def forward(self, x: Tensor, plane: Tensor | None = None) -> Tensor:
        """One frame, with what the one before left."""
        picture, (_, memory) = self.network(x, None if plane is None else self._unpacked(plane))
        missing = self.state * self._fold**2 - memory.shape[1]
        thick = F.pixel_shuffle(F.pad(memory, (0, 0, 0, 0, 0, missing)), self._fold)
        return torch.cat([picture.clamp(0, 1), (thick + 1) / 2], 1)

    def _unpacked(self, plane: Tensor) -> tuple[Tensor, Tensor]:
        thick = F.pixel_shuffle(plane, self.scale)
        memory = F.pixel_unshuffle(thick[:, COLOURS:] * 2 - 1, self._fold)
        return thick[:, :COLOURS], memory[:, : self.network.memory]


def evened(frame: Tensor) -> Tensor:
    """(3, H, W) with its last row and column once more where they have no neighbour.

    A cell of the memory is two pixels wide: of one that a border cuts, half of the channels would be lost.
    """
    height, width = frame.shape[-2:]
    return F.pad(frame[None], (0, width % 2, 0, height % 2), mode="replicate")[0]


def carried_on(result: Tensor, frame: Tensor, scale: int) -> Tensor:
    """What `Carried` gave for the frame before, moved to where things are in `frame`, as its plane.

    Shape: (3 + state, scale·H, scale·W) and (3, H, W) in [0, 1] → (planes, H, W). Raises ValueError for odd sides.
    """
    thick = result[None]
    memory = F.pixel_unshuffle(thick[:, COLOURS:] * 2 - 1, 2 * scale)
    last, memory = followed((thick[:, :COLOURS], memory), frame[None])
    moved = torch.cat([last, (F.pixel_shuffle(memory, 2 * scale) + 1) / 2], 1)
    return F.pixel_unshuffle(moved, scale)[0]
