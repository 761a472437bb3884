"""The cache of huggingface_hub as it lies on disk: copies of a file, what the Hub declared of them, and bad ones gone.

A snapshot holds a link to `blobs/<ETag>`, which may itself be a link into a store that several repositories share, or
it holds the file where there are no links. So the first step of a link tells the ETag, and a further one nothing.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from enhancer.models.entry import Hub

COMMIT = re.compile(r"[0-9a-f]{40}")
SHA256 = re.compile(r"[0-9a-f]{64}")
DECLARED = ".declared"  # folder of a repository, laid out like its snapshots; huggingface_hub passes it over


def cached(source: Hub, cache: Path) -> Iterator[Path]:
    """Copies in the cache, newest first; of a pinned commit only its own. Which branch they came from is no matter."""
    snapshots = _storage(source, cache) / "snapshots"
    commit = source.revision if COMMIT.fullmatch(source.revision) else "*"
    found = [folder / source.filename for folder in snapshots.glob(commit)]
    yield from sorted((f for f in found if f.is_file()), key=lambda f: f.stat().st_mtime, reverse=True)


def declared(file: Path, source: Hub, cache: Path) -> str | None:
    """The sha256 that the Hub declared when this copy was fetched, where that is known on this disk."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        text = _note(file, source, cache).read_text("ascii")
        if SHA256.fullmatch(text):
            return text
    blob = _blob(file, source, cache)
    return blob.name if blob is not None and SHA256.fullmatch(blob.name) else None


def remember(file: Path, source: Hub, cache: Path, sha256: str) -> None:
    """Note what the Hub declared of a copy; where that cannot be written, the Hub is asked again next time."""
    note = _note(file, source, cache)
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(sha256, "ascii")


def remove(file: Path, source: Hub, cache: Path, sha256: str) -> None:
    """Take a copy, expected to have this sha256, out of the cache, so that the next fetch is a transfer.

    What lies in the shared store stays: it may be another repository's, too. Raises OSError.
    """
    blob = _blob(file, source, cache) or _storage(source, cache) / "blobs" / sha256
    leading = [f for f in (_storage(source, cache) / "snapshots").rglob("*") if _blob(f, source, cache) == blob]
    for one in {file, blob, *leading}:
        one.unlink(missing_ok=True)


def unfinished(source: Hub, cache: Path, etag: str) -> dict[str, int]:
    """Names and sizes of the transfers of a file that are under way, or were left behind, in whatever process."""
    found = {}
    for file in (_storage(source, cache) / "blobs").glob("*.incomplete"):
        with contextlib.suppress(OSError):  # it may be finished by now
            if file.name.startswith(etag):
                found[file.name] = file.stat().st_size
    return found


def _storage(source: Hub, cache: Path) -> Path:
    return cache / f"models--{source.repo_id.replace('/', '--')}"


def _note(file: Path, source: Hub, cache: Path) -> Path:
    storage = _storage(source, cache)
    return storage / DECLARED / file.relative_to(storage / "snapshots")


def _blob(file: Path, source: Hub, cache: Path) -> Path | None:
    """Where the link of a snapshot leads in its first step, if that is among the blobs of its repository."""
    if not file.is_symlink():
        return None
    target = Path(os.path.normpath(file.parent / file.readlink()))
    blobs = Path(os.path.normpath(_storage(source, cache) / "blobs"))
    return target if target.parent == blobs else None
