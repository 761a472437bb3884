"""The only picture type inside the house."""

from dataclasses import dataclass, replace

from torch import Tensor

from enhancer import canvas


@dataclass(frozen=True)
class Picture:
    """A picture with its identity.

    `pixels` (3, H, W) float32 in [0, 1], upright; `alpha` (1, H, W) float32 in [0, 1] or None, not premultiplied;
    `depth` 8 or 16 bits of the source; `grey` when the source had one colour channel; `profile` its ICC profile,
    which still describes `pixels`; `exif` raw EXIF without orientation; `dpi` horizontal and vertical;
    `orientation` 1 to 8 as the source stated it (EXIF), which reading has undone;
    `notes` one sentence for each thing that could not be kept.
    """

    pixels: Tensor
    alpha: Tensor | None = None
    depth: int = 8
    grey: bool = False
    profile: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    orientation: int = 1
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.pixels.shape[2])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.pixels.shape[1])

    @property
    def see_through(self) -> bool:
        """Whether anything behind it would show; an alpha that covers all of it, in whole levels, hides nothing."""
        if self.alpha is None or self.alpha.numel() == 0:
            return self.alpha is not None
        top: int = 2**self.depth - 1
        return float(self.alpha.min()) * top < top - 0.5

    def with_pixels(self, pixels: Tensor, alpha: Tensor | None = None) -> "Picture":
        """The same identity around other pixels (3, H, W) and alpha (1, H, W)."""
        return replace(self, pixels=pixels, alpha=alpha)

    def on_white(self) -> "Picture":
        """The same without transparency, laid on white as in files that have none; itself where nothing is hidden."""
        if self.alpha is None:
            return self
        return self.with_pixels(canvas.by_parts(lambda p, alpha: p * alpha + (1 - alpha), self.pixels, self.alpha))
