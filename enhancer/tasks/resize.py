"""Plain resizing, and the pixels under transparency that nobody should see."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer import canvas, memory
from enhancer.media.picture import Picture
from enhancer.settings import Settings

BLED = 40  # bytes a pixel that `bleed` needs at once, as measured


def resize(x: Tensor, height: int, width: int, settings: Settings | None = None) -> Tensor:
    """Antialiased bicubic (Keys, a = -0.5): (C, H, W) in [0, 1] → (C, height, width), clamped.

    `settings` say when the result lies on disk, by default those of `x` where that does.
    """
    if tuple(x.shape[1:]) == (height, width):
        return x
    strips = ((columns, strip.clamp_(0, 1)) for columns, strip in bicubic_strips(x, height, width, settings))
    return canvas.joined(strips, (len(x), height, width), settings or canvas.settings_of(x))


def bicubic(x: Tensor, height: int, width: int) -> Tensor:
    """Antialiased bicubic (Keys, a = -0.5), not clamped, for differences too: (C, H, W) → (C, height, width)."""
    return canvas.joined(bicubic_strips(x, height, width), (len(x), height, width), canvas.settings_of(x))


def bicubic_strips(
    x: Tensor, height: int, width: int, settings: Settings | None = None
) -> Iterator[tuple[slice, Tensor]]:
    """`bicubic` as strips of columns, one after the other where either side is large, else as a single one.

    Both directions are independent, so that resizing rows first in width and then strips of columns in height gives
    the same numbers.
    """
    settings = settings or canvas.settings_of(x)
    sides = (x.shape[1:], (height, width))
    if settings is None or all(canvas.fits((len(x), *side), settings) for side in sides):
        yield slice(0, width), _interpolated(x, height, width)
        return
    lefts = range(0, width, canvas.SIDE)
    wide = canvas.empty((len(lefts), len(x), x.shape[1], canvas.SIDE), settings)  # each strip in one piece
    for rows, _ in canvas.parts(x.shape[1], max(x.shape[2], width)):
        band = _interpolated(x[:, rows], rows.stop - rows.start, width)
        for left, strip in zip(lefts, wide, strict=True):
            part = band[..., left : left + canvas.SIDE]
            strip[:, rows, : part.shape[2]] = part
        canvas.release(x, wide)
    for left, strip in zip(lefts, wide, strict=True):
        columns = slice(left, min(left + canvas.SIDE, width))
        yield columns, _interpolated(strip[..., : columns.stop - left], height, columns.stop - left)
        canvas.release(wide)


def _interpolated(x: Tensor, height: int, width: int) -> Tensor:
    return F.interpolate(x[None], (height, width), mode="bicubic", antialias=True)[0]


def blended(plain: Tensor, drawn: Tensor, strength: float) -> Tensor:
    """From `plain` (strength 0) to `drawn` (1), both (C, H, W)."""
    if strength == 1:
        return drawn
    return canvas.by_parts(lambda a, b: a.lerp(b, strength), plain, drawn)


def colours(picture: Picture) -> Tensor:
    """(3, H, W) as the tasks see it: under full transparency the nearest visible colour."""
    return picture.pixels if picture.alpha is None else bleed(picture.pixels, picture.alpha)


def sized(picture: Picture, height: int, width: int) -> Picture:
    """The picture resized, transparency and all; the colours are those that the tasks see."""
    alpha = None if picture.alpha is None else resize(picture.alpha, height, width)
    return picture.with_pixels(resize(colours(picture), height, width), alpha)


def bleed(pixels: Tensor, alpha: Tensor) -> Tensor:
    """Give every fully transparent pixel the colour of the nearest visible one, so that no hidden colour leaks in.

    Shape: (3, H, W) and (1, H, W) → (3, H, W). A picture without any visible pixel is returned as it is.
    """
    hidden = (alpha[0] <= 0).numpy()
    if not hidden.any() or hidden.all():
        return pixels
    if canvas.settings_of(pixels, alpha):
        memory.check(BLED * hidden.size, "To treat the colours under transparency", "please make the picture smaller")
    from scipy import ndimage  # slow to import, and only needed here

    rows, columns = ndimage.distance_transform_edt(hidden, return_distances=False, return_indices=True)
    return pixels[:, torch.from_numpy(rows).long(), torch.from_numpy(columns).long()]
