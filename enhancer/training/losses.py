"""Distances that training minimises."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

CHARBONNIER = 1e-3  # where the parabola around zero ends, in the unit of the pixels
LUMINANCE = (65.481 / 255, 128.553 / 255, 24.966 / 255)
COLOUR = 0.1
SMALLEST = 0.7 / 255  # an error that nobody sees
WIDTH = 8.0  # of the mask that sharpens truths, in pixels; its kernel reaches three times as far
FLAT = 10 / 255  # smaller differences from their surroundings are not sharpened


def charbonnier(output: Tensor, target: Tensor) -> Tensor:
    """Mean of sqrt(d² + ε²), an absolute error with a round bottom (Charbonnier et al., ICIP 1994; ε as in LapSRN).

    Shape: two of one shape → a scalar.
    """
    return ((output - target).square() + CHARBONNIER**2).sqrt().mean()


def decibels(output: Tensor, target: Tensor, truth: Tensor) -> Tensor:
    """Mean over pictures of ln(squared error)/100: each counts alike, as in a mean of decibels, not the hardest most.

    As the PSNR loss of NAFNet (Chen et al., ECCV 2022), but of luminance (BT.601, 16 to 235) with a tenth of all
    colours, so that colour is kept as well; errors below about 0.7 grey levels no longer count. Where a teacher told
    the target, its own error is added, which is what the input does not tell: so the squared error that is to be
    expected from the truth counts, and pictures that are easy to copy do not count more than others.
    Shape: three (B, 3, H, W) → a scalar.
    """
    return torch.log(_squared(output - target) + _squared(target - truth) + SMALLEST**2).mean() / 100


def _squared(difference: Tensor) -> Tensor:
    """(B, 3, H, W) → (B,), of luminance with a tenth of all colours."""
    luminance = (difference * difference.new_tensor(LUMINANCE)[:, None, None]).sum(1).square().mean((1, 2))
    return luminance + COLOUR * difference.square().mean((1, 2, 3))


def sharpened(truth: Tensor, amount: float) -> Tensor:
    """The unsharp mask that makes truths crisper than they are (Real-ESRGAN, Wang et al., ICCVW 2021, section 3.3).

    `amount` times the difference from a blur of 8 pixels is added where it is larger than 10 grey levels, with a soft
    border. Shape: (B, 3, H, W) in [0, 1] → the same.
    """
    if not amount:
        return truth
    difference = truth - _blurred(truth)
    where = _blurred((difference.abs() > FLAT).to(truth))
    return truth + where * ((truth + amount * difference).clamp(0, 1) - truth)


def _blurred(x: Tensor) -> Tensor:
    reach = min(round(3 * WIDTH), min(x.shape[-2:]) - 1)
    place = torch.arange(-reach, reach + 1, device=x.device, dtype=x.dtype)
    kernel = torch.exp(-(place**2) / (2 * WIDTH**2))
    kernel = kernel / kernel.sum()
    wide = F.pad(x, (reach, reach, reach, reach), mode="reflect").flatten(0, 1)[:, None]
    return F.conv2d(F.conv2d(wide, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1)).view(x.shape)


# of outputs, targets and the truth, which is the target but where a teacher tells one
PIXEL_LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "l1": lambda output, target, _: F.l1_loss(output, target),
    "charbonnier": lambda output, target, _: charbonnier(output, target),
    "l2": lambda output, target, _: F.mse_loss(output, target),
    "decibels": decibels,
}


def fft_distance(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference of two-dimensional spectra (Cho et al., "MIMO-UNet", ICCV 2021, eq. 6).

    Shape: two (B, 3, H, W) float32 → a scalar.
    """
    return torch.view_as_real(torch.fft.rfft2(output - target)).abs().mean()


def grid_distance(output: Tensor, target: Tensor, cell: int) -> Tensor:
    """How far the places of a `cell` of pixels lie apart in their mean error: what a grid of sub-pixels adds.

    Networks that put pixels side by side out of channels can favour some places (Odena et al., "Deconvolution and
    checkerboard artifacts", 2016), and a judge alone does not stop them. Colours count apart, pictures together.
    Shape: two (B, C, H, W), H and W at least `cell` → a scalar.
    """
    rows, columns = (side // cell for side in output.shape[-2:])
    error = (output - target)[..., : rows * cell, : columns * cell]
    places = error.reshape(*error.shape[:2], rows, cell, columns, cell).mean((0, 2, 4))
    return (places - places.mean((1, 2), keepdim=True)).abs().mean()


def pixel_distance(output: Tensor, target: Tensor, truth: Tensor, kind: str, fft_weight: float) -> Tensor:
    """`kind` of the pixels, and `fft_weight` times `fft_distance`.

    Shape: three (B, 3, H, W) float32 → a scalar. Raises KeyError for another kind.
    """
    loss = PIXEL_LOSSES[kind](output, target, truth)
    return loss + fft_weight * fft_distance(output, target) if fft_weight else loss
