"""What happened to a picture before we met it, as tensors in and tensors out."""

import torch
from torch import Tensor


def _cubic(x: Tensor) -> Tensor:
    """Keys' cubic kernel with a = -0.5 (Keys, IEEE TASSP 1981, eq. 15)."""
    x = x.abs()
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return near * (x <= 1) + far * ((x > 1) & (x <= 2))


def _resize_matrix(size_in: int, size_out: int) -> Tensor:
    """The (size_out, size_in) matrix of MATLAB's `imresize`: antialiased cubic, symmetric borders, float64."""
    scale = size_out / size_in
    stretch = min(scale, 1.0)
    reach = 2.0 / stretch
    centre = (torch.arange(size_out, dtype=torch.float64) + 0.5) / scale - 0.5
    first = torch.floor(centre - reach)
    taps = first[:, None] + torch.arange(int(2 * reach) + 3, dtype=torch.float64)[None]
    weights = _cubic((centre[:, None] - taps) * stretch)
    weights = weights / weights.sum(1, keepdim=True)
    mirrored = torch.remainder(taps.long(), 2 * size_in)
    mirrored = torch.where(mirrored >= size_in, 2 * size_in - 1 - mirrored, mirrored)
    return torch.zeros(size_out, size_in, dtype=torch.float64).scatter_add_(1, mirrored, weights)


def quantise(x: Tensor) -> Tensor:
    """Round to the 8-bit levels a file would hold, halves upwards also where float32 just missed them."""
    return torch.floor(x.clamp(0, 1) * 255 + 0.5001) / 255


def imresize(x: Tensor, height: int, width: int, eight_bit: bool = False) -> Tensor:
    """MATLAB's bicubic `imresize` with antialiasing, the degradation of the super-resolution benchmarks.

    Shape: (..., H, W) → (..., height, width), float32. With `eight_bit` it does what MATLAB does to uint8 pictures:
    rows first, rounded to 8-bit levels of [0, 1] after either direction; otherwise neither clamped nor rounded.
    """
    rows = _resize_matrix(x.shape[-2], height).to(x.device)
    columns = _resize_matrix(x.shape[-1], width).to(x.device)
    finish = quantise if eight_bit else _as_is
    return finish(finish(rows @ x.double()) @ columns.T).float()


def _as_is(x: Tensor) -> Tensor:
    return x


def bicubic(x: Tensor, scale: int) -> Tensor:
    """Shrink (..., H, W) in [0, 1] by the integer `scale` as MATLAB shrinks uint8; H and W must be multiples of it.

    Raises ValueError where they are not.
    """
    height, width = x.shape[-2:]
    if height % scale or width % scale:
        raise ValueError(f"{height}x{width} is not a multiple of {scale}")
    return imresize(x, height // scale, width // scale, eight_bit=True)
