"""The rim of a picture: what a network must see, and nobody wants back."""

from typing import NamedTuple

from torch import Tensor


class Rim(NamedTuple):
    """Pixels, or cells of folded pixels, at each side of a picture."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def times(self, scale: int) -> "Rim":
        """What it is where there are `scale` times as many pixels a side."""
        return Rim(*(scale * side for side in self))

    def less(self, cut: "Rim") -> "Rim":
        """What is left of it, once so much of it has been cut off."""
        return Rim(*(side - gone for side, gone in zip(self, cut, strict=True)))

    def beyond(self, needed: int) -> "Rim":
        """The part of it that is farther from the inside than so many pixels."""
        return Rim(*(max(0, side - needed) for side in self))

    def off(self, x: Tensor) -> Tensor:
        """(..., H, W) → the inside alone, a view: the rim is off."""
        height, width = x.shape[-2:]
        return x[..., self.top : height - self.bottom, self.left : width - self.right]


NO_RIM = Rim()
