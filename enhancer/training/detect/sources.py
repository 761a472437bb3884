"""Pictures to find objects in: a folder with a COCO file or with YOLO's text files, or drawn shapes."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.errors import TrainingError
from enhancer.metrics.boxes import Boxes
from enhancer.models.annotated import Truth, read_annotated
from enhancer.training.data import read_rgb
from enhancer.training.detect.shapes import NAMES, drawn

SHAPES = "shapes"  # in place of a folder
DRAWN, DRAWN_SEED = 600, 1  # pictures of shapes, those held out included


@dataclass(frozen=True)
class Scenes:
    """Pictures (3, H, W) uint8 of any size with the boxes of each, labelled by their place in `names`."""

    pictures: list[Tensor]
    truths: list[Boxes]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.pictures)


def read_scenes(data: Path, longest: int, hold_out: int) -> tuple[Scenes, Scenes]:
    """Those to learn from, and every `hold_out`-th, never learned from; none is larger than `longest` pixels.

    `data` is what `read_annotated` knows, or the word "shapes". Raises BadOptions as it does, TrainingError where one
    part is empty.
    """
    if data.name == SHAPES and not data.exists():
        scenes = Scenes(*drawn(DRAWN, DRAWN_SEED), NAMES)
    else:
        found = read_annotated(data)
        pairs = [_fitted(read_rgb(f), t, longest) for f, t in zip(found.files, found.truths, strict=True)]
        scenes = Scenes([picture for picture, _ in pairs], [truth for _, truth in pairs], found.names)
    training, unseen = (_part(scenes, hold_out, held) for held in (False, True))
    if not any(len(t) for t in training.truths) or not any(len(t) for t in unseen.truths):
        raise TrainingError(
            f"{data} holds too few boxes: {len(training)} pictures to learn from and {len(unseen)} held out."
        )
    return training, unseen


def _part(scenes: Scenes, every: int, held: bool) -> Scenes:
    kept = [n for n in range(len(scenes)) if (n % every == 0) == held]
    return Scenes([scenes.pictures[n] for n in kept], [scenes.truths[n] for n in kept], scenes.names)


def _fitted(picture: Tensor, truth: Truth, longest: int) -> tuple[Tensor, Boxes]:
    """The picture shrunk to `longest` pixels at most, and its boxes cut to what lies inside of it."""
    height, width = picture.shape[1:]
    factor = min(1.0, longest / max(height, width))
    if factor < 1:
        size = [max(1, round(side * factor)) for side in (height, width)]
        small = F.interpolate(picture[None].float(), size, mode="bicubic", antialias=True)[0]
        picture = small.clamp(0, 255).round().byte()
    bounds = torch.tensor([picture.shape[2], picture.shape[1]]).repeat(2)
    boxes = (truth.boxes * factor).clamp(min=0).minimum(bounds)
    seen = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(1)
    return picture, Boxes(boxes[seen], truth.labels[seen])
