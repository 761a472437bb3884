"""A picture as the whole numbers of a file, made band by band, so that no second picture is needed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from enhancer import canvas
from enhancer.media.picture import Picture

BAND = 256  # rows
COLOURS = 3
MODES = {1: "L", 3: "RGBX", 4: "RGBA"}  # that Pillow takes as they lie in memory, without a copy


@dataclass(frozen=True)
class Raster:
    """(H, W, C) uint8 or uint16 to come: `depth` 8 or 16 bits; `colours` 1 or 3 channels, the first of them.

    Where it is `grey`, each colour is the mean of all, as a network may have drawn them apart.
    Alpha is the last channel where there is one, but for `flat` rasters, which lie on white.
    """

    picture: Picture
    depth: int
    colours: int = 3
    flat: bool = False
    grey: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        channels = self.colours + (self.picture.alpha is not None and not self.flat)
        return self.picture.height, self.picture.width, channels

    @property
    def row_bytes(self) -> int:
        """What one row takes."""
        return self.shape[1] * self.shape[2] * self.depth // 8

    def bands(self, rows: int = BAND) -> Iterator[np.ndarray]:
        """The whole from top to bottom, so many rows at a time: (h, W, C)."""
        picture = self.picture
        for top in range(0, picture.height, rows):
            alpha = None if picture.alpha is None else picture.alpha[:, top : top + rows]
            yield _rounded(self._band(picture.pixels[:, top : top + rows], alpha), self.depth)
            canvas.release(picture.pixels, *(() if alpha is None else (alpha,)))

    def image(self) -> Image.Image:
        """The whole as Pillow knows it, on disk where it is large, for formats that are not written in parts.

        1, 3 or 4 channels of 8 bits alone.
        """
        height, width, channels = self.shape
        mode, settings = MODES[channels], canvas.settings_of(self.picture.pixels)
        whole = canvas.empty((height, width, len(mode)), settings, torch.uint8).numpy()
        for n, band in enumerate(self.bands()):
            for channel in range(channels):  # NumPy takes five times as long for all of them at once
                whole[n * BAND : n * BAND + len(band), :, channel] = band[..., channel]
            canvas.release(whole)
        return Image.frombuffer(mode, (width, height), whole, "raw", mode, 0, 1)

    def _band(self, pixels: Tensor, alpha: Tensor | None) -> Tensor:
        """(3, h, W) and (1, h, W) → (C, h, W) float32."""
        pixels = pixels.float()
        if self.grey:
            pixels = pixels.mean(0, keepdim=True).expand(self.colours, -1, -1)
        if alpha is None:
            return pixels
        alpha = alpha.float().clamp(0, 1)
        return pixels * alpha + (1 - alpha) if self.flat else torch.cat([pixels, alpha])


def coloured(samples: np.ndarray) -> np.ndarray:
    """Grey samples, (H, W, 1 or 2), as three equal colours, with their alpha; others as they are."""
    if samples.shape[2] >= COLOURS:
        return samples
    return np.concatenate([samples[..., :1].repeat(COLOURS, axis=2), samples[..., 1:]], axis=2)


def _rounded(channels: Tensor, depth: int) -> np.ndarray:
    """(C, h, W) in [0, 1] → (h, W, C) whole numbers, to the nearest."""
    scaled = channels.clamp(0, 1).mul(2**depth - 1).add_(0.5)
    whole = scaled.to(torch.int32).permute(1, 2, 0).numpy()
    return np.ascontiguousarray(whole.astype(np.uint8 if depth == 8 else np.uint16))
