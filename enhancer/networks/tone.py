"""The tone network for low light and colour: one glance at the picture chooses a curve and a 3-D look-up table."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from enhancer.networks.block import SLOPE
from enhancer.networks.unet import RestorationUNet

SEEN = (6, 16, 32, 64, 128, 128)  # channels of the glance, halving the thumbnail each time
CURVE = 6  # numbers of the curve: exponent and gain of each colour
SHADOW = 1e-3  # keeps the slope of the curve finite at black
GAMMA_RANGE, GAIN_RANGE = 2.0, 1.5  # natural logarithms: exponents of 1/7.4 to 7.4, gains of 1/4.5 to 4.5
BASIS = 0.1  # largest change that a fresh basis table makes


class ToneNetwork(nn.Module):
    """Exposure, contrast and colour, adapted to the picture and alike for all its pixels.

    A small network looks at a thumbnail and predicts, for each colour, the exponent and gain of a curve, then the
    weights of learned 3-D look-up tables, whose sum is applied by trilinear interpolation (Zeng et al., TPAMI 2020,
    eq. 1-4, as an offset from the identity). The curve comes first because the cells of a table are too coarse for the
    shadows of a dark picture. With `widths` and `blocks` a `RestorationUNet` then cleans the noise that brightening
    has brought up, told by an extra plane how dark each pixel was.

    `luts` is the number of tables, `side` their grid points a side, `thumbnail` the side of the square looked at.
    Untrained, it gives back its input. Shape: (B, 3, H, W) in [0, 1], H and W multiples of `multiple_of` → the same,
    float32, not clamped. Raises ValueError for sizes that make no network.
    """

    scale = 1

    def __init__(
        self,
        *,
        luts: int = 8,
        side: int = 17,
        thumbnail: int = 128,
        widths: Sequence[int] = (),
        blocks: Sequence[int] = (),
    ) -> None:
        super().__init__()
        if luts < 1 or side < 2 or thumbnail < 2 ** (len(SEEN) - 1):
            raise ValueError(f"luts, side and thumbnail must be at least 1, 2 and 32, not {luts}, {side}, {thumbnail}")
        self.side, self.thumbnail = side, thumbnail
        self.see = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairwise(SEEN))
        self.mix = nn.Linear(2 * SEEN[-1], CURVE + luts)
        self.basis = nn.Parameter(_smooth_tables(luts, side))
        self.refine = RestorationUNet(widths=widths, blocks=blocks, planes=1) if widths or blocks else None
        for last in (self.mix, self.refine.tail) if self.refine else (self.mix,):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias if last.bias is not None else torch.empty(0))

    @property
    def multiple_of(self) -> int:
        """Sides must be multiples of this."""
        return self.refine.multiple_of if self.refine else 1

    @property
    def halo(self) -> int:
        """Input pixels at each side that an output pixel depends on, beside the glance."""
        return self.refine.halo if self.refine else 0

    def glance(self, thumbnail: Tensor) -> Tensor:
        """Look at whole pictures, (B, 3, thumbnail, thumbnail) in [0, 1] → what `forward` needs of them, (B, 6 + luts).

        Always in float32: it costs little, and the whole picture hangs on these few numbers.
        """
        with torch.autocast(thumbnail.device.type, enabled=False):
            x = thumbnail.float().clamp(0, 1)
            f = torch.cat([x, (x + SHADOW) ** 0.25], 1) - 0.5  # the root spreads out the shadows
            for layer in self.see:
                f = F.leaky_relu(layer(f), SLOPE)
            context: Tensor = self.mix(torch.cat([f.mean((2, 3)), f.amax((2, 3))], 1))
        return context

    def table(self, context: Tensor) -> Tensor:
        """(B, 6 + luts) → offsets (B, 3, side, side, side) of red, green, blue, by (blue, green, red) of the input."""
        weights = context[:, CURVE:].float()
        return (weights @ self.basis.float()).reshape(-1, 3, self.side, self.side, self.side)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """(B, 3, H, W), and what `glance` said of the whole pictures, else of x itself → (B, 3, H, W), float32."""
        if context is None:
            context = self.glance(shrink(x, self.thumbnail))
        with torch.autocast(x.device.type, enabled=False):
            x = x.float().clamp(0, 1)
            curved = _curve(x, context.float())
            toned = curved + _look_up(self.table(context), curved)
        if self.refine is None:
            return toned
        refined: Tensor = self.refine(toned, x.mean(1, keepdim=True))
        return refined


def shrink(x: Tensor, side: int) -> Tensor:
    """(B, 3, H, W) → (B, 3, side, side), antialiased; the proportions do not matter for tone."""
    return F.interpolate(x.float(), (side, side), mode="bilinear", antialias=True)


def _curve(x: Tensor, context: Tensor) -> Tensor:
    """gain · x^exponent for each colour, shifted so that the slope at black is finite and 0 and 1 keep their place."""
    exponent = _bounded(context[:, :3, None, None], GAMMA_RANGE)
    gain = _bounded(context[:, 3:CURVE, None, None], GAIN_RANGE)
    black, white = SHADOW**exponent, (1 + SHADOW) ** exponent
    return gain * ((x + SHADOW) ** exponent - black) / (white - black)


def _bounded(raw: Tensor, limit: float) -> Tensor:
    """Factors between e^-limit and e^limit, 1 for 0."""
    return torch.exp(limit * torch.tanh(raw / limit))


def _look_up(table: Tensor, x: Tensor) -> Tensor:
    """Trilinear interpolation: (B, 3, S, S, S) by blue, green, red, at colours (B, 3, H, W) → (B, 3, H, W)."""
    at = (2 * x - 1).permute(0, 2, 3, 1)[:, None]
    return F.grid_sample(table, at, mode="bilinear", padding_mode="border", align_corners=True)[:, :, 0]


def _smooth_tables(count: int, side: int) -> Tensor:
    """Low cosines over the cube of colours, each for one colour in turn: (count, 3·side³)."""
    axis = torch.linspace(0, torch.pi, side)
    tables = torch.zeros(count, 3, side, side, side)
    for k in range(count):
        blue, green, red = (torch.cos(axis * frequency) for frequency in (k // 4, k // 2 % 2, k % 2))
        tables[k, k % 3] = BASIS * blue[:, None, None] * green[:, None] * red
    return tables.flatten(1)
