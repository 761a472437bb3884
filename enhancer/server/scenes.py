"""POST /v1/jobs/medical and /v1/jobs/satellite: a DICOM file or GeoTIFF in, the enlarged one out, with its evidence."""

import time
import zipfile
from functools import partial
from pathlib import Path

from enhancer import workplace
from enhancer.engine import Engine
from enhancer.lanes.apart import Asked, enhance_apart
from enhancer.lanes.lane import MEDICAL, SATELLITE, Lane
from enhancer.lanes.made import Made
from enhancer.lanes.told import told
from enhancer.lanes.wish import Wish, chosen
from enhancer.progress import Progress
from enhancer.server.describe import ZIP
from enhancer.server.filed import FileJob
from enhancer.server.work import FileAnswer

BOTH = (
    "The answer is a ZIP with the result and, beside it, the errors to expect; with uncertainty=false the file alone."
)


def _made(lane: Lane, source: Path, wish: Wish, engine: Engine, progress: Progress) -> FileAnswer:
    began = time.perf_counter()
    asked = Asked(lane, source, source.with_name(f"{lane.name}{lane.suffix}"), wish)
    made = enhance_apart(asked, engine.settings, progress).made
    file, kind = _packed(lane, made)
    notes = (lane.notice, *told(made, wish))
    return FileAnswer(file.open("rb"), file.name, kind, made.size, time.perf_counter() - began, lane.kept, notes)


def _packed(lane: Lane, made: Made) -> tuple[Path, str]:
    """What goes out, and its media type."""
    if made.errors is None:
        return made.file, lane.media_type
    packed = made.file.with_suffix(".zip")
    workplace.check(sum(file.stat().st_size for file in (made.file, made.errors)))
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in (made.file, made.errors):
            archive.write(file, file.name)
    return packed, ZIP


def _job(lane: Lane, example: str) -> FileJob:
    return FileJob(
        id=lane.name,
        title=f"Enlarge a {lane.file}",
        about=f"{lane.notice} {BOTH}",
        example=example,
        media_type=lane.media_type,
        limit="max_scene_bytes",
        options=Wish,
        check=chosen,
        make=partial(_made, lane),
    )


SCENES = (
    _job(MEDICAL, "scan.dcm '{}?scale=2'"),
    _job(SATELLITE, "scene.tif '{}?scale=2'"),
)
