"""A crop before, after and as it was, side by side at 100 %, with the figures of that crop."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage.data import data_dir
from skimage.filters import gaussian
from torch import Tensor
from torch.nn import functional as F

from enhancer.engine import Engine
from enhancer.metrics import psnr
from enhancer.models.contract import Model
from enhancer.progress import Progress
from enhancer.training.crops.cases import Crop, Damage
from enhancer.training.data import read_rgb
from enhancer.training.degradations.bicubic import bicubic, imresize, quantise
from enhancer.training.degradations.jpeg import compress

GAP, WHITE = 4, 255  # pixels between the three parts, and their colour
SEED = 7  # of the noise
MULTIPLE = 12  # of sides, so that every scale divides them


@dataclass(frozen=True)
class Drawn:
    """Input (its pixels enlarged), result and truth side by side, and their PSNR over R, G and B in this crop.

    `before` is that of the input, enlarged bicubically where the model enlarges.
    """

    crop: Crop
    image: Image.Image
    before: float
    after: float


def drawn(crop: Crop, model: Model, engine: Engine) -> Drawn:
    """The whole picture is damaged and enhanced, then cut. Raises what the engine raises."""
    truth = read_rgb(Path(data_dir) / crop.picture).float() / 255
    truth = truth[:, : truth.shape[1] // MULTIPLE * MULTIPLE, : truth.shape[2] // MULTIPLE * MULTIPLE]
    given = damaged(truth, crop.damage, model.scale)
    result = quantise(engine.run(model, given, Progress()))
    enlarged = F.interpolate(given[None], scale_factor=model.scale)[0]
    plain = quantise(imresize(given, *truth.shape[1:]))
    input_, usual, made, wanted = (_cut(x, crop) for x in (enlarged, plain, result, truth))
    return Drawn(crop, _beside([input_, made, wanted]), psnr(usual, wanted), psnr(made, wanted))


def damaged(truth: Tensor, damage: Damage, scale: int) -> Tensor:
    """(3, H, W) → (3, H/scale, W/scale), in 8-bit levels of [0, 1]; the same every time."""
    x = truth.pow(damage.gamma)
    if damage.blur:
        x = torch.from_numpy(gaussian(x.numpy(), damage.blur, channel_axis=0))
    x = bicubic(x, scale)
    height, width = x.shape[1:]
    if damage.noise:
        cells = (3, -(-height // damage.grain), -(-width // damage.grain))
        noise = np.random.default_rng(SEED).normal(0, damage.noise / 255, cells).repeat(damage.grain, 1)
        x = x + torch.from_numpy(noise.repeat(damage.grain, 2)[:, :height, :width]).float()
    small = quantise(imresize(x, round(height / damage.shrunk), round(width / damage.shrunk)))
    if damage.quality:
        small = compress(small[None], torch.tensor([damage.quality]), torch.tensor([True]))[0]
    return quantise(imresize(small, height, width))


def _cut(x: Tensor, crop: Crop) -> Tensor:
    return x[:, crop.top : crop.top + crop.height, crop.left : crop.left + crop.width]


def _beside(parts: list[Tensor]) -> Image.Image:
    gap = torch.full((3, parts[0].shape[1], GAP), WHITE / 255)
    row = torch.cat([piece for part in parts for piece in (part, gap)][:-1], 2)
    return Image.fromarray((row * 255).round().byte().permute(1, 2, 0).numpy())
