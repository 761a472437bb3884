"""The published protocols, measured through the engine that the page uses."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from enhancer.engine import Engine
from enhancer.metrics import psnr, ssim
from enhancer.models.contract import Model
from enhancer.models.store import Store
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.training.data import is_grey, picture_files, read_rgb
from enhancer.training.degradations import bicubic, imresize, quantise

Enlarge = Callable[[Tensor], Tensor]


def pairs(folder: Path, scale: int) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """(small, sharp, grey) of a benchmark folder: two pictures (3, H, W) in [0, 1], and whether the file is a grey one.

    HR/ holds the sharp ones; LR_x2/ and so on the small ones where they are given, else they are made by `bicubic`.
    Sharp pictures are cropped at the right and bottom to a multiple of the scale.
    """
    for file in picture_files(folder / "HR"):
        sharp = read_rgb(file) / 255.0
        height, width = (side - side % scale for side in sharp.shape[1:])
        sharp = sharp[:, :height, :width]
        given = folder / f"LR_x{scale}" / file.name
        small = read_rgb(given) / 255.0 if given.exists() else bicubic(sharp, scale)
        yield small, sharp[:, : small.shape[1] * scale, : small.shape[2] * scale], is_grey(file)


def score(folder: Path, scale: int, enlarge: Enlarge) -> tuple[float, float, int]:
    """Mean Y-PSNR in dB, mean Y-SSIM and the number of pictures; outputs rounded to 8 bits, `scale` pixels shaved.

    As in the scripts behind the published tables, a grey file (one of Set14) is measured as it is, and a colour picture
    on its luminance, which spans 16 to 235 and so reads 1.3 dB higher.
    """
    results = []
    for small, sharp, grey in pairs(folder, scale):
        output = enlarge(small)
        output = quantise(output.mean(0, keepdim=True).expand_as(output) if grey else output)
        results.append((psnr(output, sharp, y=not grey, shave=scale), ssim(output, sharp, y=not grey, shave=scale)))
    mean = torch.tensor(results, dtype=torch.float64).mean(0).tolist()
    return mean[0], mean[1], len(results)


def evaluate(models: Sequence[str], sets: Sequence[str], bench: Path, scales: Sequence[int]) -> list[str]:
    """One line for each scale, method and set, the bicubic row first. `models` are catalogue ids or weight files.

    Raises FileNotFoundError for a set without pictures, ValueError for a model of another scale, and what the store
    raises.
    """
    settings = Settings.from_environment()
    engine = Engine(Store(settings), settings)
    loaded = [(name, engine.model(name)) for name in models]
    left_out = [name for name, model in loaded if model.scale not in scales]
    if left_out:
        raise ValueError(f"{', '.join(left_out)} enlarges by none of the scales {', '.join(map(str, scales))}")
    lines = [f"{'scale':<6}{'method':<24}{'set':<12}{'pictures':>8}{'Y-PSNR dB':>11}{'Y-SSIM':>9}"]
    for scale in scales:
        methods: list[tuple[str, Enlarge]] = [("bicubic", partial(_bicubic, scale))]
        methods += [(name, partial(_network, engine, model)) for name, model in loaded if model.scale == scale]
        for name, enlarge in methods:
            for chosen in sets:
                decibels, similarity, count = score(bench / chosen, scale, enlarge)
                lines.append(
                    f"x{scale:<5}{Path(name).name:<24}{chosen:<12}{count:>8}{decibels:>11.3f}{similarity:>9.4f}"
                )
    return lines


def _bicubic(scale: int, small: Tensor) -> Tensor:
    return imresize(small, small.shape[1] * scale, small.shape[2] * scale, eight_bit=True)


def _network(engine: Engine, model: Model, small: Tensor) -> Tensor:
    return engine.run(model, small, Progress())
