"""GeoTIFF in, GeoTIFF out: every band enlarged, its place on Earth, tags and gaps kept."""

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from enhancer.engine import Engine
from enhancer.lanes.made import Made, beside, check_names
from enhancer.lanes.run import Work, enhance_scene
from enhancer.lanes.wish import Wish, chosen
from enhancer.media.files import write_whole
from enhancer.progress import Progress

if TYPE_CHECKING:
    from enhancer.lanes.geotiff_file import GeoFile

WHAT = "The GeoTIFF"


def enhance_satellite(source: Path, target: Path, wish: Wish, engine: Engine, progress: Progress | None = None) -> Made:
    """Enlarge every band of a GeoTIFF into another, which is there whole at the end, or not at all.

    With uncertainty, the errors to expect are written beside it. Raises BadPicture, BadOptions, Unwritable, what the
    engine raises, and Cancelled.
    """
    from enhancer.lanes.geotiff_file import GeoFile

    check_names(source, target, wish.uncertainty)
    scene, token = GeoFile(source, engine.settings), progress or Progress()
    errors = beside(target) if wish.uncertainty else None
    done: list[tuple[Work, tuple[str, ...]]] = []

    def fill(file: BinaryIO, other: BinaryIO | None = None) -> None:
        done.append(_enlarged(scene, str(file.name), None if other is None else str(other.name), wish, engine, token))

    try:
        if errors is None:
            write_whole(target, fill, WHAT)
        else:
            write_whole(errors, lambda other: write_whole(target, lambda file: fill(file, other), WHAT), WHAT)
    finally:
        scene.close()
    work, notes = done[0]
    size = wish.scale * scene.width, wish.scale * scene.height
    return Made(target, errors, size, sum(map(len, scene.bands)), "units of the band", work, notes)


def _enlarged(
    scene: "GeoFile", target: str, errors: str | None, wish: Wish, engine: Engine, progress: Progress
) -> tuple[Work, tuple[str, ...]]:
    """Fill the two files of these names; what was done, and what is not kept."""
    import rasterio

    from enhancer.lanes.geotiff_file import understood
    from enhancer.lanes.geotiff_write import WRITING, GeoResult, finished

    with understood(), rasterio.Env(**WRITING):
        result = GeoResult(scene, wish.scale, target, errors, chosen(wish))
        try:
            work = enhance_scene(scene, result, wish, engine, progress)
        finally:
            result.close()
        finished(scene, target, wish.scale)
    return work, tuple(result.notes)
