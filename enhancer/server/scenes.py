"""POST /v1/jobs/medical and /v1/jobs/satellite: a DICOM file or GeoTIFF in, the enlarged one out, with its evidence."""

import time
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from enhancer.engine import Engine
from enhancer.lanes.apart import MEDICAL, SATELLITE, Asked, enhance_apart
from enhancer.lanes.made import Made
from enhancer.lanes.medical import NOTICE
from enhancer.lanes.satellite import NOTICE as MEASURE
from enhancer.lanes.told import told
from enhancer.lanes.wish import Wish
from enhancer.progress import Progress
from enhancer.server.describe import DICOM, GEOTIFF, ZIP
from enhancer.server.filed import FileJob
from enhancer.server.work import FileAnswer

BOTH = (
    "The answer is a ZIP with the result and, beside it, the errors to expect; with uncertainty=false the file alone."
)


@dataclass(frozen=True)
class _Lane:
    """What differs between the two; the `notice` comes with every result."""

    name: str
    suffix: str
    media_type: str
    kept: tuple[str, ...]
    notice: str


_MEDICAL = _Lane(MEDICAL, ".dcm", DICOM, ("tags", "bits", "units", "place in the patient"), NOTICE)
_SATELLITE = _Lane(SATELLITE, ".tif", GEOTIFF, ("tags", "bits", "bands", "place on Earth"), MEASURE)


def _made(lane: _Lane, source: Path, wish: Wish, engine: Engine, progress: Progress) -> FileAnswer:
    began = time.perf_counter()
    asked = Asked(lane.name, source, source.with_name(f"{lane.name}{lane.suffix}"), wish)
    made = enhance_apart(asked, engine.settings, progress).made
    data, name, kind = _packed(lane, made)
    notes = (lane.notice, *told(made, wish))
    return FileAnswer(data, name, kind, made.size, time.perf_counter() - began, lane.kept, notes)


def _packed(lane: _Lane, made: Made) -> tuple[bytes, str, str]:
    """Bytes, name and media type of what goes out."""
    if made.errors is None:
        return made.file.read_bytes(), made.file.name, lane.media_type
    packed = made.file.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in (made.file, made.errors):
            archive.write(file, file.name)
    return packed.read_bytes(), packed.name, ZIP


SCENES = (
    FileJob(
        id=MEDICAL,
        title="Enlarge a DICOM file",
        about=f"{NOTICE} {BOTH}",
        example="scan.dcm '{}?scale=2'",
        limit="max_scene_bytes",
        options=Wish,
        make=partial(_made, _MEDICAL),
    ),
    FileJob(
        id=SATELLITE,
        title="Enlarge a GeoTIFF",
        about=f"{MEASURE} {BOTH}",
        example="scene.tif '{}?scale=2'",
        limit="max_scene_bytes",
        options=Wish,
        make=partial(_made, _SATELLITE),
    ),
)
