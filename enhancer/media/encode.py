"""Picture in, bytes out: rounded once, with everything of its identity that the format can hold."""

import io
from typing import BinaryIO

import numpy as np

from enhancer import watch
from enhancer.errors import BadOptions
from enhancer.media import exif
from enhancer.media.formats import Format, format_of
from enhancer.media.jpeg import MAX_EXIF, write_jpeg
from enhancer.media.picture import Picture
from enhancer.media.png import write_png
from enhancer.media.raster import Raster
from enhancer.media.simple import write_webp
from enhancer.media.tiff import write_tiff
from enhancer.watch import What

OPAQUE = {"jpeg"}
COLOUR_ONLY = {"webp"}
CARRIERS = ("png", "jpeg")  # formats that a recipe can travel in
MAX_RECIPE = 32 * 1024  # bytes; one JPEG segment holds twice as many


def encode(
    picture: Picture, format: str, quality: int = 95, depth: int | None = None, recipe: str | None = None
) -> bytes:
    """The picture as a "png", "jpeg", "webp" (lossless) or "tiff" file; see `losses` for what each cannot keep.

    `quality` 1 to 100 counts for JPEG only; `depth` 8 or 16 bits a channel, by default the picture's own where the
    format has it; `recipe` is a text to lay into a PNG or JPEG, which `embedded_recipe` reads back.
    Raises BadOptions for another format, quality or depth, for a side the format cannot hold, and for a recipe that
    the format cannot carry or that is over 32 KiB.
    """
    out = io.BytesIO()
    write(picture, out, format, quality, depth, recipe)
    return out.getvalue()


def write(
    picture: Picture,
    file: BinaryIO,
    format: str,
    quality: int = 95,
    depth: int | None = None,
    recipe: str | None = None,
) -> None:
    """As `encode`, into an empty file that can be read back; past the budget of memory only WebP needs more of it.

    Raises BadOptions as `encode` does, OutOfMemory where a WebP does not fit into memory as a whole.
    """
    kind = format_of(format)
    raster = _raster(picture, kind, _checked(picture, kind, quality, depth))
    _check_recipe(kind, recipe)
    profile = picture.profile if _profile_fits(picture, kind) else None
    block = picture.exif if _exif_fits(picture, kind) else None
    with watch.stage("encode"):
        if kind.id == "png":
            write_png(file, raster, profile, block, picture.dpi, recipe)
        elif kind.id == "tiff":
            write_tiff(file, raster, profile, block, picture.dpi)
        elif kind.id == "jpeg":
            write_jpeg(file, raster, quality, profile, block, picture.dpi, recipe)
        else:
            write_webp(file, raster, profile, exif.with_resolution(block, picture.dpi) if picture.dpi else block)
    watch.tell(What.BYTES, file.seek(0, io.SEEK_END), way="written")
    watch.tell(What.PIXELS, picture.width * picture.height, way="written")


def levels(picture: Picture, depth: int | None = None) -> np.ndarray:
    """(H, W, 1 to 4) uint8 or uint16: exactly the whole numbers that a PNG of this picture holds.

    `depth` 8 or 16, by default the picture's own. Raises BadOptions for another depth.
    """
    return np.concatenate(list(raster_of(picture, depth).bands()))


def raster_of(picture: Picture, depth: int | None = None) -> Raster:
    """`levels` to come, band by band. Raises BadOptions as it does."""
    kind = format_of("png")
    return _raster(picture, kind, _checked(picture, kind, 95, depth))


def losses(picture: Picture, format: str) -> tuple[str, ...]:
    """One sentence for each thing of this picture that the format will not keep. Raises BadOptions as `encode` does."""
    kind = format_of(format)
    found = []
    if picture.depth not in kind.depths:
        found.append(f"{kind.title} holds 8 bits a channel; the other {picture.depth - 8} bits are rounded away.")
    if picture.alpha is not None and kind.id in OPAQUE:
        found.append(f"{kind.title} has no transparency; the picture is laid on white.")
    if not _profile_fits(picture, kind):
        found.append(f"{kind.title} has no grey pictures; the grey colour profile is left out.")
    if not _exif_fits(picture, kind):
        found.append(f"{kind.title} cannot hold an EXIF block like this one; it is left out.")
    return tuple(found)


def _checked(picture: Picture, kind: Format, quality: int, depth: int | None) -> int:
    if not 1 <= quality <= 100:
        raise BadOptions(f"quality must lie between 1 and 100, not {quality}.")
    if depth is not None and depth not in kind.depths:
        raise BadOptions(
            f"{kind.title} is written with {' or '.join(map(str, kind.depths))} bits a channel, not {depth}."
        )
    if max(picture.width, picture.height) > kind.max_side:
        raise BadOptions(
            f"{kind.title} holds sides of at most {kind.max_side} pixels, not {picture.width}×{picture.height};"
            " please choose PNG or TIFF."
        )
    return depth or min(picture.depth, max(kind.depths))


def _check_recipe(kind: Format, recipe: str | None) -> None:
    if recipe is None:
        return
    if kind.id not in CARRIERS:
        raise BadOptions(f"{kind.title} cannot carry a recipe; choose PNG or JPEG, or keep the recipe beside the file.")
    if (size := len(recipe.encode())) > MAX_RECIPE:
        raise BadOptions(f"A recipe in a picture has at most {MAX_RECIPE} bytes, not {size}.")


def _profile_fits(picture: Picture, kind: Format) -> bool:
    return picture.profile is None or not (picture.grey and kind.id in COLOUR_ONLY)


def _exif_fits(picture: Picture, kind: Format) -> bool:
    if picture.exif is None:
        return True
    if kind.id == "jpeg":
        return len(picture.exif) <= MAX_EXIF
    if kind.id == "tiff":
        try:
            exif.transplanted(picture.exif, exif.empty(exif.order_of(picture.exif)))
        except ValueError:
            return False
    return True


def _raster(picture: Picture, kind: Format, depth: int) -> Raster:
    """One colour channel where the picture is grey, or three equal ones; alpha last where it is kept."""
    grey, colour_only = picture.grey, kind.id in COLOUR_ONLY
    return Raster(picture, depth, 1 if grey and not colour_only else 3, flat=kind.id in OPAQUE, grey=grey)
