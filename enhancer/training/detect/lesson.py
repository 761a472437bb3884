"""Teaching a network to find objects: one step, and how precise it is on pictures that it never learned from."""

import copy
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from PIL import Image, ImageDraw
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.metrics.boxes import Boxes, mean_precision
from enhancer.models.detector import Detector, start_from
from enhancer.models.weights import write_weights
from enhancer.training.augment import to_unit
from enhancer.training.checkpoint import State, replace_file
from enhancer.training.detect.recipe import Search
from enhancer.training.detect.sources import read_scenes
from enhancer.training.lesson import Figures, Lesson
from enhancer.training.recognise.lesson import half
from enhancer.training.start import placed, seeded
from enhancer.training.update import descend, keep_average
from enhancer.training.watchdog import Rule

SHOWN, ROW, EDGE = 8, 4, 240  # pictures of the sample sheet, of a row of it, and the side of their squares
SURE = 0.5  # from which a box is drawn there
DRAWS = 2**31
RED = (220, 30, 30)


@dataclass(frozen=True)
class Sought:
    """Over held-out pictures: `precision`, the mean average precision at an overlap of one half, in [0, 1]."""

    step: int
    minutes: float
    loss: float
    precision: float

    def line(self) -> str:
        """For the log."""
        return f"step {self.step}  {self.minutes:.1f} min  loss {self.loss:.4f}  average precision {self.precision:.1%}"

    def data(self) -> dict[str, object]:
        """For files."""
        return asdict(self)


RULES: tuple[Rule[Sought], ...] = (
    Rule("the loss is not a number", 1, lambda r, _: not isfinite(r.loss)),
    Rule("it finds nothing", 20, lambda r, slack: r.precision <= slack),
)


class Detection(Lesson):
    """Teaches `recipe` on pictures with boxes, from the weights in `start` if given; see `read_scenes` for `data`."""

    rules = RULES

    def __init__(self, recipe: Search, data: Path, start: Path | None, device: torch.device) -> None:
        self.recipe: Search = recipe
        self.data, self.start = data, start
        self.training, self.unseen = read_scenes(data, recipe.longest, recipe.hold_out)
        self.device = device

    def begin(self, accelerator: Accelerator) -> State:
        """Network, average and optimiser. Raises WeightsRefused for a start of another kind."""
        name, shape = self.recipe.architecture(len(self.training.names))
        network = seeded(name, shape, self.recipe.seed)
        if self.start is not None:
            start_from(network, self.start)
        network = placed(network, accelerator)
        source = torch.Generator(accelerator.device).manual_seed(self.recipe.seed)
        adam = torch.optim.AdamW(network.parameters(), self.recipe.lr, weight_decay=self.recipe.weight_decay)

        def save(trained: nn.Module, file: Path) -> None:
            header = {"architecture": name, "hyperparameters": json.dumps(shape, sort_keys=True)}
            header["labels"] = json.dumps(self.training.names)
            weights = {key: half(tensor) for key, tensor in trained.state_dict().items()}
            replace_file(file, lambda partial: write_weights(weights, partial, header))

        return State(network, copy.deepcopy(network).requires_grad_(False), save, [adam], source)

    def step(self, state: State, spent: float, accelerator: Accelerator) -> Figures:
        """One batch: the four losses of Faster R-CNN, two of the proposals, two of the boxes."""
        network: Any = state.network
        pictures, targets = self._batch(state.source)
        _training(network, self.recipe.settled)
        seed = int(torch.randint(DRAWS, (1,), generator=state.source, device=state.source.device))
        with torch.random.fork_rng(), torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.bfloat16):
            torch.manual_seed(seed)  # torchvision samples boxes from the global source
            losses = network(pictures, targets)
        loss = torch.stack([one.float() for one in losses.values()]).sum()
        descend(loss, network, state.optimisers, self.recipe.clip, accelerator)
        keep_average(state, self.recipe.ema)
        state.step += 1
        return {"loss": loss.detach()}

    def _batch(self, source: torch.Generator) -> tuple[list[Tensor], list[dict[str, Tensor]]]:
        recipe, count = self.recipe, len(self.training)
        chosen = torch.randint(count, (recipe.batch,), generator=source, device=source.device).tolist()
        draws = torch.rand(2, recipe.batch, generator=source, device=source.device).tolist()
        made = [
            changed(
                self.training.pictures[n], self.training.truths[n], recipe.flip and mirror < 0.5, zoom(size, recipe)
            )
            for n, mirror, size in zip(chosen, *draws, strict=True)
        ]
        pictures = [picture.to(self.device) for picture, _ in made]
        targets = [{"boxes": t.boxes.to(self.device), "labels": t.labels.to(self.device) + 1} for _, t in made]
        return pictures, targets

    def report(self, state: State, means: dict[str, float]) -> Sought:
        """On the pictures held out, each as it is."""
        found = self._found(state.average, self.unseen.pictures)
        precision = mean_precision(found, self.unseen.truths)
        return Sought(state.step, state.seconds / 60, precision=precision, **means)

    def quality(self, report: Sought) -> float:
        """The mean average precision."""
        return report.precision

    def sheet(self, state: State) -> Image.Image:
        """Held-out pictures with what is found in them."""
        pictures = self.unseen.pictures[:SHOWN]
        found = self._found(state.average, pictures)
        squares = [_square(_marked(picture, boxes)) for picture, boxes in zip(pictures, found, strict=True)]
        squares += [torch.zeros_like(squares[0])] * (-len(squares) % ROW)
        rows = [torch.cat(squares[n : n + ROW], 2) for n in range(0, len(squares), ROW)]
        return Image.fromarray(torch.cat(rows, 1).permute(1, 2, 0).contiguous().numpy())

    def _found(self, network: nn.Module, pictures: Sequence[Tensor]) -> list[Boxes]:
        detector = Detector(network.eval(), self.training.names)
        return [Boxes(*detector.tensors(to_unit(picture))) for picture in pictures]


def zoom(drawn: float, recipe: Search) -> float:
    """A factor between `recipe.zoom` and one over it, even in its logarithm; `drawn` lies in [0, 1)."""
    factor: float = recipe.zoom ** (1 - 2 * drawn)
    return factor


def changed(picture: Tensor, truth: Boxes, mirrored: bool, factor: float) -> tuple[Tensor, Boxes]:
    """A picture (3, H, W) uint8 as (3, H·factor, W·factor) in [0, 1], perhaps mirrored, with its boxes."""
    pixels, boxes = to_unit(picture), truth.boxes
    if factor != 1:
        size = [max(32, round(side * factor)) for side in pixels.shape[1:]]
        scale = boxes.new_tensor([size[1] / pixels.shape[2], size[0] / pixels.shape[1]]).repeat(2)
        pixels = F.interpolate(pixels[None], size, mode="bilinear", antialias=True)[0]
        boxes = boxes * scale
    if mirrored:
        width = pixels.shape[2]
        pixels, boxes = (
            pixels.flip(2),
            torch.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1),
        )
    return pixels, Boxes(boxes, truth.labels)


def _training(network: nn.Module, settled: bool) -> None:
    """Ready to learn; where `settled`, normalisation goes on by the statistics that it has."""
    network.train()
    for layer in network.modules():
        if settled and isinstance(layer, nn.BatchNorm2d):
            layer.eval()


def _marked(picture: Tensor, found: Boxes) -> Tensor:
    """A picture (3, H, W) uint8 with the boxes that the network is sure of."""
    sheet = Image.fromarray(picture.permute(1, 2, 0).contiguous().numpy())
    draw = ImageDraw.Draw(sheet)
    for box, score in zip(found.boxes.tolist(), [] if found.scores is None else found.scores.tolist(), strict=True):
        if score >= SURE:
            draw.rectangle(box, outline=RED, width=2)
    return torch.from_numpy(np.asarray(sheet).copy()).permute(2, 0, 1)


def _square(picture: Tensor) -> Tensor:
    """(3, H, W) uint8 shrunk or enlarged into a square of `EDGE` pixels, black beside it."""
    factor = EDGE / max(picture.shape[1:])
    size = [max(1, round(side * factor)) for side in picture.shape[1:]]
    small = F.interpolate(picture[None].float(), size, mode="bilinear", antialias=True)[0].round().byte()
    return F.pad(small, (0, EDGE - small.shape[2], 0, EDGE - small.shape[1]))
