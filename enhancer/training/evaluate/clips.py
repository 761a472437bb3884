"""Clips as cases: frames that follow each other, and models that remember, or see each frame alone."""

import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from enhancer.engine import Engine
from enhancer.metrics import psnr
from enhancer.metrics.temporal import unsteadiness
from enhancer.models.contract import Model
from enhancer.models.moving import COLOURS, carried_on, evened
from enhancer.progress import Progress
from enhancer.training.data import picture_files, read_rgb
from enhancer.training.degradations import bicubic, quantise
from enhancer.training.evaluate.protocol import Case
from enhancer.training.evaluate.sources import enlarged

QUALITY = 50  # of JPEG with thinned colours, which is how a frame that starts anew is coded


def surveyed(folder: Path, sigma: int, scale: int = 1) -> Iterator[Case]:
    """One clip (T, 3, H, W), the pictures of `folder` by name, shrunk bicubically to its 1/`scale`; then noise of
    `sigma` levels, new in each frame, and JPEG.

    The noise is drawn by NumPy's generator seeded with the number of the frame, in the order (H, W, 3).
    """
    whole = torch.stack([read_rgb(file) / 255.0 for file in picture_files(folder)])
    truth = whole[..., : whole.shape[-2] // scale * scale, : whole.shape[-1] // scale * scale]
    small = truth if scale == 1 else bicubic(truth, scale)
    yield Case(torch.stack([_recorded(frame, sigma, n) for n, frame in enumerate(small)]), truth)


def enlarged_frames(case: Case) -> Tensor:
    """Every frame enlarged bicubically."""
    return torch.stack([enlarged(Case(*pair)) for pair in zip(case.given, case.truth, strict=True)])


def _recorded(frame: Tensor, sigma: int, seed: int) -> Tensor:
    grain = np.random.RandomState(seed).normal(0, sigma, (*frame.shape[1:], 3))
    levels = (frame.permute(1, 2, 0).numpy() * 255 + grain).clip(0, 255).round().astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "JPEG", quality=QUALITY, subsampling=2)
    with Image.open(stream) as again:
        return torch.from_numpy(np.array(again)).permute(2, 0, 1) / 255.0


def drawn(engine: Engine, model: Model, frames: Tensor, remember: bool) -> Tensor:
    """Frames (T, 3, h, w) as the model draws them, rounded to 8 bits: (T, 3, H, W).

    With `remember` a model that has a state gets what it gave for the frame before.
    """
    last: Tensor | None = None
    shown, (height, width) = [], (model.scale * side for side in frames.shape[-2:])
    for frame in map(evened, frames):
        plane = carried_on(last, frame, model.scale) if last is not None and remember and model.state else None
        last = engine.run(model, frame, Progress(), plane)
        shown.append(quantise(last[:COLOURS, :height, :width]))
    return torch.stack(shown)


def psnr_frames(output: Tensor, case: Case) -> float:
    """PSNR over R, G and B, the mean of all frames."""
    values = [psnr(frame, truth) for frame, truth in zip(output, case.truth, strict=True)]
    return sum(values) / len(values)


def flicker(output: Tensor, case: Case) -> float:
    """The warped difference of frames that follow each other, in grey levels, the mean; movement is the truth's."""
    pairs = [unsteadiness(*both)[1] for both in zip(pairwise(case.truth), pairwise(output), strict=True)]
    return sum(pairs) / len(pairs)
