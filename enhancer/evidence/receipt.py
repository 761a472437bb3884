"""What of a picture was kept and what was lost on the way into a file, said in plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from enhancer.evidence.recipe import Recipe
from enhancer.media import Picture, decode, exif, levels, losses
from enhancer.media.raster import coloured
from enhancer.metrics.reference import psnr
from enhancer.settings import Settings
from enhancer.tasks.mask import share_of
from enhancer.tasks.repair_options import REPAIR

KEPT, CHANGED, LOST = "kept", "changed", "lost"
BYTES_PER_PIXEL = 9  # of a file with four channels of 16 bits, and a little more
BAND = 256  # rows looked at at a time
LAST_LEVEL = 0.5 / 255  # nearer than this to an end of the scale, a value is shown as pure black or white
NOTICEABLE = 0.001  # share of the pixels; fewer newly clipped ones are the ordinary scatter of a run
SAME_DPI = 0.5


@dataclass(frozen=True)
class Line:
    """One thing of the picture: `state` is kept, changed (on purpose, and told) or lost."""

    what: str
    state: str
    sentence: str


@dataclass(frozen=True)
class Clipped:
    """Shares, 0 to 1, of the visible pixels that have a colour channel at pure black or at pure white."""

    black: float
    white: float


@dataclass(frozen=True)
class Receipt:
    """All that was looked at, and the clipped pixels before and after."""

    lines: tuple[Line, ...]
    before: Clipped
    after: Clipped

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of what was kept."""
        return tuple(line.what for line in self.lines if line.state == KEPT)

    @property
    def lost(self) -> tuple[str, ...]:
        """A sentence for each thing that was changed or lost."""
        return tuple(line.sentence for line in self.lines if line.state != KEPT)


def receipt(
    source: Picture,
    file: bytes,
    result: Picture | None = None,
    settings: Settings | None = None,
    recipe: Recipe | None = None,
) -> Receipt:
    """Compare a source with the file that was made of it, which is read back for this; `result` is what was written.

    Without `result` nothing is said on what the compression of the file took, without `recipe` nothing on what was
    filled on purpose.
    Raises BadPicture for bytes that `decode` does not read.
    """
    reading = for_results(settings or Settings.from_environment())
    if result is not None:  # our own bytes
        reading = replace(reading, decode_workers=0)
    written = decode(file, reading)
    before, after = clipped(_shown(source, written)), clipped(written)
    flat = source.see_through and written.alpha is None
    lines = [Line("what was read", LOST, note) for note in source.notes]
    lines += [Line("filled pixels", CHANGED, told) for told in invented(recipe, reading)]
    lines += [*_identity(source, written), *_ends(before, after, flat)]
    lines += [] if result is None else [_stored(result, written)]
    return Receipt(tuple(lines), before, after)


def for_results(settings: Settings) -> Settings:
    """The limits for reading back what was written here, which may be larger than what is taken in."""
    return replace(
        settings,
        max_pixels=max(settings.max_pixels, settings.max_output_pixels),
        max_bytes=max(settings.max_bytes, BYTES_PER_PIXEL * settings.max_output_pixels),
    )


def clipped(picture: Picture) -> Clipped:
    """How much of a picture is at the ends of the scale, as a screen of 8 bits shows it."""
    black = white = seen = 0
    for top in range(0, picture.height, BAND):
        rows = slice(top, top + BAND)
        pixels = picture.pixels[:, rows]
        visible = pixels[0] >= 0 if picture.alpha is None else picture.alpha[0, rows] > 0
        seen += int(visible.sum())
        black += int((visible & (pixels.amin(0) < LAST_LEVEL)).sum())
        white += int((visible & (pixels.amax(0) > 1 - LAST_LEVEL)).sum())
    return Clipped(black / max(1, seen), white / max(1, seen))


def invented(recipe: Recipe | None, settings: Settings) -> tuple[str, ...]:
    """A sentence for each step that filled what a mask covers."""
    masks = [s.options["mask"] for s in recipe.steps if s.task == REPAIR.id] if recipe else []
    shares = [_percent(share_of(mask, settings)) for mask in masks if mask]
    return tuple(
        f"Filled from what is around it: {share} of the pixels, which are invented; repairing changed no other pixel."
        for share in shares
    )


def kept_traits(picture: Picture, format_id: str) -> list[str]:
    """What of the picture's identity a file of this format holds, in plain words; known before it is written."""
    bare = Picture(picture.pixels)
    traits = [
        ("colour profile", picture.profile, replace(bare, profile=picture.profile, grey=picture.grey)),
        ("EXIF", picture.exif, replace(bare, exif=picture.exif)),
        ("print resolution", picture.dpi, replace(bare, dpi=picture.dpi)),
        ("transparency", picture.alpha, replace(bare, alpha=picture.alpha)),
        ("16 bits a channel", picture.depth > 8 or None, replace(bare, depth=picture.depth)),
    ]
    return [title for title, there, alone in traits if there is not None and not losses(alone, format_id)]


def lost_traits(picture: Picture, format_id: str) -> list[str]:
    """One sentence for each thing that reading did not keep or that writing will not."""
    return [*picture.notes, *losses(picture, format_id)]


def _identity(source: Picture, written: Picture) -> Iterator[Line]:
    if source.profile is not None:
        gone = "The colour profile is not in the file; colours may look different in other programs."
        yield _line("colour profile", written.profile == source.profile, gone)
    if source.exif is not None:
        yield _exif(source.exif, written.exif)
    if source.orientation != 1:
        turned = (
            "The picture was turned upright, and the mark that said so was taken out, so that nothing turns it twice."
        )
        yield Line("orientation", CHANGED, turned)
    if source.dpi is not None:
        same = written.dpi and all(abs(a - b) < SAME_DPI for a, b in zip(source.dpi, written.dpi, strict=True))
        yield _line(
            "print resolution", bool(same), f"The print resolution of {source.dpi[0]:.0f} dpi is not in the file."
        )
    if source.see_through:
        gone = "Transparency is not in the file; the picture is laid on white."
        yield _line("transparency", written.alpha is not None, gone)
    if source.depth > 8:
        gone = f"The file holds 8 bits a channel; the other {source.depth - 8} bits of the source were rounded away."
        yield _line(f"{source.depth} bits a channel", written.depth == source.depth, gone)
    if source.grey and not written.grey:
        yield Line("grey", CHANGED, "The grey picture is stored with three equal colour channels.")


def _line(what: str, kept: bool, gone: str) -> Line:
    return Line(what, KEPT, f"{what[0].upper()}{what[1:]}: in the file.") if kept else Line(what, LOST, gone)


def _exif(before: bytes, after: bytes | None) -> Line:
    said, found = _entries(before), {} if after is None else _entries(after)
    missing = sum(found.get(tag) != value for tag, value in said.items())
    if not missing:
        return Line("EXIF", KEPT, f"EXIF (camera, date, place): all {len(said)} entries are in the file.")
    if after is None:
        return Line("EXIF", LOST, "EXIF (camera, date, place) is not in the file.")
    return Line("EXIF", LOST, f"Of {len(said)} EXIF entries (camera, date, place), {missing} are not in the file.")


def _entries(block: bytes) -> dict[tuple[int, int], bytes]:
    try:
        return exif.entries(block)
    except ValueError:  # a directory inside it is damaged, and was in the source
        return {(0, 0): block}


def _ends(before: Clipped, after: Clipped, flat: bool) -> Iterator[Line]:
    place = "in the source on white, " if flat else "in the source, "
    for what, start, end in (("black", before.black, after.black), ("white", before.white, after.white)):
        lost = end - start > NOTICEABLE
        told = f"Pixels with a colour at pure {what}: {_percent(start)} {place}{_percent(end)} in the file"
        yield Line(f"detail near {what}", LOST if lost else KEPT, f"{told}{'; detail is gone there' if lost else ''}.")


def _percent(share: float) -> str:
    if share == 0:
        return "none"
    return f"{100 * share:.2f} %" if share >= 0.0001 else "under 0.01 %"


def _stored(result: Picture, written: Picture) -> Line:
    """Whether the samples in the file are those that were computed, rounded once to the depth of the file."""
    meant, found = (coloured(levels(picture, written.depth)) for picture in (_shown(result, written), written))
    if meant.shape == found.shape and np.array_equal(meant, found):
        return Line("every pixel", KEPT, "Every pixel of the result is in the file exactly.")
    if (result.width, result.height) != (written.width, written.height):
        sizes = f"{written.width}×{written.height} pixels, and the result {result.width}×{result.height}"
        return Line("every pixel", LOST, f"The file is another picture: it has {sizes}.")
    apart = psnr(written.pixels, _shown(result, written).pixels)
    return Line(
        "every pixel", LOST, f"The file is compressed: its pixels are {apart:.1f} dB (PSNR) close to the result."
    )


def _shown(picture: Picture, written: Picture) -> Picture:
    """A picture as the file should show it: on white where the file has no transparency."""
    return picture if written.alpha is not None else picture.on_white()
