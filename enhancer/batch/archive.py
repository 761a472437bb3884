"""A ZIP of pictures from anybody: looked over before anything is unpacked, and counted again while it is."""

import errno
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from enhancer.batch.places import is_picture
from enhancer.errors import BadArchive
from enhancer.settings import MIB, Settings

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
ARCHIVES = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar"}
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others can ask for gigabytes of memory
LOCKED = 0x1  # flag of an entry with a password
OTHERS = 10  # entries for each picture that is allowed: folders, side files
LISTED = 512  # bytes that the list of a ZIP may have for each entry
SMALL = MIB  # files below may have shrunk by any factor
LONGEST = 200  # characters of a name
CHUNK = 64 * 1024
END, END_64 = b"PK\x05\x06", b"PK\x06\x07"
END_BYTES, END_64_BYTES, MAX_COMMENT = 22, 20, 65_535
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]|^[A-Za-z]:|^/|(^|/)\.\.(/|$)")
DAMAGED = "This ZIP is damaged; please make or download it again."
BROKEN_ENTRY = "This file is damaged inside the ZIP; please make or download the ZIP again."
APPLE = "__MACOSX"  # a folder of side files


@dataclass(frozen=True)
class Unpacked:
    """A file of a ZIP by its `name` there, with folders; `path` is where it lies now, None where it is damaged."""

    name: str
    path: Path | None


def is_zip(file: Path) -> bool:
    """Whether a file is a ZIP by its content."""
    with file.open("rb") as stream:
        return stream.read(4) in SIGNATURES


def unpacked(file: Path, place: Path, settings: Settings) -> Iterator[Unpacked]:
    """The pictures of a ZIP one after another, each in `place` under a number of ours; other files are left out.

    Raises BadArchive, naming the setting that was exceeded, before anything is unpacked: for too many or too large
    files, for one that shrank beyond belief, for a name that leads elsewhere, a link, a ZIP inside the ZIP, a password;
    and when more comes out than was announced.
    """
    with file.open("rb") as stream:
        _check_list(stream, settings)
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error) as error:
            raise BadArchive(DAMAGED) from error
        with archive:
            entries = [(info, _name(info)) for info in archive.infolist() if not info.filename.endswith("/")]
            pictures = [(info, name) for info, name in entries if _wanted(name)]
            _check(pictures, entries, settings)
            left = settings.max_batch_bytes
            for number, (info, name) in enumerate(pictures):
                target = place / f"{number:05}{PurePosixPath(name).suffix.lower()}"
                whole = _unpack(archive, info, target, left)
                left -= target.stat().st_size
                yield Unpacked(name, target if whole else None)


def _check_list(stream: BinaryIO, settings: Settings) -> None:
    """The list at the end of a ZIP is read whole into memory, so its length is looked at before."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - END_BYTES - MAX_COMMENT - END_64_BYTES))
    tail = stream.read()
    at = len(tail) - END_BYTES if tail[-END_BYTES:][:4] == END and tail[-2:] == b"\0\0" else tail.rfind(END)
    if at < 0 or len(tail) - at < END_BYTES:
        raise BadArchive(DAMAGED)
    if tail[max(0, at - END_64_BYTES) : at].startswith(END_64):
        raise BadArchive("This ZIP is of the kind for more than 4 GB; please send a smaller one.")
    count, length = struct.unpack("<HI", tail[at + 10 : at + 16])
    most = OTHERS * settings.max_batch_files
    if count > most or length > LISTED * most:
        raise BadArchive(_too_many(max(count, most + 1), settings), limit="max_batch_files")
    stream.seek(0)


def _name(info: zipfile.ZipInfo) -> str:
    """The name of an entry with slashes. Raises BadArchive for one that leads out of the ZIP, and for links."""
    name = info.filename.replace("\\", "/")
    shown = name[:LONGEST].encode("ascii", "backslashreplace").decode() if FORBIDDEN.search(name) else name[:LONGEST]
    if FORBIDDEN.search(name) or FORBIDDEN.search(info.orig_filename) or len(name) > LONGEST:
        raise BadArchive(f"This ZIP holds the name {shown!r}, which no ZIP of pictures needs; it was not unpacked.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadArchive(f"This ZIP holds a link, {shown!r}, instead of a file; please pack the file itself.")
    return name


def _wanted(name: str) -> bool:
    return is_picture(name) and APPLE not in PurePosixPath(name).parts


def _check(
    pictures: Sequence[tuple[zipfile.ZipInfo, str]], entries: Sequence[tuple[zipfile.ZipInfo, str]], settings: Settings
) -> None:
    for info, name in entries:
        if PurePosixPath(name).suffix.lower() in ARCHIVES:
            raise BadArchive(f"This ZIP holds another archive, {name!r}; please unpack that one and pack its pictures.")
        if info.flag_bits & LOCKED:
            raise BadArchive("This ZIP is locked with a password; please make one without.")
    for info, name in pictures:
        if info.compress_type not in METHODS:
            raise BadArchive(f"{name!r} is packed in a way that is not read here; please make an ordinary ZIP.")
        if info.file_size > max(SMALL, settings.max_zip_ratio * info.compress_size):
            raise BadArchive(
                f"{name!r} would grow more than {settings.max_zip_ratio} times when unpacked, as no picture does; "
                "please send it by itself.",
                limit="max_zip_ratio",
            )
    if not pictures:
        raise BadArchive("This ZIP holds no picture.")
    if len(pictures) > settings.max_batch_files:
        raise BadArchive(_too_many(len(pictures), settings), limit="max_batch_files")
    if (size := sum(info.file_size for info, _ in pictures)) > settings.max_batch_bytes:
        raise BadArchive(too_large(size, settings), limit="max_batch_bytes")


def _too_many(count: int, settings: Settings) -> str:
    return (
        f"This ZIP holds {count} files, and at most {settings.max_batch_files} pictures are taken at once; "
        "please split it."
    )


def too_large(size: int, settings: Settings) -> str:
    """What is told of pictures that have too many bytes in all."""
    most = settings.max_batch_bytes / MIB
    return f"These pictures have {size / MIB:.0f} MiB in all, and at most {most:g} are taken at once; send fewer."


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int) -> bool:
    """Write one entry; whether it is whole. Raises BadArchive where more than `left` bytes come out of it."""
    with target.open("xb") as out:
        try:
            with archive.open(info) as source:
                while chunk := source.read(CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise BadArchive("More comes out of this ZIP than it says; it was not unpacked any further.")
                    out.write(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError):
            return False
        except OSError as error:
            if error.errno != errno.EINVAL:  # else the list says that it lies before the start of the file
                raise
            return False
    return True
