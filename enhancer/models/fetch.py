"""Weight files on disk with the right bytes: bundled ones where they lie, those of the Hub in the cache."""

import hashlib
import logging
from pathlib import Path

from enhancer.errors import WeightsRefused, WeightsUnavailable
from enhancer.models.entry import Bundled, Entry, Hub
from enhancer.models.hub import download
from enhancer.models.hub_cache import cached, declared, remember, remove
from enhancer.progress import Progress
from enhancer.settings import Settings

log = logging.getLogger(__name__)
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
    cache = _hub_cache(settings)
    for file in cached(source, cache):
        known = sha256 or declared(file, source, cache)
        if known is not None and digest(file) == known:
            return file
    expected = found = ""
    for _ in range(2):
        arrived = download(source, cache, progress or Progress())
        expected, found = sha256 or _told(arrived.sha256, source), digest(arrived.file)
        if found == expected:
            if sha256 is None:
                remember(arrived.file, source, cache, expected)
            return arrived.file
        log.warning("%s has sha256 %s, not %s", source, found, expected)
        _removed(arrived.file, source, cache, expected)
    raise WeightsRefused(f"{_mismatch(str(source), expected, found)} The file was removed; choose another model.")


def on_disk(source: Bundled | Hub, settings: Settings, size: int | None = None) -> bool:
    """Whether a file is there, of `size` bytes where that is known; nothing is asked and nothing is verified."""
    files = cached(source, _hub_cache(settings)) if isinstance(source, Hub) else iter([settings.weights / source.file])
    return any(f.is_file() and size in (None, f.stat().st_size) for f in files)


def digest(file: Path) -> str:
    """The sha256 of a file in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _hub_cache(settings: Settings) -> Path:
    return settings.cache / "hub"


def _told(sha256: str | None, source: Hub) -> str:
    if sha256 is None:
        raise WeightsRefused(f"The Hub declares no sha256 for {source.filename}, so its bytes cannot be verified.")
    return sha256


def _removed(file: Path, source: Hub, cache: Path, sha256: str) -> None:
    try:
        remove(file, source, cache, sha256)
    except OSError as error:
        raise WeightsRefused(f"{source} has the wrong bytes and cannot be removed from {cache}.") from error


def _mismatch(name: str, expected: str, found: str) -> str:
    return f"{name} has the wrong bytes: sha256 {expected[:SHOWN]}… was expected, {found[:SHOWN]}… was found."
