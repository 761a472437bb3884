"""Networks that draw pictures from noise: the generator and judge of a DCGAN, and a variational autoencoder."""

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

LEAK = 0.2


class Painter(nn.Module):
    """Noise → picture: a dense stem, transposed convolutions with batch normalisation, tanh.

    The form is that of Radford et al., "DCGAN", ICLR 2016, section 3. Each of `levels` convolutions doubles the side
    and halves the channels, of which the last one has `width`.

    Shape: (B, noise) → (B, channels, side, side) in [0, 1]. Raises ValueError for a side that is no whole number of
    cells, and for sizes that are not positive.
    """

    def __init__(
        self, *, side: int, channels: int = 3, noise: int = 100, width: int = 32, levels: int = 2, classes: int = 0
    ) -> None:
        super().__init__()
        if min(side, channels, noise, width, levels) < 1 or classes < 0 or side % 2**levels:
            raise ValueError(f"{levels} levels of {width} channels for {noise} numbers make no picture of side {side}")
        self.side, self.channels, self.noise, self.classes = side, channels, noise, classes
        self.base, deep = side >> levels, width << (levels - 1)
        self.head = nn.Linear(noise + classes, deep * self.base**2)
        layers: list[nn.Module] = [nn.BatchNorm2d(deep), nn.ReLU()]
        for n in range(levels - 1):
            wide = deep >> n
            layers += [nn.ConvTranspose2d(wide, wide // 2, 4, 2, 1, bias=False), nn.BatchNorm2d(wide // 2), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.tail = nn.ConvTranspose2d(width, channels, 4, 2, 1)

    def forward(self, z: Tensor) -> Tensor:
        """(B, noise + classes), the classes one-hot → (B, channels, side, side)."""
        cells = self.head(z).view(len(z), -1, self.base, self.base)
        picture: Tensor = (self.tail(self.body(cells)).tanh() + 1) / 2
        return picture


class Critic(nn.Module):
    """Picture → how real it looks: the mirror image of `Painter`, with spectral norm (Miyato et al., ICLR 2018).

    With `classes` the class counts by projection (Miyato and Koyama, ICLR 2018, eq. 3).
    Shape: (B, channels, side, side) in [0, 1], and (B, classes) one-hot → (B,) logits.
    """

    def __init__(self, *, side: int, channels: int = 3, width: int = 32, levels: int = 2, classes: int = 0) -> None:
        super().__init__()
        layers: list[nn.Module] = [spectral_norm(nn.Conv2d(channels, width, 3, 1, 1)), nn.LeakyReLU(LEAK)]
        for n in range(levels):
            layers += [spectral_norm(nn.Conv2d(width << n, width << (n + 1), 4, 2, 1)), nn.LeakyReLU(LEAK)]
        self.features = nn.Sequential(*layers)
        deep = width << levels
        self.real = spectral_norm(nn.Linear(deep, 1))
        self.fitting = spectral_norm(nn.Linear(classes, deep, bias=False)) if classes else None

    def forward(self, x: Tensor, known: Tensor | None = None) -> Tensor:
        """(B, channels, side, side), and (B, classes) → (B,)."""
        seen = self.features(2 * x - 1).sum((2, 3))
        logits: Tensor = self.real(seen)[:, 0]
        if self.fitting is not None and known is not None:
            logits = logits + (self.fitting(known) * seen).sum(1)
        return logits


class Autoencoder(nn.Module):
    """A variational autoencoder (Kingma and Welling, ICLR 2014): picture → normal distribution of codes → picture.

    Shape: (B, channels, side, side) in [0, 1] → the same, from the mean of the codes. Raises ValueError as `Painter`.
    """

    def __init__(
        self, *, side: int, channels: int = 3, noise: int = 16, width: int = 32, levels: int = 2, classes: int = 0
    ) -> None:
        super().__init__()
        self.side, self.channels, self.noise, self.classes = side, channels, noise, classes
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, 1, 1), nn.BatchNorm2d(width), nn.ReLU()]
        for n in range(levels):
            wide = width << (n + 1)
            layers += [nn.Conv2d(width << n, wide, 4, 2, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()]
        self.see = nn.Sequential(*layers, nn.Flatten())
        self.code = nn.Linear((width << levels) * (side >> levels) ** 2 + classes, 2 * noise)
        self.draw = Painter(side=side, channels=channels, noise=noise, width=width, levels=levels, classes=classes)

    def encode(self, x: Tensor, known: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the variance of the codes, (B, noise) each."""
        seen = self.see(2 * x - 1)
        mean, spread = self.code(seen if known is None else torch.cat([seen, known], 1)).chunk(2, 1)
        return mean, spread.clamp(-10, 10)

    def decode(self, z: Tensor) -> Tensor:
        """(B, noise + classes) → (B, channels, side, side)."""
        drawn: Tensor = self.draw(z)
        return drawn

    def forward(self, x: Tensor, known: Tensor | None = None) -> Tensor:
        """Code a picture and draw it again."""
        mean, _ = self.encode(x, known)
        return self.decode(mean if known is None else torch.cat([mean, known], 1))
