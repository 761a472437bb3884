"""A small recipe and tiles to train it on, for the tests of this room."""

from dataclasses import replace
from pathlib import Path

from accelerate import Accelerator
from PIL import Image
from skimage import data as pictures

from enhancer.training.recipes import RECIPES

TINY = replace(
    RECIPES["sr"], network="small", batch=4, patch=16, final_patch=16, warmup=5, hold_out=4, report_every=10, slack=20.0
)
# a report at every step, low rates so that the watch-dog has nothing to say, and no decay that follows the budget
STEADY = replace(TINY, report_every=1, decay=0.01, muon_lr=5e-4, adamw_lr=1e-4)


def accelerator() -> Accelerator:
    return Accelerator(cpu=True)


def make_tiles(folder: Path) -> Path:
    """Eight tiles of 128 pixels a side."""
    folder.mkdir(parents=True, exist_ok=True)
    astronaut = pictures.astronaut()
    for n in range(8):
        y, x = 128 * (n // 4), 128 * (n % 4)
        Image.fromarray(astronaut[y : y + 128, x : x + 128]).save(folder / f"{n}.png")
    return folder
