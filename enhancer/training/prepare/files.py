"""Files of the prepared folder: written whole or not at all, and pictures found in folders."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from enhancer.errors import TrainingError

SUFFIXES = {".png", ".webp", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".bmp", ".tif", ".tiff", ".gif", ".avif"}
SUFFIXES |= {".heic", ".heif", ".apng"}  # found so that the report can say that they were not read

# DIV2K_train_LR_bicubic/X2, Flickr2K_LR_unknown, DIV2K_train_LR_wild ... hold shrunken copies of the HR folders.
SHRUNKEN = re.compile(r"(^|[_-])LR([_-]|$)", re.IGNORECASE)
HELD_OUT = re.compile(r"^DIV2K_(valid|test)([_-]|$)", re.IGNORECASE)
Skips = tuple[tuple[re.Pattern[str], str], ...]
COPIES: Skips = ((SHRUNKEN, "shrunken copies of other pictures"),)
NOT_FOR_TRAINING: Skips = (*COPIES, (HELD_OUT, "the part of DIV2K that is kept for measuring"))


@dataclass(frozen=True)
class Entry:
    """A picture file, and its name in reports: the folder that was given, then the way down from it."""

    name: str
    path: Path


@dataclass(frozen=True)
class Listing:
    """The picture files in name order, the folders that were passed over with the reason, and the count of others."""

    entries: tuple[Entry, ...]
    skipped: tuple[tuple[str, str], ...]
    others: int


def listing(sources: Sequence[Path], leave_out: Path | None = None, skips: Skips = NOT_FOR_TRAINING) -> Listing:
    """The pictures in folders and all folders in them, without hidden ones, links to folders and `leave_out`.

    Folders whose name is in `skips` (shrunken copies, and what DIV2K keeps for measuring) are passed over, unless they
    are given themselves. Raises TrainingError for a source that is no readable folder, and where there is no picture.
    """
    entries: dict[Path, Entry] = {}
    skipped: dict[str, str] = {}
    others = 0
    for title, source in _titles(sources):
        for folder, folders, files in os.walk(source, onerror=_unreadable):
            here = Path(folder)
            name = (Path(title) / here.relative_to(source)).as_posix()
            passed = {f: why for f in folders for pattern, why in skips if pattern.search(f)}
            skipped |= {f"{name}/{f}": why for f, why in passed.items()}
            folders[:] = sorted(
                f for f in folders if not f.startswith(".") and f not in passed and here / f != leave_out
            )
            found = [f for f in files if not f.startswith(".") and Path(f).suffix.lower() in SUFFIXES]
            others += len(files) - len(found)
            for file in found:
                entries.setdefault((here / file).resolve(), Entry(f"{name}/{file}", here / file))
    if not entries:
        places = ", ".join(str(s) for s in sources)
        raise TrainingError(f"There is no picture in {places}; please name a folder of PNG, JPEG, WebP or TIFF files.")
    return Listing(tuple(sorted(entries.values(), key=lambda e: e.name)), tuple(sorted(skipped.items())), others)


def _titles(sources: Sequence[Path]) -> list[tuple[str, Path]]:
    """Each source with the name it has in reports: that of its folder, numbered where two are alike."""
    titled: list[tuple[str, Path]] = []
    for source in sources:
        if not source.is_dir():
            raise TrainingError(f"{source} is not a folder; please name the folder that holds the pictures.")
        base = source.resolve().name or "root"
        before = sum(1 for title, _ in titled if title.split("~")[0] == base)
        titled.append((f"{base}~{before + 1}" if before else base, source.resolve()))
    return titled


def _unreadable(error: OSError) -> None:
    raise TrainingError(f"The folder {error.filename} may not be read ({error.strerror}); please allow it.") from error


def write_atomic(file: Path, data: bytes) -> None:
    """Fill a file beside `file`, flush it to the disk, then replace `file` in one move.

    Raises TrainingError where the disk does not take it; nothing half written is left behind.
    """
    partial = file.with_name(f".{file.name}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise unwritable(file, error) from error


def unwritable(file: Path, error: OSError) -> TrainingError:
    """What is said where the disk does not take a file."""
    return TrainingError(
        f"{file} cannot be written ({error.strerror or error}); please make room or choose another folder, then run the"
        " same command again: it goes on where it stopped."
    )
