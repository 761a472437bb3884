"""Which detectors there are: the bundled one of shapes, those of torchvision, one's own file, or one of the Hub."""

import logging
import re
import shutil
import urllib.request
from functools import cache
from pathlib import Path, PurePosixPath

import torch

from enhancer.errors import UnknownModel, WeightsRefused, WeightsUnavailable
from enhancer.lab.bundled import LAB
from enhancer.models.detector import Detector, open_detector
from enhancer.models.entry import Hub
from enhancer.models.fetch import digest, hub_file
from enhancer.models.published import PUBLISHED, Published
from enhancer.progress import Progress
from enhancer.settings import Settings

SHAPES = "shapes"
TITLE = "Drawn shapes (a small example)"
FOLDER = "detectors"  # of the cache
HUB_NAME = re.compile(r"([\w.-]+/[\w.-]+)/((?:[\w .()+-]+/)*[\w .()+-]+\.(?:safetensors|pth))")
SILENCE = 20.0  # seconds that a server may take for the next bytes
log = logging.getLogger(__name__)
FETCHED = {entry.id: entry for entry in PUBLISHED}


def detectors_here(settings: Settings) -> list[tuple[str, str]]:
    """(title, id) of the detectors that can be used now, without fetching anything."""
    published = [(entry.title, entry.id) for entry in PUBLISHED if published_file(entry, settings) is not None]
    return [*published, *([(TITLE, SHAPES)] if _bundled(settings).is_file() else [])]


def detector_here(name: str, settings: Settings) -> Detector:
    """One of `detectors_here`. Raises UnknownModel for any other, WeightsUnavailable where its file is missing."""
    file = file_here(name, settings)
    return opened(file, file.stat().st_mtime_ns)


def file_here(name: str, settings: Settings) -> Path:
    """The weights of one of `detectors_here`. Raises as `detector_here`."""
    if name == SHAPES:
        file: Path | None = _bundled(settings)
    elif name in FETCHED:
        file = published_file(FETCHED[name], settings)
    else:
        raise UnknownModel(f"There is no detector {name!r}; known are {', '.join((SHAPES, *FETCHED))}.")
    if file is None or not file.is_file():
        raise WeightsUnavailable(
            f"The detector {name} is not on this machine yet; whoever runs it can have it with "
            f"`python -m enhancer fetch {name}`."
        )
    return file


def detector_of(name: str, settings: Settings, progress: Progress | None = None) -> Detector:
    """One of those here, a local file, or owner/repo/file of the Hub.

    What comes from the Hub is verified: a file of a name in `PUBLISHED` against the sha256 there, any other, which must
    be a .safetensors file, against what the Hub declares. Raises UnknownModel, WeightsUnavailable, WeightsRefused.
    """
    if name == SHAPES or name in FETCHED:
        return detector_here(name, settings)
    if Path(name).is_file():
        return open_detector(Path(name))
    found = HUB_NAME.fullmatch(name)
    pinned = next((entry.sha256 for entry in PUBLISHED if name.endswith(f"/{entry.file}")), None)
    if found is None or ".." in PurePosixPath(name).parts or (pinned is None and name.endswith(".pth")):
        raise UnknownModel(
            f"There is no detector {name!r}; known are {', '.join((SHAPES, *FETCHED))}, a local file, or "
            "owner/repo/file.safetensors on the Hub."
        )
    return open_detector(hub_file(Hub(found[1], found[2]), pinned, settings, progress))


def published_file(entry: Published, settings: Settings) -> Path | None:
    """Where a file of torchvision lies: as `fetch_published` left it, or torchvision itself."""
    places = (settings.cache / FOLDER, Path(torch.hub.get_dir()) / "checkpoints")
    return next((place / entry.file for place in places if (place / entry.file).is_file()), None)


def fetch_published(entry: Published, settings: Settings) -> Path:
    """Have a file of torchvision from where torchvision has it, verified before it gets its name.

    One that went bad in the cache of this program is removed and fetched once more. Raises WeightsUnavailable without
    a network, WeightsRefused for other bytes than the known ones.
    """
    found, ours = published_file(entry, settings), settings.cache / FOLDER / entry.file
    if found == ours and digest(ours) != entry.sha256:
        log.warning("%s has not the sha256 %s: removed", ours, entry.sha256)
        ours.unlink()
        found = published_file(entry, settings)
    if found is not None:
        _verify(found, entry, f"Delete {found}.")
        return found
    ours.parent.mkdir(parents=True, exist_ok=True)
    partial = ours.with_suffix(".partial")
    try:
        _download(entry, partial)
        _verify(partial, entry, "It was removed; please try again later.")
        partial.replace(ours)
    finally:
        partial.unlink(missing_ok=True)
    return ours


def _download(entry: Published, file: Path) -> None:
    try:
        with urllib.request.urlopen(entry.address, timeout=SILENCE) as answer, file.open("wb") as stream:
            shutil.copyfileobj(answer, stream)
    except OSError as error:  # those of the network among them
        raise WeightsUnavailable(f"{entry.file} cannot be had now: {error}.") from error


def _verify(file: Path, entry: Published, cure: str) -> None:
    if digest(file) != entry.sha256:
        raise WeightsRefused(f"{entry.file} has the wrong bytes: its sha256 is not {entry.sha256}. {cure}")


def _bundled(settings: Settings) -> Path:
    return settings.weights / LAB / f"{SHAPES}.safetensors"


@cache
def opened(file: Path, _written: int) -> Detector:
    """The detector of a file as it was written then; read once."""
    return open_detector(file)
