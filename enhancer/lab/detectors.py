"""Which detectors there are: the bundled one of shapes, those of torchvision, one's own file, or one of the Hub."""

import logging
import re
import secrets
import urllib.request
from collections.abc import Iterator
from functools import cache
from http.client import HTTPException
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
PIECE = 2**18  # bytes between two reports of how far a transfer is
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


def fetch_published(entry: Published, settings: Settings, progress: Progress | None = None) -> Path:
    """Have a file of torchvision from where torchvision has it, verified before it gets its name.

    One that went bad in the cache of this program is removed and fetched once more. Raises WeightsUnavailable without
    a network or where the cache takes nothing, WeightsRefused for other bytes than the known ones, Cancelled.
    """
    ours = settings.cache / FOLDER / entry.file
    try:
        found = published_file(entry, settings)
        if found == ours and digest(ours) != entry.sha256:
            log.warning("%s has not the sha256 %s", ours, entry.sha256)
            _remove(ours)
            found = published_file(entry, settings)
        if found is not None:
            _verify(found, entry, f"Delete {found}.")
            return found
        _fetch(entry, ours, progress or Progress())
    except OSError as error:
        raise WeightsUnavailable(f"{entry.file} cannot be kept in {ours.parent}: {error.strerror or error}.") from error
    return ours


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise WeightsRefused(f"{file.name} has the wrong bytes and cannot be removed from {file.parent}.") from error


def _fetch(entry: Published, file: Path, progress: Progress) -> None:
    """Under a name of its own until it is whole: another process may be at the same file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial, done = file.with_name(f".{secrets.token_hex(8)}.partial"), 0
    try:
        with partial.open("wb") as stream:
            for piece in _pieces(entry):
                stream.write(piece)
                done += len(piece)
                progress.step(done, max(done, entry.bytes), f"Fetching {entry.file}")
        _verify(partial, entry, "It was removed; please try again later.")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _pieces(entry: Published) -> Iterator[bytes]:
    """The bytes that the server sends; an answer that ends early is a network's fault, and no wrong file."""
    left = 0
    try:
        with urllib.request.urlopen(entry.address, timeout=SILENCE) as answer:
            left = int(answer.headers.get("Content-Length") or 0)
            while piece := answer.read(PIECE):
                left -= len(piece)
                yield piece
    except (OSError, HTTPException) as error:
        raise WeightsUnavailable(f"{entry.file} cannot be had now: {error}.") from error
    if left > 0:
        raise WeightsUnavailable(f"The transfer of {entry.file} broke off; try again.")


def _verify(file: Path, entry: Published, cure: str) -> None:
    if digest(file) != entry.sha256:
        raise WeightsRefused(f"{entry.file} has the wrong bytes: its sha256 is not {entry.sha256}. {cure}")


def _bundled(settings: Settings) -> Path:
    return settings.weights / LAB / f"{SHAPES}.safetensors"


@cache
def opened(file: Path, _written: int) -> Detector:
    """The detector of a file as it was written then; read once."""
    return open_detector(file)
