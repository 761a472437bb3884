"""JPEG as libjpeg writes and reads it, in tensors: whole batches, every sample with a quality of its own."""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.training.degradations.contract import (
    Degradation,
    Params,
    Range,
    Share,
    chance,
    log_uniform,
    pick,
    uniform,
)
from enhancer.training.degradations.grid import full_sizes, window
from enhancer.training.degradations.jpeg_tables import (
    BITS,
    BLUE_CB,
    FORWARD_COLOUR,
    FORWARD_OFFSET,
    GREEN_CB,
    GREEN_CR,
    RED_CR,
    cosine_matrix,
    quality_tables,
)

AWAY = 1 + 1e-6  # carries exact halves past the half, so that they round away from zero as libjpeg's do
BLOCKS_AT_ONCE = 8  # one row product treats so many blocks: 64 wide is where a matrix product pays


def compress(x: Tensor, quality: Tensor, halved: Tensor) -> Tensor:
    """Write as baseline JPEG and read back with libjpeg's defaults: integer transform, smooth chroma upsampling.

    Shape: (B, 3, H, W) in [0, 1], rounded to 8 bits here → the same, in 8-bit levels. A grey picture stays grey.
    `quality` (B,) 1-100; where `halved` (B,) chroma has half the width and height (4:2:0), elsewhere all of it (4:4:4).
    Restart markers, other tables and progressive files, which decode alike, are left out. Sides of at least 16.
    """
    tables = quality_tables(quality)
    if halved.all() or not halved.any():
        return _compress_alike(x, tables, bool(halved.all()))
    out = torch.empty_like(x)
    for half in (False, True):
        here = torch.nonzero(halved == half)[:, 0]
        out[here.to(x.device)] = _compress_alike(x[here.to(x.device)], tables[here], half)
    return out


def _compress_alike(x: Tensor, tables: Tensor, half: bool) -> Tensor:
    height, width = x.shape[-2:]
    tables = tables.to(x.device)
    planes = _to_ycc(x.mul(255).clamp_(0, 255).round_())
    brightness = _code(_pad_to_blocks(planes[:, :1]), tables[:, :1])[..., :height, :width]
    colour = planes[:, 1:]
    tables = tables[:, 1:]
    if half:
        down = _code(_pad_to_blocks(_halve(colour)), tables)
        colour = _double(down[..., : (height + 1) // 2, : (width + 1) // 2])[..., :height, :width]
    else:
        colour = _code(_pad_to_blocks(colour), tables)[..., :height, :width]
    return _to_rgb(brightness, colour)


def _to_ycc(levels: Tensor) -> Tensor:
    """RGB levels 0-255 → YCbCr levels 0-255, every sum exact in float32."""
    out = torch.empty_like(levels)
    red, green, blue = levels.unbind(1)
    for plane, weights, offset in zip(out.unbind(1), FORWARD_COLOUR, FORWARD_OFFSET, strict=True):
        torch.mul(red, weights[0], out=plane)
        plane.add_(green, alpha=weights[1]).add_(blue, alpha=weights[2]).add_(offset)
    return out.mul_(2.0**-16).floor_()


def _to_rgb(brightness: Tensor, colour: Tensor) -> Tensor:
    """Y (B, 1, H, W) and CbCr (B, 2, H, W), levels → RGB (B, 3, H, W) in [0, 1]."""
    blue, red = (colour - 128).unbind(1)
    luma = brightness[:, 0]
    out = luma.new_empty((len(luma), 3, *luma.shape[-2:]))
    torch.add(luma, red.mul(RED_CR / 65536).add_(0.5).floor_(), out=out[:, 0])
    green = blue.mul(GREEN_CB / 65536).add_(red, alpha=GREEN_CR / 65536).add_(0.5).floor_()
    torch.add(luma, green, out=out[:, 1])
    torch.add(luma, blue.mul_(BLUE_CB / 65536).add_(0.5).floor_(), out=out[:, 2])
    return out.clamp_(0, 255).div_(255)


def _pad_to_blocks(planes: Tensor) -> Tensor:
    """Repeat the last row and column until both sides are multiples of 8."""
    below, right = -planes.shape[-2] % 8, -planes.shape[-1] % 8
    return F.pad(planes, (0, right, 0, below), mode="replicate") if below or right else planes


def _halve(planes: Tensor) -> Tensor:
    """Mean of every 2x2, halves rounded down in even columns and up in odd ones.

    libjpeg repeats the last column before it takes means, as far as whole 16-pixel blocks reach, but the last row only
    to an even height; the rows below repeat the means.
    """
    right, below = -planes.shape[-1] % 16, planes.shape[-2] % 2
    planes = F.pad(planes, (0, right, 0, below), mode="replicate") if right or below else planes
    means = F.avg_pool2d(planes, 2)
    bias = means.new_tensor([0.25, 0.5]).repeat(means.shape[-1] // 2)
    return means.add_(bias).floor_()


def _double(planes: Tensor) -> Tensor:
    """Twice the size by the weights ¾ and ¼ in either direction ("fancy upsampling"), rounded as libjpeg does."""
    tall = _interleave(planes, -2)
    wide = _interleave(tall, -1)
    bias = wide.new_tensor([0.5, 7 / 16]).repeat(wide.shape[-1] // 2)
    return wide.add_(bias).floor_()


def _interleave(planes: Tensor, axis: int) -> Tensor:
    size = planes.shape[axis]
    first, last = planes.narrow(axis, 0, 1), planes.narrow(axis, size - 1, 1)
    before = torch.cat([first, planes.narrow(axis, 0, size - 1)], axis)
    after = torch.cat([planes.narrow(axis, 1, size - 1), last], axis)
    pair = [planes.lerp(before, 0.25), planes.lerp(after, 0.25)]
    return torch.stack(pair, axis).flatten(axis - 1, axis)


def _code(planes: Tensor, tables: Tensor) -> Tensor:
    """Transform, quantise and transform back planes (B, C, H, W), sides multiples of 8; tables (B, 1, 8, 8).

    Both directions go through whole numbers between rows and columns, as the integer transform of libjpeg does.
    """
    dtype = _exact_dtype(planes.device)
    rows, columns, back_columns, back_rows = _transforms(planes.device, dtype)
    half, level = rows.new_tensor(0.5), rows.new_tensor(128.5)
    wide = tables.repeat(1, 1, 1, planes.shape[-1] // 8)[:, :, None].to(dtype)  # (B, 1, 1, 8, W)
    flat = planes.to(dtype).sub(128).reshape(-1, 8 * BLOCKS_AT_ONCE)
    flat = torch.addmm(half, flat, rows).floor_()
    strips = flat.view(-1, 8, planes.shape[-1])
    strips = torch.matmul(columns, strips).add_(half).floor_()
    blocks = strips.view(*planes.shape[:2], -1, 8, planes.shape[-1])
    blocks.mul_(AWAY / (8 * wide)).round_().mul_(wide)
    strips = torch.matmul(back_columns, strips).add_(half).floor_()
    flat = torch.addmm(level, strips.view(-1, 8 * BLOCKS_AT_ONCE), back_rows).floor_()
    return flat.clamp_(0, 255).float().view_as(planes)


def _exact_dtype(device: torch.device) -> torch.dtype:
    """The type whose matrix products keep 24 bits; training likes to let the hardware round those of float32.

    Graphics processors get float64 in any case. On the CPU the setting has its own place since torch 2.9.
    """
    backend = getattr(torch.backends.mkldnn, "matmul", None)
    setting = backend.fp32_precision if backend else torch.get_float32_matmul_precision()
    return torch.float32 if device.type == "cpu" and setting in ("none", "ieee", "highest") else torch.float64


@cache
def _transforms(device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Right factor for the rows of `BLOCKS_AT_ONCE` blocks, left factor for columns; the same back, columns first."""
    matrix = cosine_matrix().to(device, dtype)
    many = torch.eye(BLOCKS_AT_ONCE).to(matrix)
    rows = torch.kron(many, matrix.T.contiguous()) / 2 ** (BITS - 2)
    back_rows = torch.kron(many, matrix) / 2 ** (BITS + 5)
    return rows, matrix / 2 ** (BITS + 2), matrix.T.contiguous() / 2 ** (BITS - 2), back_rows


@dataclass(frozen=True)
class JpegParams(Params):
    """Qualities 1-100 and chroma sampling; where `double`, an earlier JPEG with its grid moved by `shift` (B, 2)."""

    quality: Tensor
    halved: Tensor
    double: Tensor
    first: Tensor
    shift: Tensor

    def label(self, sample: int) -> str:
        """What befell one sample."""
        colour = "4:2:0" if self.halved[sample] else "4:4:4"
        down, right = self.shift[sample].tolist()
        before = f"JPEG {self.first[sample]} shifted {down},{right}, " if self.double[sample] else ""
        return f"{before}JPEG {self.quality[sample]} {colour}"


@dataclass(frozen=True)
class Jpeg(Degradation[JpegParams]):
    """JPEG, once or twice; twice with a shifted grid is what sharing a crop does (FBCNN, Jiang et al., ICCV 2021).

    With `by_ratio` every ratio of qualities is as likely as any other, and strong compression common: up to 50, the
    steps of quantisation go with one by the quality.
    """

    quality: Range = (10, 95)
    halved: Share = 0.7
    double: Share = 0.3
    by_ratio: bool = False

    def draw(self, batch: int, source: torch.Generator) -> JpegParams:
        """The parameters of `batch` samples."""
        drawn = log_uniform if self.by_ratio else uniform
        return JpegParams(
            quality=drawn(batch, self.quality, source).round().long(),
            halved=chance(batch, self.halved, source),
            double=chance(batch, self.double, source),
            first=drawn(batch, self.quality, source).round().long(),
            shift=uniform(2 * batch, (0, 15.999), source).long().view(batch, 2),
        )

    def _degrade(self, x: Tensor, params: JpegParams) -> Tensor:
        return recompress(x, params)


def recompress(x: Tensor, params: JpegParams) -> Tensor:
    """Every JPEG of `params`: (B, 3, H, W) → the same, in 8-bit levels."""
    twice = params.double
    if twice.any():
        x = x.clone()
        here = torch.nonzero(twice)[:, 0].to(x.device)
        x[here] = _shifted(x[here], pick(params, twice))
    return compress(x, params.quality, params.halved)


def _shifted(x: Tensor, params: JpegParams) -> Tensor:
    """The earlier JPEG: of a picture that reached `shift` further up and left, cut away since."""
    height, width = x.shape[-2:]
    down, right = params.shift.unbind(1)
    larger = window(x, -down, -right, height + 16, width + 16, full_sizes(x), mirror=True)
    return window(compress(larger, params.first, params.halved), down, right, height, width, full_sizes(larger), True)
