"""Plain resizing, and the pixels under transparency that nobody should see."""

import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional as F

from enhancer.media.picture import Picture


def resize(x: Tensor, height: int, width: int) -> Tensor:
    """Antialiased bicubic (Keys, a = -0.5): (C, H, W) in [0, 1] → (C, height, width), clamped."""
    return x if tuple(x.shape[1:]) == (height, width) else bicubic(x, height, width).clamp(0, 1)


def bicubic(x: Tensor, height: int, width: int) -> Tensor:
    """Antialiased bicubic (Keys, a = -0.5), not clamped, for differences too: (C, H, W) → (C, height, width)."""
    return F.interpolate(x[None], (height, width), mode="bicubic", antialias=True)[0]


def colours(picture: Picture) -> Tensor:
    """(3, H, W) as the tasks see it: under full transparency the nearest visible colour."""
    return picture.pixels if picture.alpha is None else bleed(picture.pixels, picture.alpha)


def bleed(pixels: Tensor, alpha: Tensor) -> Tensor:
    """Give every fully transparent pixel the colour of the nearest visible one, so that no hidden colour leaks in.

    Shape: (3, H, W) and (1, H, W) → (3, H, W). A picture without any visible pixel is returned as it is.
    """
    hidden = (alpha[0] <= 0).numpy()
    if not hidden.any() or hidden.all():
        return pixels
    rows, columns = ndimage.distance_transform_edt(hidden, return_distances=False, return_indices=True)
    return pixels[:, torch.from_numpy(rows).long(), torch.from_numpy(columns).long()]
