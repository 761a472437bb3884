"""A network that sees what ails a picture, from a file of ours: how probable each fault is, several at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from enhancer.errors import WeightsRefused
from enhancer.models.own import own_network
from enhancer.models.recogniser import ANSWERS, SEVERAL, told
from enhancer.models.weights import check_finite, read_weights


@dataclass(frozen=True)
class Inspector:
    """A network with the names of the faults that it knows."""

    network: nn.Module
    names: tuple[str, ...]

    def __call__(self, crops: Iterable[Tensor]) -> dict[str, float]:
        """The probability of each fault in [0, 1], from crops (3, H, W) in [0, 1] of one picture at its own size.

        The median of what the crops say, each of any size from 32 pixels a side: of a sky or a wall one learns little,
        and wrongly. Raises ValueError without crops.
        """
        with torch.inference_mode():
            logits = [self.network(crop[None].float())[0].float() for crop in crops]
        if not logits:
            raise ValueError("at least one crop is needed")
        return dict(zip(self.names, torch.stack(logits).quantile(0.5, 0).sigmoid().tolist(), strict=True))


def open_inspector(file: Path) -> Inspector:
    """The inspector of a weight file. Raises WeightsRefused where it holds anything else or does not fit together."""
    weights = read_weights(file)
    names, _ = told(weights, file.name)
    if weights.header.get(ANSWERS) != SEVERAL:
        raise WeightsRefused(f"{file.name} names one class of each picture; it does not say which faults it has.")
    network: Any = own_network(weights, file.name, wanted=("classes", "side", "channels")).eval()
    if network.classes != len(names):
        raise WeightsRefused(f"{file.name} names {len(names)} classes for another number of answers.")
    check_finite(network, file.name)
    return Inspector(network, names)
