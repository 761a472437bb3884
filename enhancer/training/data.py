"""Picture files of a folder, and which of them are never trained on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from enhancer.errors import TrainingError

SUFFIXES = {".png", ".webp", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}


def picture_files(folder: Path) -> list[Path]:
    """The pictures of a folder in name order. Raises FileNotFoundError when there is none."""
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if not files:
        raise FileNotFoundError(f"no picture ({', '.join(sorted(SUFFIXES))}) in {folder}")
    return files


def read_rgb(file: Path) -> Tensor:
    """A file as (3, H, W) uint8. Raises TrainingError for one that is damaged."""
    try:
        with Image.open(file) as image:
            return torch.from_numpy(np.asarray(image.convert("RGB")).copy()).permute(2, 0, 1)
    except (OSError, SyntaxError, ValueError) as error:  # as Pillow tells damage
        raise TrainingError(f"{file} cannot be read ({error}). Make it again, or take it out of the folder.") from error


def is_grey(file: Path) -> bool:
    """Whether the file itself has a single colour channel."""
    with Image.open(file) as image:
        return image.mode in ("1", "L", "LA", "I;16")


def hold_out(files: Sequence[Path], every: int) -> tuple[list[Path], list[Path]]:
    """Split into (training, validation): every `every`-th file, by name order, is never trained on.

    Nor are other tiles of the same photograph: `photo--0.webp` and `photo--1.webp` are two tiles of one.
    Raises TrainingError where nothing is left to train on.
    """
    validation = list(files[::every])
    kept = {_photograph(f) for f in validation}
    training = [f for f in files if _photograph(f) not in kept]
    if not training:
        raise TrainingError(f"{len(files)} tiles of {len(kept)} photographs leave none to train on; add photographs.")
    return training, validation


def _photograph(tile: Path) -> str:
    return tile.stem.rpartition("--")[0] or tile.stem
