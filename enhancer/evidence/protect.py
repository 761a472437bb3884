"""What must not change: masks by hand and by rule, and less of the network where they lie."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer import canvas
from enhancer.errors import BadOptions
from enhancer.evidence.consistency import Consistency
from enhancer.tasks.classical_colour import luma
from enhancer.tasks.resize import resize

LEVELS = 255
FEATHER = 3.0  # pixels of the source, over which the edge of a mask fades
CELL = 8  # pixels a side; the rules judge cells

# Text, see `text`. Other criteria (the variance between two tones, a strong core with weak neighbours) found no more
# text for as little of the photographs.
CONTRAST = 60.0  # levels between ink and paper
NEAR, TWO_TONED = 0.15, 0.80  # share of the contrast within which a pixel is ink or paper, and share of such pixels
INK = 0.35  # at most; in the textures of photographs light and dark share more evenly
CROSSINGS, EITHER = 0.10, 0.03  # strokes begun or ended, a pixel: in both directions together, and in each
AROUND, COMPANY = 7, 0.3  # cells a side of a neighbourhood, and the share of them that are text as well

# Calm background, as measured on blurred pictures of LIVE1 around a sharp one: all of the clean ones is found, 92 % at
# JPEG quality 30 and 95 % under noise of 8 levels; of the sharp ones, which hold some sky, 6 to 11 % are marked.
FINEST = 5  # pixels; what varies more slowly is out of focus
CALMEST, LOUDEST = 0.05, 8.0  # share of the cells that tell the noise, and the highest that counts as noise
QUIET, LOUD = (1.25, 1.0), (1.75, 2.0)  # times the noise plus levels: fully calm below, not at all above
EXTENT = 5  # cells a side that a calm place measures at least

STRAYS, ASTRAY = 3.0, 8.0  # grey levels: no cause to blend back below, all is blended back above
SPREAD = 1.0  # pixels over which they are averaged


@dataclass(frozen=True)
class Protection:
    """`mask` (H, W) in [0, 1], of the source's size, and the share of the enhancement that is let through there."""

    mask: Tensor
    strength: float = 0.0


@dataclass(frozen=True)
class Found:
    """What a rule found: `mask` (H, W) in [0, 1], of the source's size, its mean, and what it means in words."""

    mask: Tensor
    share: float
    sentence: str


def protect(
    source: Tensor, enhanced: Tensor, protections: Iterable[Protection], strength: float = 1.0, feather: float = FEATHER
) -> Tensor:
    """The enhanced picture (3, H, W), with less of it where something is protected: there `source` (3, h, w) shows.

    `strength` is the share of the enhancement elsewhere. Raises BadOptions as `strength_map`.
    """
    (h, w), (height, width) = source.shape[1:], enhanced.shape[1:]
    chart = strength_map(protections, (h, w), (height, width), strength, feather)
    return blend(resize(source, height, width, canvas.settings_of(enhanced)), enhanced, chart)


def blend(plain: Tensor, enhanced: Tensor, strength: Tensor) -> Tensor:
    """From `plain` (strength 0) to `enhanced` (1), both (3, H, W), as the map (H, W) in [0, 1] says.

    Raises ValueError for shapes that do not fit.
    """
    if plain.shape != enhanced.shape or strength.shape != enhanced.shape[1:]:
        shapes = ", ".join(str(tuple(x.shape)) for x in (plain, enhanced, strength))
        raise ValueError(f"two pictures (3, H, W) and a map (H, W) are blended, not {shapes}")
    return canvas.by_parts(lambda a, b, share: a.lerp(b, share), plain, enhanced, strength[None])


def strength_map(
    protections: Iterable[Protection],
    source: tuple[int, int],
    result: tuple[int, int],
    strength: float = 1.0,
    feather: float = FEATHER,
) -> Tensor:
    """How much of the enhancement is let through at every pixel of the result, (H, W) in [0, 1].

    `source` and `result` are (height, width). Later protections are painted over earlier ones.
    Raises BadOptions for a mask of another size than the source and for shares outside [0, 1].
    """
    chart = torch.full(result, _share(strength))
    for protection in protections:
        if tuple(protection.mask.shape) != source:
            found, wanted = (f"{shape[1]}×{shape[0]}" for shape in (protection.mask.shape, source))
            raise BadOptions(f"The mask has {found} pixels and the picture {wanted}; paint it on this picture.")
        mask = enlarged(protection.mask, result, feather)
        chart = chart.lerp(torch.tensor(_share(protection.strength)), mask)
    return chart


def enlarged(mask: Tensor, size: tuple[int, int], feather: float = FEATHER) -> Tensor:
    """A mask (h, w), its edges faded over `feather` pixels (a Gaussian), at (height, width), smoothly, in [0, 1]."""
    from scipy import ndimage  # slow to import, and only needed where a mask is softened

    soft = torch.from_numpy(ndimage.gaussian_filter(mask.float().clamp(0, 1).numpy(), feather, mode="nearest"))
    return F.interpolate(soft[None, None], size, mode="bilinear", align_corners=False)[0, 0].clamp(0, 1)


def text(pixels: Tensor) -> Found:
    """Small text and line drawings in (3, H, W): thin strokes of one tone on another, in both directions.

    Of text in five typefaces, plain, coloured, inverted, noisy and as JPEG of quality 40, 98 % of the letters of 7 to
    24 pixels were covered, and three quarters of those of 36, which need it less. Missed are pale letters below 16
    pixels after strong compression, and a third to half of white text on a busy photograph. Of LIVE1 2.4 % was marked,
    among it true lettering, and a butterfly of two tones.
    """
    grey = _padded(pixels)
    high, low = _around(F.max_pool2d(grey, CELL)), -_around(F.max_pool2d(-grey, CELL))
    contrast = high - low
    place = (grey - _spread(low)) / _spread(contrast).clamp(min=1)
    light = place > 0.5
    share, toned = _two_tones(place, light)
    across = _mean(F.pad(light[..., 1:] != light[..., :-1], (0, 1)))
    down = _mean(F.pad(light[..., 1:, :] != light[..., :-1, :], (0, 0, 0, 1)))
    strokes = (across + down >= CROSSINGS) & (torch.minimum(across, down) >= EITHER)
    thin = torch.minimum(share, 1 - share) <= INK
    alike = ((contrast >= CONTRAST) & (toned >= TWO_TONED) & strokes & thin).float()
    company = F.avg_pool2d(alike, AROUND, 1, AROUND // 2)
    mask = _around(alike * (company >= COMPANY)) * (contrast >= CONTRAST)
    return _found(mask, pixels, "small text or line drawing", "thin strokes of one tone on another")


def _two_tones(place: Tensor, light: Tensor) -> tuple[Tensor, Tensor]:
    """Around every cell the share of light pixels, and of those that are near, or beyond, the mean light or dark."""
    share, sum_light = _mean(light), _mean(place * light)
    bright = sum_light / share.clamp(min=1e-6)
    dim = (_mean(place) - sum_light) / (1 - share).clamp(min=1e-6)
    reach = NEAR * (bright - dim)
    return share, _mean((place < _spread(dim + reach)) | (place > _spread(bright - reach)))


def calm(pixels: Tensor) -> Found:
    """Flat or blurred background in (3, H, W): wide places without fine detail but noise, such as sky or bokeh."""
    grey, reach = _padded(pixels), FINEST // 2
    slow = F.avg_pool2d(F.pad(grey, (reach,) * 4, mode="replicate"), FINEST, 1)
    detail = F.avg_pool2d((grey - slow) ** 2, CELL).sqrt()
    noise = float(detail.flatten().quantile(CALMEST).clamp(max=LOUDEST))
    quiet, loud = (times * noise + levels for times, levels in (QUIET, LOUD))
    still = ((loud - detail) / (loud - quiet)).clamp(0, 1)
    eroded = -F.max_pool2d(-still, EXTENT, 1, EXTENT // 2)
    mask = F.max_pool2d(eroded, EXTENT, 1, EXTENT // 2)
    return _found(mask, pixels, "flat or blurred background", "wide places without fine detail")


def inconsistent(found: Consistency) -> Found:
    """Where the result, shrunk back, strays from its source: the map of `consistency`, (h, w) in grey levels."""
    from scipy import ndimage  # slow to import, and only needed where a mask is softened

    strays = torch.from_numpy(ndimage.gaussian_filter(found.map.numpy(), SPREAD, mode="nearest"))
    mask = ((strays - STRAYS) / (ASTRAY - STRAYS)).clamp(0, 1)
    mask = F.max_pool2d(mask[None, None], 3, 1, 1)[0, 0]
    share = float(mask.mean())
    where = f"In {percent(share)} of the picture the result does not fit yours"
    words = f"{where}: shrunk back, it is off by more than {STRAYS:g} of {LEVELS} grey levels."
    return Found(mask, share, words if share > 0 else "The result fits your picture everywhere.")


RULES: dict[str, Callable[[Tensor], Found]] = {"text": text, "calm": calm}


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise BadOptions(f"A strength must lie between 0 and 1, not {value:g}.")
    return float(value)


def _padded(pixels: Tensor) -> Tensor:
    """Luma in levels, filled up to whole cells: (3, H, W) → (1, 1, H', W')."""
    height, width = pixels.shape[1:]
    return F.pad(LEVELS * luma(pixels)[None], (0, -width % CELL, 0, -height % CELL), mode="replicate")


def _around(cells: Tensor) -> Tensor:
    """The highest of a cell and its eight neighbours."""
    return F.max_pool2d(cells, 3, 1, 1)


def _mean(what: Tensor) -> Tensor:
    """The mean over a cell and its eight neighbours: (1, 1, H, W) → (1, 1, H / 8, W / 8)."""
    return F.avg_pool2d(F.avg_pool2d(what.float(), CELL), 3, 1, 1, count_include_pad=False)


def _spread(cells: Tensor) -> Tensor:
    """The value of its cell at every pixel."""
    return F.interpolate(cells, scale_factor=CELL, mode="nearest")


def _found(cells: Tensor, pixels: Tensor, what: str, why: str) -> Found:
    height, width = pixels.shape[1:]
    mask = F.interpolate(cells, scale_factor=CELL, mode="bilinear", align_corners=False)[0, 0, :height, :width]
    share = float(mask.mean())
    words = f"{what.capitalize()} was found in {percent(share)} of the picture: {why}."
    return Found(mask, share, words if share > 0 else f"No {what} was found.")


def percent(share: float) -> str:
    """A share as people say it."""
    return f"{share:.0%}" if share >= 0.01 else "less than 1%"
