"""Known damage to pictures with a known truth, for the tests of diagnosis and proposal."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter
from torch import Tensor
from torch.nn import functional as F

from enhancer.tasks.classical_colour import from_linear, to_linear

Damage = Callable[[Tensor], Tensor]
KERNELS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def truths(shared: Path, every: int = 1, sets: tuple[str, ...] = ("LIVE1", "McMaster")) -> list[Path]:
    """Every nth benchmark picture."""
    return [f for s in sets for f in sorted((shared / "data" / "bench" / s / "HR").glob("*.png"))][::every]


def read(file: Path) -> Tensor:
    """A picture (3, H, W) in [0, 1]."""
    return from_bytes(np.asarray(Image.open(file).convert("RGB")))


def from_bytes(array: np.ndarray) -> Tensor:
    """(H, W, 3) or (H, W) uint8 → (3, H, W)."""
    colour = array if array.ndim == 3 else np.stack([array] * 3, -1)
    return torch.from_numpy(colour.copy()).permute(2, 0, 1).float() / 255


def to_bytes(pixels: Tensor) -> np.ndarray:
    """(3, H, W) → (H, W, 3) uint8, to the nearest."""
    rounded: np.ndarray = (pixels.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    return rounded


def rounded(pixels: Tensor) -> Tensor:
    """As an 8-bit file holds it."""
    return from_bytes(to_bytes(pixels))


def noisy(level: float, seed: int = 0) -> Damage:
    """White Gaussian noise of `level` 8-bit levels, clipped and rounded."""
    return lambda x: rounded(x + level / 255 * torch.randn(x.shape, generator=torch.Generator().manual_seed(seed)))


def blotchy(level: float, coarse: int = 2, seed: int = 0) -> Damage:
    """Noise of `level` levels whose grains are `coarse` pixels wide."""

    def damage(x: Tensor) -> Tensor:
        height, width = (side // coarse + 1 for side in x.shape[1:])
        small = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))
        noise = F.interpolate(small, x.shape[1:], mode="bicubic")[0]
        return rounded(x + noise / noise.std() * level / 255)

    return damage


def jpeg_file(pixels: Tensor, quality: int, grey: bool = False) -> bytes:
    """The file that Pillow writes, colour with halved chroma."""
    out, image = io.BytesIO(), Image.fromarray(to_bytes(pixels))
    (image.convert("L") if grey else image).save(out, "JPEG", quality=quality)
    return out.getvalue()


def jpeg(quality: int, grey: bool = False) -> Damage:
    """Saved as JPEG and read again."""
    return lambda x: from_bytes(np.asarray(Image.open(io.BytesIO(jpeg_file(x, quality, grey)))))


def blurred(radius: float) -> Damage:
    """A Gaussian blur of this deviation in pixels."""
    return lambda x: rounded(torch.from_numpy(gaussian_filter(x.numpy(), (0, radius, radius))))


def darkened(stops: float) -> Damage:
    """Less light by this many stops."""
    return lambda x: rounded(from_linear(to_linear(x) * 2.0**-stops))


def curved(gamma: float) -> Damage:
    """Dark middle tones; white stays."""
    return lambda x: rounded(x**gamma)


def shrunk(pixels: Tensor, factor: float) -> Tensor:
    """Antialiased bicubic, rounded to 8 bits."""
    size = [round(side / factor) for side in pixels.shape[1:]]
    return rounded(F.interpolate(pixels[None], size, mode="bicubic", antialias=True)[0])


def enlarged(factor: float, kernel: str = "bicubic") -> Damage:
    """Shrunk and enlarged again to the same size."""

    def damage(x: Tensor) -> Tensor:
        small = Image.fromarray(to_bytes(shrunk(x, factor)))
        return from_bytes(np.asarray(small.resize((x.shape[2], x.shape[1]), KERNELS[kernel])))

    return damage


def both(first: Damage, second: Damage) -> Damage:
    """One after the other."""
    return lambda x: second(first(x))
