"""Weight files on disk with the right bytes: bundled ones where they lie, those of the Hub in the cache."""

import hashlib
import logging
import re
from collections.abc import Iterator
from pathlib import Path

from enhancer.errors import WeightsRefused, WeightsUnavailable
from enhancer.models.entry import Bundled, Entry, Hub
from enhancer.models.hub import COMMIT, download
from enhancer.progress import Progress
from enhancer.settings import Settings

log = logging.getLogger(__name__)
SHA256 = re.compile(r"[0-9a-f]{64}")
SHOWN = 12  # digits of a hash that people need to see


def weights_file(entry: Entry, settings: Settings, progress: Progress | None = None) -> Path:
    """The file of an entry, its sha256 verified just now; from the cache without a request where it is there.

    Raises WeightsUnavailable when it cannot be had now, WeightsRefused when its bytes are not the pinned ones,
    Cancelled.
    """
    if isinstance(entry.source, Hub):
        return hub_file(entry.source, entry.sha256, settings, progress)
    file = settings.weights / entry.source.file
    if not file.is_file():
        raise WeightsUnavailable(f"The bundled file {file.name} is missing from {settings.weights}; install it again.")
    found = digest(file)
    if found != entry.sha256:
        raise WeightsRefused(f"{_mismatch(file.name, entry.sha256, found)} Install it again.")
    return file


def hub_file(source: Hub, sha256: str | None, settings: Settings, progress: Progress | None = None) -> Path:
    """A file of the Hub, verified against `sha256`, or without one against the hash that the Hub itself declared.

    Wrong bytes are removed and fetched once more, in case it was the copy on this disk that went bad.
    Raises as `weights_file`.
    """
    for file in _cached(source, settings):
        if digest(file) == (sha256 or _declared(file)):
            return file
    expected = found = ""
    for _ in range(2):
        file = download(source, _hub_cache(settings), progress or Progress())
        expected, found = sha256 or _declared(file), digest(file)
        if found == expected:
            return file
        log.warning("%s has sha256 %s, not %s: removed", source, found, expected)
        _remove(file, _hub_cache(settings))
    raise WeightsRefused(f"{_mismatch(str(source), expected, found)} The file was removed; choose another model.")


def on_disk(source: Bundled | Hub, settings: Settings, size: int | None = None) -> bool:
    """Whether a file is there, of `size` bytes where that is known; nothing is asked and nothing is verified."""
    files = _cached(source, settings) if isinstance(source, Hub) else iter([settings.weights / source.file])
    return any(f.is_file() and size in (None, f.stat().st_size) for f in files)


def digest(file: Path) -> str:
    """The sha256 of a file in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _hub_cache(settings: Settings) -> Path:
    return settings.cache / "hub"


def _cached(source: Hub, settings: Settings) -> Iterator[Path]:
    """Copies in the cache, newest first; of a pinned commit only its own. Which branch they came from is no matter."""
    snapshots = _hub_cache(settings) / f"models--{source.repo_id.replace('/', '--')}" / "snapshots"
    commit = source.revision if COMMIT.fullmatch(source.revision) else "*"
    found = [folder / source.filename for folder in snapshots.glob(commit)]
    yield from sorted((f for f in found if f.is_file()), key=lambda f: f.stat().st_mtime, reverse=True)


def _declared(file: Path) -> str:
    """The sha256 that the Hub declared: its cache names a large file after it. Raises WeightsRefused without one."""
    name = file.resolve().name
    if not SHA256.fullmatch(name):
        raise WeightsRefused(f"The Hub declares no sha256 for {file.name}, so its bytes cannot be verified.")
    return name


def _remove(file: Path, cache: Path) -> None:
    blob = file.resolve()
    file.unlink(missing_ok=True)
    if blob.is_relative_to(cache.resolve()):
        blob.unlink(missing_ok=True)


def _mismatch(name: str, expected: str, found: str) -> str:
    return f"{name} has the wrong bytes: sha256 {expected[:SHOWN]}… was expected, {found[:SHOWN]}… was found."
