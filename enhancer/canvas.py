"""Where large pictures lie: past a budget of memory on disk, in files without a name, which no crash leaves behind."""

import errno
import logging
import mmap
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from math import prod
from pathlib import Path
from typing import IO, Any
from weakref import WeakValueDictionary, finalize

import numpy as np
import torch
from torch import Tensor

from enhancer import workplace
from enhancer.errors import DiskFull
from enhancer.settings import Settings

log = logging.getLogger(__name__)
FOLDER = "canvases"  # of the server or in the cache: the usual temporary folder is often a disk in memory
RESERVE = 2**30  # bytes of the disk that are left to others
SIDE = 1024  # pixels a side of a square; a row of it is a page of memory, so neighbours are hardly touched
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Sheet = Tensor | np.ndarray
Columns = tuple[slice, Tensor]


class _File(mmap.mmap):
    """A mapped file from its first byte on at `start`; it lives as long as a tensor looks into it."""

    settings: Settings
    start: int
    handle: int  # of the open file, in a process that lends


_lending = False
_files: WeakValueDictionary[int, _File] = WeakValueDictionary()  # by their start


def empty(shape: tuple[int, ...], settings: Settings | None, dtype: torch.dtype = torch.float32) -> Tensor:
    """Room for a picture, not filled: on disk where it takes more than `settings.canvas_memory` bytes.

    Without `settings` in memory. The file has no name and is gone with the last tensor that looks into it.
    Raises DiskFull, before any work is done, where the disk has too little room.
    """
    if settings is None or fits(shape, settings, dtype):
        return torch.empty(shape, dtype=dtype)
    size = prod(shape) * dtype.itemsize
    workplace.check(size)
    server = workplace.here()
    try:
        with _nameless((settings.cache if server is None else server.folder) / FOLDER) as file:
            _reserve(file, size)
            return _mapped(file, shape, settings, dtype)
    except OSError as error:
        log.warning("no canvas of %d bytes in %s: %s", size, settings.cache, error)
        if error.errno not in FULL:
            raise DiskFull(
                f"A picture this large is worked on on the disk, which cannot be written to ({error.strerror}); "
                "please let ENHANCER_CACHE name a folder that can, or choose a smaller result."
            ) from error
        raise DiskFull(
            f"A picture this large needs {size / 1e9:.1f} GB of the disk while it is worked on, and there is not "
            "enough room left; please free some, or choose a smaller result."
        ) from error


def fits(shape: tuple[int, ...], settings: Settings, dtype: torch.dtype = torch.float32) -> bool:
    """Whether a picture of this shape stays within the budget of memory."""
    return prod(shape) * dtype.itemsize <= settings.canvas_memory


def settings_of(*sheets: Sheet) -> Settings | None:
    """What the first of these that lies on disk was made under; None where all lie in memory."""
    return next((file.settings for file in map(_file_of, sheets) if file is not None), None)


def lend() -> None:
    """Let other processes have the canvases that this one makes from now on."""
    global _lending
    _lending = True


def lent(sheet: Sheet) -> int | None:
    """The descriptor of the file that this lies in, for another process to adopt; None where it lies in memory."""
    file = _file_of(sheet)
    return None if file is None else file.handle


def adopted(file: int, shape: tuple[int, ...], settings: Settings) -> Tensor:
    """The float32 picture of this shape that another process laid into a file, which is closed."""
    with os.fdopen(file, "r+b") as opened:
        return _mapped(opened, shape, settings, torch.float32)


def release(*sheets: Sheet) -> None:
    """Let the pages of those that lie on disk leave the memory of the process; no value changes."""
    for file in filter(None, map(_file_of, sheets)):
        if hasattr(mmap, "MADV_DONTNEED"):  # of a shared file it drops the pages, not what was written to them
            file.madvise(mmap.MADV_DONTNEED)


def parts(height: int, width: int, turned: bool = False) -> Iterator[tuple[slice, slice]]:
    """(rows, columns) that cover a picture a million pixels at a time: bands of rows, or squares of `turned` ones.

    Rows that are read in part bring their neighbourhood into memory, which bands have use for.
    """
    high, wide = (SIDE, SIDE) if turned else (max(1, SIDE * SIDE // width), width)
    for top in range(0, height, high):
        for left in range(0, width, wide):
            yield slice(top, min(top + high, height)), slice(left, min(left + wide, width))


def by_parts(change: Callable[..., Tensor], *sheets: Sheet) -> Tensor:
    """`change(*sheets)` for a change that treats every pixel alone: (C, H, W) each → (C', H, W).

    In one go where all lie in memory, else part by part onto the disk. NumPy views, which may run
    backwards, arrive as tensors.
    """
    settings, out = settings_of(*sheets), None
    if settings is None:
        return change(*(_piece(sheet) for sheet in sheets))
    height, width = sheets[0].shape[1:]
    turned = any(isinstance(sheet, np.ndarray) for sheet in sheets)
    for rows, columns in parts(height, width, turned):
        changed = change(*(_piece(sheet[:, rows, columns]) for sheet in sheets))
        if out is None:
            out = empty((len(changed), height, width), settings, changed.dtype)
        out[:, rows, columns] = changed
        release(out, *sheets)
    assert out is not None
    return out


def joined(strips: Iterable[Columns], shape: tuple[int, ...], settings: Settings | None) -> Tensor:
    """Strips of columns as one picture of this shape; a strip that is all of a small picture is that picture."""
    out = None
    for columns, strip in strips:
        if tuple(strip.shape) == shape and (settings is None or fits(shape, settings)):
            return strip
        if out is None:
            out = empty(shape, settings)
        for rows, _ in parts(shape[1], strip.shape[2]):
            out[:, rows, columns] = strip[:, rows]
            release(out)
    assert out is not None
    return out


def _piece(sheet: Sheet) -> Tensor:
    return sheet if isinstance(sheet, Tensor) else torch.from_numpy(np.ascontiguousarray(sheet))


def _file_of(sheet: Sheet) -> _File | None:
    address = sheet.data_ptr() if isinstance(sheet, Tensor) else sheet.__array_interface__["data"][0]
    files = (reference() for reference in _files.valuerefs())  # a list: other threads may make canvases meanwhile
    return next((file for file in files if file and file.start <= address < file.start + len(file)), None)


def _nameless(folder: Path) -> IO[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def _reserve(file: IO[bytes], size: int) -> None:
    """Make room for all bytes at once: a disk that fills up under a mapped file would end the process."""
    if shutil.disk_usage(file.fileno()).free < size + RESERVE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
    else:
        file.truncate(size)


def _mapped(file: IO[bytes], shape: tuple[int, ...], settings: Settings, dtype: torch.dtype) -> Tensor:
    mapped: Any = _File(file.fileno(), prod(shape) * dtype.itemsize)
    mapped.settings = settings
    if _lending:
        mapped.handle = os.dup(file.fileno())
        finalize(mapped, os.close, mapped.handle)
    tensor = torch.frombuffer(mapped, dtype=dtype).view(shape)
    mapped.start = tensor.data_ptr()
    _files[mapped.start] = mapped
    return tensor
