"""Pictures in memory, and random aligned pairs drawn from them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from enhancer.training.degradations import bicubic

log = logging.getLogger(__name__)
SUFFIXES = {".png", ".webp", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}


def picture_files(folder: Path) -> list[Path]:
    """The pictures of a folder in name order. Raises FileNotFoundError when there is none."""
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if not files:
        raise FileNotFoundError(f"no picture ({', '.join(sorted(SUFFIXES))}) in {folder}")
    return files


def read_rgb(file: Path) -> Tensor:
    """A file as (3, H, W) uint8."""
    with Image.open(file) as image:
        return torch.from_numpy(np.asarray(image.convert("RGB")).copy()).permute(2, 0, 1)


def is_grey(file: Path) -> bool:
    """Whether the file itself has a single colour channel."""
    with Image.open(file) as image:
        return image.mode in ("1", "L", "LA", "I;16")


def hold_out(files: Sequence[Path], every: int) -> tuple[list[Path], list[Path]]:
    """Split into (training, validation): every `every`-th file, by name order, is never trained on."""
    return [f for i, f in enumerate(files) if i % every], [f for i, f in enumerate(files) if not i % every]


@dataclass(frozen=True)
class Pairs:
    """Sharp pictures (N, 3, H, W) uint8 with their shrunken versions (N, 3, H/scale, W/scale) uint8."""

    sharp: Tensor
    small: Tensor
    scale: int

    @classmethod
    def load(cls, files: Sequence[Path], scale: int) -> "Pairs":
        """Read equally sized tiles and shrink each once. Raises ValueError when the sizes differ."""
        tiles = [read_rgb(f) for f in files]
        sizes = {tuple(t.shape) for t in tiles}
        if len(sizes) != 1:
            raise ValueError(f"training tiles must share one size, found {sorted(sizes)}")
        height, width = (side - side % scale for side in tiles[0].shape[1:])
        sharp = torch.stack([t[:, :height, :width] for t in tiles])
        small = torch.stack([(bicubic(t / 255.0, scale) * 255).round().byte() for t in sharp])
        log.info("%d tiles of %dx%d read", len(tiles), width, height)
        return cls(sharp, small, scale)

    def batch(self, size: int, patch: int, source: torch.Generator) -> tuple[Tensor, Tensor]:
        """`size` random pairs in [0, 1], flipped and turned.

        Shape: (B, 3, patch, patch) and (B, 3, scale·patch, scale·patch).
        """
        count, _, height, width = self.small.shape
        picks = torch.randint(count, (size,), generator=source).tolist()
        tops = torch.randint(height - patch + 1, (size,), generator=source).tolist()
        lefts = torch.randint(width - patch + 1, (size,), generator=source).tolist()
        turns = torch.randint(8, (size,), generator=source).tolist()
        small, sharp = [], []
        for n, y, x, turn in zip(picks, tops, lefts, turns, strict=True):
            s = self.scale
            small.append(dihedral(self.small[n, :, y : y + patch, x : x + patch], turn))
            sharp.append(dihedral(self.sharp[n, :, s * y : s * (y + patch), s * x : s * (x + patch)], turn))
        return torch.stack(small) / 255.0, torch.stack(sharp) / 255.0


def dihedral(x: Tensor, turn: int) -> Tensor:
    """One of the eight flips and quarter turns, `turn` in 0-7, of (..., H, W)."""
    x = torch.rot90(x, turn % 4, (-2, -1))
    return x.flip(-1) if turn >= 4 else x
