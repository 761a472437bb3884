"""Networks that draw from noise, from files of ours: samples of a seed, ways between two, codes of a picture."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.errors import BadOptions, WeightsRefused
from enhancer.models.own import own_network
from enhancer.models.recogniser import NAMES, square
from enhancer.models.weights import check_finite, read_weights


@dataclass(frozen=True)
class Artist:
    """A network that draws pictures of `names`; `noise` random numbers decide which. `codes` where it also codes some.

    `truncation` draws the numbers nearer to zero: likelier pictures, less variety (Brock et al., ICLR 2019).
    """

    network: nn.Module
    names: tuple[str, ...]
    noise: int
    codes: bool

    def drawn(self, z: Tensor, name: str | None = None) -> Tensor:
        """Codes (N, noise) → pictures (N, 3, side, side) in [0, 1]. Raises BadOptions for a name it does not know."""
        return self._from(torch.cat([z, self._told(name, len(z))], 1))

    def sample(self, seed: int, count: int, name: str | None = None, truncation: float = 1.0) -> Tensor:
        """`count` pictures of a seed, (N, 3, side, side); without a name the names in turn.

        Raises BadOptions for a count or truncation that makes no picture.
        """
        if count < 1 or not 0 <= truncation <= 1:
            raise BadOptions(
                f"Draw at least 1 picture with a truncation between 0 and 1, not {count} with {truncation}."
            )
        z = torch.randn(count, self.noise, generator=torch.Generator().manual_seed(seed)) * truncation
        if name is not None or not self.told:
            return self.drawn(z, name)
        turn = [self.names[n % len(self.names)] for n in range(count)]
        return torch.cat([self.drawn(z[n : n + 1], one) for n, one in enumerate(turn)])

    def between(
        self, seeds: tuple[int, int], steps: int, names: tuple[str | None, str | None] = (None, None)
    ) -> Tensor:
        """`steps` pictures on the way from one seed's to the other's, along the sphere (White, 2016)."""
        if steps < 2:
            raise BadOptions(f"A way needs at least 2 pictures, not {steps}.")
        one, two = (torch.randn(1, self.noise, generator=torch.Generator().manual_seed(s)) for s in seeds)
        angle = F.cosine_similarity(one, two).clamp(-1, 1).acos()
        shares = torch.linspace(0, 1, steps)[:, None]
        z = (torch.sin((1 - shares) * angle) * one + torch.sin(shares * angle) * two) / torch.sin(angle)
        known = (1 - shares) * self._told(names[0], 1) + shares * self._told(names[1], 1)
        return self._from(torch.cat([z, known], 1))

    def again(self, pixels: Tensor, name: str | None = None) -> Tensor:
        """A picture (3, H, W) in [0, 1], its middle square coded and drawn again: (3, side, side).

        Raises BadOptions for a network that codes no pictures.
        """
        if not self.codes:
            raise BadOptions("This network draws, but it codes no picture; choose an autoencoder.")
        network: Any = self.network
        x = square(pixels, network.side, network.channels)
        with torch.inference_mode():
            known = self._told(name, 1)
            drawn: Tensor = network(x, known if known.shape[1] else None)
        return drawn[0].expand(3, -1, -1)

    @property
    def side(self) -> int:
        """Of its pictures, in pixels."""
        network: Any = self.network
        return int(network.side)

    @property
    def told(self) -> bool:
        """Whether it can be asked for a name."""
        network: Any = self.network
        return bool(network.classes)

    def _from(self, given: Tensor) -> Tensor:
        """Numbers with the classes behind them → (N, 3, side, side)."""
        network: Any = self.network
        with torch.inference_mode():
            pictures: Tensor = network.decode(given) if self.codes else network(given)
        return pictures.expand(-1, 3, -1, -1)

    def _told(self, name: str | None, count: int) -> Tensor:
        """(count, classes) one-hot; all alike where no name is given; no columns where it is not told names."""
        if name is not None and (name not in self.names or not self.told):
            raise BadOptions(
                f"This network draws {', '.join(self.names) if self.told else 'what it likes'}, not {name!r}."
            )
        if not self.told:
            return torch.zeros(count, 0)
        if name is None:
            return torch.full((count, len(self.names)), 1 / len(self.names))
        return F.one_hot(torch.tensor([self.names.index(name)] * count), len(self.names)).float()


def open_artist(file: Path) -> Artist:
    """The network in a weight file. Raises WeightsRefused where it holds anything else or does not fit together."""
    weights = read_weights(file)
    network: Any = own_network(weights, file.name, wanted=("noise", "side", "channels", "classes")).eval()
    names = json.loads(weights.header.get(NAMES, "[]"))
    if network.classes not in (0, len(names)):
        raise WeightsRefused(f"{file.name} names {len(names)} classes for a network of {network.classes}.")
    check_finite(network, file.name)
    return Artist(network, tuple(names), network.noise, hasattr(network, "encode"))


def grid(pictures: Tensor, columns: int, enlarged: int = 8) -> Tensor:
    """Pictures (N, 3, side, side) in rows, each pixel as a square of `enlarged`: (3, H, W); empty places are white."""
    missing = -len(pictures) % columns
    filled = torch.cat([pictures, pictures.new_ones(missing, *pictures.shape[1:])])
    large = F.pad(F.interpolate(filled, scale_factor=enlarged), (2, 2, 2, 2), value=1.0)
    rows: Sequence[Tensor] = torch.split(large, columns)
    return torch.cat([torch.cat(list(row), 2) for row in rows], 1)
