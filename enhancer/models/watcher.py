"""Who watches a video go by: scene cuts, flicker and tampering, from a few figures of each frame and an LSTM."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.errors import WeightsRefused
from enhancer.models.own import own_network
from enhancer.models.recogniser import LUMA, NAMES
from enhancer.models.weights import check_finite, read_weights

SIGHT = (24, 32)  # height and width that every frame is shrunk to
KINDS = ("cut", "flicker", "tampering")
BINS = 16  # of a histogram
REACH = 2  # pixels of the small frame that a movement is looked for, each way
FIGURES = 10
LEAST = 1e-3  # below which contrasts are told apart no more
STILL = 1e-4  # below which changes are told apart no more: a quarter of what coding changes in a frame that is repeated
SURE = 0.5  # how probable something must be to be said


def sight(pixels: Tensor) -> Tensor:
    """Frames (..., 3, H, W) in [0, 1], small: (..., 3, 24, 32)."""
    flat = pixels.reshape(-1, *pixels.shape[-3:]).float()
    return F.interpolate(flat, SIGHT, mode="area").reshape(*pixels.shape[:-2], *SIGHT)


def figures(seen: Tensor) -> Tensor:
    """What changes from frame to frame: small frames (T, 3, 24, 32), at least 3 → (T - 2, 10), from the third on.

    Differences as they are, without brightness, after the best movement, to the frame before the last; correlation,
    histograms of light and of colours, light, contrast and edges. Most of them as logarithms.
    """
    earlier, before, now = seen[:-2], seen[1:-1], seen[2:]
    light = (seen * seen.new_tensor(LUMA)[:, None, None]).sum(1)
    a, b = light[1:-1], light[2:]
    plain = (now - before).abs().mean((1, 2, 3))
    level = b.mean((1, 2)) - a.mean((1, 2))
    even_a, even_b = (x - x.mean((1, 2), keepdim=True) for x in (a, b))
    alike = (even_a * even_b).mean((1, 2)) / (even_a.square().mean((1, 2)) * even_b.square().mean((1, 2)) + 1e-8).sqrt()
    histograms = _histograms(light.flatten(1))
    colours = _histograms(seen.flatten(0, 1).flatten(1)).view(len(seen), -1)
    contrast = light.std((1, 2)).clamp(min=LEAST).log()
    edges = _edges(light).clamp(min=LEAST / 10).log()
    return torch.stack(
        [
            (plain + STILL).log(),
            ((even_b - even_a).abs().mean((1, 2)) + STILL).log(),
            (_moved(a, b) + STILL).log(),
            ((now - earlier).abs().mean((1, 2, 3)) + STILL).log(),
            1 - alike,
            (histograms[2:] - histograms[1:-1]).abs().sum(1),
            (colours[2:] - colours[1:-1]).abs().sum(1),
            10 * level,
            contrast[2:] - contrast[1:-1],
            edges[2:] - edges[1:-1],
        ],
        1,
    )


def _histograms(x: Tensor) -> Tensor:
    """(T, N) → (T, 16) shares; each value counts for the two nearest bins, so that little changes little."""
    place = x.clamp(0, 1) * (BINS - 1)
    low = place.floor().clamp(max=BINS - 2)
    share, found = place - low, x.new_zeros(len(x), BINS)
    found.scatter_add_(1, low.long(), 1 - share)
    found.scatter_add_(1, low.long() + 1, share)
    return found / x.shape[1]


def _moved(a: Tensor, b: Tensor) -> Tensor:
    """The least mean difference of (T, h, w) over small shifts, of which each frame takes the best."""
    inside = (slice(None), slice(REACH, -REACH), slice(REACH, -REACH))
    shifts = [(down, right) for down in range(-REACH, REACH + 1) for right in range(-REACH, REACH + 1)]
    found = [(b[inside] - a.roll(shift, (1, 2))[inside]).abs().mean((1, 2)) for shift in shifts]
    return torch.stack(found).amin(0)


def _edges(x: Tensor) -> Tensor:
    return (x[:, 1:] - x[:, :-1]).abs().mean((1, 2)) + (x[:, :, 1:] - x[:, :, :-1]).abs().mean((1, 2))


@dataclass(frozen=True)
class Notice:
    """How probable each of `KINDS` is at a frame."""

    cut: float = 0.0
    flicker: float = 0.0
    tampering: float = 0.0


class Watcher:
    """Sees one frame after the other, and says of each what it notices."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self._state: dict[str, Tensor] = {}

    def see(self, pixels: Tensor) -> Notice:
        """The next frame (3, H, W) in [0, 1]; of the first two nothing is known, but that the first begins a scene."""
        small = sight(pixels)[None]
        seen = torch.cat([self._state["seen"], small]) if "seen" in self._state else small
        if len(seen) == 1:
            seen = seen.expand(2, -1, -1, -1)  # as if the scene had stood still before
            self._state["seen"] = seen.clone()
            return Notice()
        memory = (self._state["hidden"], self._state["cell"]) if "cell" in self._state else None
        with torch.inference_mode():
            logits, (hidden, cell) = self.network(figures(seen[-3:])[None], memory)
        self._state = {"seen": seen[-2:].clone(), "hidden": hidden.clone(), "cell": cell.clone()}
        return Notice(*logits[0, -1].sigmoid().tolist())

    @property
    def state(self) -> Mapping[str, Tensor]:
        """What it remembers."""
        return self._state

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from there."""
        self._state = dict(state)


def open_watcher(file: Path) -> Watcher:
    """The watcher of a weight file. Raises WeightsRefused where it holds anything else or does not fit together."""
    weights = read_weights(file)
    try:
        names = tuple(json.loads(weights.header[NAMES]))
    except (KeyError, ValueError, TypeError) as error:
        raise WeightsRefused(f"{file.name} does not say what it watches for.") from error
    network = own_network(weights, file.name, wanted=("features", "classes")).eval()
    if names != KINDS or (getattr(network, "features", 0), getattr(network, "classes", 0)) != (FIGURES, len(KINDS)):
        raise WeightsRefused(f"{file.name} does not watch for {', '.join(KINDS)}.")
    check_finite(network, file.name)
    return Watcher(network)
